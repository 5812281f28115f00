// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

/// A checked value with its place. What was wrong has become `.wrong`, and a diagnostic.
struct Item: Sendable {
    indirect enum Value: Sendable {
        case wrong
        /// Texts, choices, names.
        case word(String)
        case boolean(Bool)
        /// Counts, nanoseconds, bytes, or millionths, as the kind says.
        case integer(Int64)
        case decimal(Double)
        case distribution(DistributionSpecification)
        case answer(status: UInt16, reason: String)
        case list([Item])
        case map([Pair])
    }

    struct Pair: Sendable {
        var key: String
        var place: Place
        var item: Item
    }

    var value: Value
    var place: Place
    /// In normal form; empty for lists and maps.
    var text: String
    /// Written by the user, not a default.
    var given = true

    static func wrong(at place: Place) -> Item { Item(value: .wrong, place: place, text: "") }

    var isWrong: Bool {
        if case .wrong = value { return true }
        return false
    }

    var integer: Int64? {
        if case .integer(let value) = value { return value }
        return nil
    }

    var word: String? {
        if case .word(let word) = value { return word }
        return nil
    }

    var decimal: Double? {
        if case .decimal(let number) = value { return number }
        return nil
    }

    var boolean: Bool? {
        if case .boolean(let flag) = value { return flag }
        return nil
    }

    var distribution: DistributionSpecification? {
        if case .distribution(let distribution) = value { return distribution }
        return nil
    }

    var pairs: [Pair]? {
        if case .map(let pairs) = value { return pairs }
        return nil
    }

    var list: [Item]? {
        if case .list(let items) = value { return items }
        return nil
    }

    var isNone: Bool { word == "none" }

    subscript(key: String) -> Item? { pairs?.first { $0.key == key }?.item }

    /// Whether the user wrote this key.
    func gives(_ key: String) -> Bool { self[key]?.given ?? false }
}
