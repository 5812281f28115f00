// SPDX-License-Identifier: Apache-2.0
import Yams

/// A YAML document as something to be damaged: order kept, keys may repeat.
indirect enum YAMLValue: Sendable {
    case scalar(String)
    /// Written as it stands, without quotes: tags, aliases, half a bracket.
    case raw(String)
    case list([YAMLValue])
    case map([Entry])

    struct Entry: Sendable {
        var key: String
        var value: YAMLValue
    }

    /// nil: the text is no YAML, or it may have aliases, which here would be unfolded however much they stand for.
    init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) { return nil }
        guard let node = try? Yams.compose(yaml: text) else { return nil }
        self.init(node)
    }

    private init(_ node: Node) {
        switch node {
        case .scalar(let scalar):
            let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
            self = isNothing ? .raw(scalar.string) : .scalar(scalar.string)
        case .sequence(let sequence): self = .list(sequence.map(YAMLValue.init))
        case .mapping(let mapping):
            self = .map(mapping.map { Entry(key: $0.key.string ?? "?", value: YAMLValue($0.value)) })
        case .alias: self = .raw("*alias")
        }
    }

    subscript(key: String) -> YAMLValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    // MARK: Places

    /// A value below the root: positions on the way, and the nearest key above it.
    struct Location {
        var path: [Int]
        var key: String
    }

    /// Every value below this one, outermost first.
    var locations: [Location] {
        var found: [Location] = []
        collect(Location(path: [], key: ""), into: &found)
        return found
    }

    private func collect(_ location: Location, into found: inout [Location]) {
        switch self {
        case .scalar, .raw: return
        case .list(let values):
            for (place, value) in values.enumerated() {
                let below = Location(path: location.path + [place], key: location.key)
                found.append(below)
                value.collect(below, into: &found)
            }
        case .map(let entries):
            for (place, entry) in entries.enumerated() {
                let below = Location(path: location.path + [place], key: entry.key)
                found.append(below)
                entry.value.collect(below, into: &found)
            }
        }
    }

    func value(at path: ArraySlice<Int>) -> YAMLValue {
        guard let first = path.first else { return self }
        switch self {
        case .list(let values): return values[first].value(at: path.dropFirst())
        case .map(let entries): return entries[first].value.value(at: path.dropFirst())
        case .scalar, .raw: return self
        }
    }

    mutating func modify(_ path: ArraySlice<Int>, _ change: (inout YAMLValue) -> Void) {
        guard let first = path.first else { return change(&self) }
        switch self {
        case .list(var values):
            values[first].modify(path.dropFirst(), change)
            self = .list(values)
        case .map(var entries):
            entries[first].value.modify(path.dropFirst(), change)
            self = .map(entries)
        case .scalar, .raw: return
        }
    }
}
