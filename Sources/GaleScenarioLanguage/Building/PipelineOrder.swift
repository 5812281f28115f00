// SPDX-License-Identifier: Apache-2.0

/// The order of everything that a scenario declares: it decides indices, and with them the order of simultaneous
/// events.
///
/// It depends on what is declared, never on the order of writing: topics and stages as messages pass through them,
/// faults by their time, the rest by name. So two files that differ in the order of keys are the same scenario in every
/// respect.
struct PipelineOrder {
    private(set) var names: [Entity: [String]] = [:]

    init(_ scenario: Item) {
        for entity in Entity.allCases { names[entity] = (scenario[entity.section]?.pairs ?? []).map(\.key).sorted() }
        let depth = Self.depths(scenario)
        names[.topic]?.sort { (depth[$0] ?? .max, $0) < (depth[$1] ?? .max, $1) }
        let reads = Dictionary(
            (scenario["stages"]?.pairs ?? []).map { ($0.key, $0.item["reads"]?.word ?? "") }, uniquingKeysWith: { $1 })
        names[.stage]?.sort { left, right in
            let depths = (depth[reads[left] ?? ""] ?? .max, depth[reads[right] ?? ""] ?? .max)
            return (depths.0, left) < (depths.1, right)
        }
        let starts = Dictionary(
            (scenario["faults"]?.pairs ?? []).map { ($0.key, $0.item["at"]?.integer ?? 0) }, uniquingKeysWith: { $1 })
        names[.fault]?.sort { (starts[$0] ?? 0, $0) < (starts[$1] ?? 0, $1) }
    }

    /// How many stages lie between the load and each topic that it reaches.
    private static func depths(_ scenario: Item) -> [String: Int] {
        var depth: [String: Int] = [:]
        var frontier = Set((scenario["workloads"]?.pairs ?? []).compactMap { $0.item["into"]?.word })
        var level = 0
        while !frontier.isEmpty {
            for topic in frontier { depth[topic] = level }
            var next: Set<String> = []
            for stage in scenario["stages"]?.pairs ?? [] where frontier.contains(stage.item["reads"]?.word ?? "") {
                next.formUnion(emits(stage.item).map(\.topic))
            }
            frontier = next.filter { depth[$0] == nil }
            level += 1
        }
        return depth
    }

    /// The topics that a stage emits to, with the places where it says so.
    static func emits(_ stage: Item) -> [(topic: String, split: Bool, place: Place)] {
        (stage["steps"]?.list ?? []).compactMap { step in
            guard let emit = step["emit"] else { return nil }
            if let topic = emit.word { return (topic, false, emit.place) }
            guard let topic = emit["to"]?.word else { return nil }
            return (topic, emit["split"]?.boolean ?? false, emit["to"]?.place ?? emit.place)
        }
    }
}
