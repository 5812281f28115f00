// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import GaleRandomness

/// A checked scenario as one normal text, profiles and defaults included, and its fingerprint.
struct ResolvedScenario {
    let scenario: Item

    /// What does not belong to the resolved form: it was resolved.
    private static func isResolved(_ key: String, level: Int) -> Bool {
        level == 0 ? ["extends", "variants", "explore"].contains(key) : level == 2 && key == "profile"
    }

    /// Settings of Kafka are no part of a direct broker, nor those of a rate of a population; a breaker over calls has no time, and
    /// wants no more of them than there are.
    private static func shownPairs(_ item: Item) -> [Item.Pair] {
        let pairs = item.pairs ?? []
        if item["population"] != nil { return pairs.filter { !Tables.rateKeys.contains($0.key) } }
        if let calls = item["window-calls"]?.integer {
            return pairs.filter { pair in
                pair.key != "window" && (pair.key != "minimum-calls" || pair.item.integer ?? 0 <= calls)
            }
        }
        guard item["kind"]?.word == "direct" else { return pairs }
        return pairs.filter { pair in !Tables.kafkaKeys.contains { $0.name == pair.key } }
    }

    // MARK: Text

    /// YAML that reads as the same scenario, in the order of the tables.
    var text: String {
        var lines: [String] = []
        write(scenario, indent: "", level: 0, into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private func write(_ item: Item, indent: String, level: Int, into lines: inout [String]) {
        for pair in Self.shownPairs(item) where !Self.isResolved(pair.key, level: level) {
            switch pair.item.value {
            case .map(let pairs) where !pairs.isEmpty:
                lines.append("\(indent)\(pair.key):")
                write(pair.item, indent: indent + "  ", level: level + 1, into: &lines)
            case .list(let items) where !items.isEmpty:
                lines.append("\(indent)\(pair.key):")
                for item in items { lines.append("\(indent)  - \(Self.flow(item))") }
            default:
                lines.append("\(indent)\(pair.key): \(Self.flow(pair.item))")
            }
        }
    }

    /// On one line.
    private static func flow(_ item: Item) -> String {
        switch item.value {
        case .map(let pairs): "{" + pairs.map { "\($0.key): \(flow($0.item))" }.joined(separator: ", ") + "}"
        case .list(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
        case .distribution: quoted(String(item.text.prefix { $0 != "#" }).trimmedEnd)
        default: quoted(item.text)
        }
    }

    static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || " -_./%".unicodeScalars.contains(scalar))
        }
        let first = text.unicodeScalars.first
        let safe = plain && first.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) } ?? false
        if safe, text.last != " ", text != "null" { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\t": escaped += "\\t"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return "\"\(escaped)\""
    }

    // MARK: Fingerprint

    /// Over what is simulated and expected: not over comments, white space, the order of keys, how a quantity was
    /// written, words for people, the seed, and variants that were not applied.
    var fingerprint: String {
        var fingerprint = Fingerprint()
        absorb(scenario, level: 0, into: &fingerprint)
        return fingerprint.digest.description
    }

    private func absorb(_ item: Item, level: Int, into fingerprint: inout Fingerprint) {
        switch item.value {
        case .map:
            let pairs = Self.shownPairs(item).filter { pair in
                !Self.isResolved(pair.key, level: level)
                    && !(level == 0 && ["about", "seed", "regression"].contains(pair.key))
            }.sorted { $0.key < $1.key }
            fingerprint.absorb(UInt64(1) << 32 | UInt64(pairs.count))
            for pair in pairs {
                fingerprint.absorb(pair.key)
                absorb(pair.item, level: level + 1, into: &fingerprint)
            }
        case .list(let items):
            fingerprint.absorb(UInt64(2) << 32 | UInt64(items.count))
            for item in items { absorb(item, level: level + 1, into: &fingerprint) }
        case .distribution(let distribution):
            if case .empirical = distribution {
                fingerprint.absorb(item.text)
            } else {
                distribution.absorb(into: &fingerprint)
            }
        default:
            fingerprint.absorb(UInt64(3) << 32)
            fingerprint.absorb(item.text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        }
    }
}

extension DistributionSpecification {
    /// By its parameters, so that `1ms` and `constant 1000us` are the same.
    fileprivate func absorb(into fingerprint: inout Fingerprint) {
        let (number, parameters): (UInt64, [Double]) =
            switch self {
            case .constant(let value): (1, [value])
            case .uniform(let low, let high): (2, [low, high])
            case .exponential(let mean): (3, [mean])
            case .lognormal(let median, let sigma): (4, [median, sigma])
            case .gamma(let mean, let cv): (5, [mean, cv])
            case .erlang(let shape, let mean): (6, [Double(shape), mean])
            case .weibull(let shape, let scale): (7, [shape, scale])
            case .pareto(let minimum, let alpha): (8, [minimum, alpha])
            case .hyperexponential(let mean, let cv): (9, [mean, cv])
            case .empirical(let values): (10, values)
            }
        fingerprint.absorb(UInt64(4) << 32 | number)
        for parameter in parameters { fingerprint.absorb(parameter.bitPattern) }
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
