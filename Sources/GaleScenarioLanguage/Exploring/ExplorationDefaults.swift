// SPDX-License-Identifier: Apache-2.0

/// Ranges for a scenario that names none: half to double of the sizes, loads and times that it gives.
struct ExplorationDefaults {
    let scenario: Tree

    var ranges: [ExplorationRange] {
        entries("workloads").flatMap { [around("workloads.\($0.key).rate", $0.value["rate"], by: 2, .rate)] }
            .compactMap(\.self)
            + entries("topics").compactMap {
                around("topics.\($0.key).partitions", $0.value["partitions"], by: 2, .count)
            }
            + entries("stages").flatMap { entry in
                [
                    around("stages.\(entry.key).replicas", entry.value["replicas"], by: 2, .count),
                    around("stages.\(entry.key).concurrency", entry.value["concurrency"], by: 4, .count),
                ].compactMap(\.self)
            }
            + entries("policies").flatMap { entry in
                [
                    around("policies.\(entry.key).timeout", entry.value["timeout"], by: 2, .duration),
                    around("policies.\(entry.key).retry.attempts", entry.value["retry"]?["attempts"], by: 2, .count),
                    around("policies.\(entry.key).retry.base", entry.value["retry"]?["base"], by: 4, .duration),
                ].compactMap(\.self)
            }
    }

    private func entries(_ section: String) -> [Tree.Entry] { scenario[section]?.entries ?? [] }

    /// nil: the value is not written, or is no plain quantity.
    private func around(_ path: String, _ tree: Tree?, by factor: Int64, _ form: QuantityForm) -> ExplorationRange? {
        guard let tree, let value = tree.scalar.flatMap(form.value), value > 0, value <= Int64.max / factor else {
            return nil
        }
        return ExplorationRange(
            path: path, values: .quantity(max(1, value / factor)...(value * factor), form), place: tree.place)
    }
}
