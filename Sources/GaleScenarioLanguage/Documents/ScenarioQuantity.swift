// SPDX-License-Identifier: Apache-2.0

/// A number of a scenario that says how much there is of load, topology or time: what a smaller scenario has less of.
public struct ScenarioQuantity: Equatable, Sendable {
    public var path: ScenarioDocument.Path
    public var unit: Unit
    /// In the smallest unit: nanoseconds, millionths per second, or a count.
    public var value: Int64
    /// The least that makes sense.
    public var least: Int64

    public enum Unit: Equatable, Sendable { case duration, rate, count }

    /// A value as a scenario writes it.
    public func text(_ value: Int64) -> String {
        switch unit {
        case .duration: QuantityText.duration(value)
        case .rate: QuantityText.rate(micros: value)
        case .count: QuantityText.count(value)
        }
    }
}

extension ScenarioDocument {
    /// The quantities that are written out, in their order: of the load, the pipeline's sizes, and times. What policies, stores and
    /// providers are like is none of them: with other values they are others.
    public var quantities: [ScenarioQuantity] { quantities(tree, .record(Tables.scenario), []) }

    private func quantities(_ tree: Tree, _ kind: Kind, _ path: Path) -> [ScenarioQuantity] {
        switch (kind, tree.content) {
        case (.record(let table), .map(let entries)):
            return entries.flatMap { entry -> [ScenarioQuantity] in
                guard let key = table[entry.key], Self.isAmount(entry.key, in: table.name, at: path) else { return [] }
                return quantities(entry.value, key.kind, path + [entry.key])
            }
        case (.named(_, let kind), .map(let entries)):
            return entries.flatMap { quantities($0.value, kind, path + [$0.key]) }
        case (.list(let kind, _), .list(let trees)):
            return trees.enumerated().flatMap { quantities($1, kind, path + [String($0)]) }
        case (.tuple(let kinds), .list(let trees)):
            return zip(trees, kinds).enumerated().flatMap { quantities($1.0, $1.1, path + [String($0)]) }
        case (.either(let kinds), _):
            return kinds.lazy.map { self.quantities(tree, $0, path) }.first { !$0.isEmpty } ?? []
        default:
            return quantity(tree, kind, path).map { [$0] } ?? []
        }
    }

    private func quantity(_ tree: Tree, _ kind: Kind, _ path: Path) -> ScenarioQuantity? {
        guard let text = tree.scalar else { return nil }
        func made(_ unit: ScenarioQuantity.Unit, _ value: Int64?, _ least: Int64) -> ScenarioQuantity? {
            value.map { ScenarioQuantity(path: path, unit: unit, value: $0, least: least) }
        }
        switch kind {
        case .integer(let range): return made(.count, try? Quantity.count(text), max(1, range.lowerBound))
        case .duration(let range):
            // A millisecond is as short as anything happens.
            return made(.duration, try? Quantity.duration(text), range.lowerBound == 0 ? 0 : 1_000_000)
        case .rate: return made(.rate, try? Quantity.rate(text), 1_000_000)
        default: return nil
        }
    }

    /// Sections and keys below which amounts stand.
    private static func isAmount(_ key: String, in table: String, at path: Path) -> Bool {
        switch path.count {
        case 0: return ["duration", "workloads", "topics", "stages", "brokers", "stores", "faults"].contains(key)
        case 2:
            switch path[0] {
            case "workloads":
                return [
                    "rate", "bursts", "count", "at", "over", "population", "fan-out", "tenants", "recipients",
                ].contains(key)
            case "topics": return key == "partitions"
            case "stages": return ["replicas", "concurrency"].contains(key)
            case "brokers": return ["nodes", "replication-factor", "min-insync-replicas"].contains(key)
            case "stores": return key == "shards"
            case "faults": return ["at", "for"].contains(key)
            default: return false
            }
        default: return true
        }
    }
}
