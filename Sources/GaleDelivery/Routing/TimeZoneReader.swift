// SPDX-License-Identifier: Apache-2.0

/// Reads the words of `TimeZoneTable.ianaText`.
struct TimeZoneReader {
    private(set) var rules: [ZoneRule] = []
    private(set) var changes: [ZoneChange] = []
    private(set) var names: [(name: String, zone: TimeZoneIndex)] = []
    private var part = Part.names
    private var numbers: [Int64] = []
    private var initial: Int32 = 0
    private var first = 0

    private enum Part { case names, changes, rule }

    /// Whether the last zone was closed.
    var isComplete: Bool {
        part == .names && numbers.isEmpty && names.last.map { Int($0.zone.rawValue) < rules.count } ?? true
    }

    /// - Returns: false where the word has no place here.
    mutating func take(_ word: Substring) -> Bool {
        switch (part, word) {
        case (.names, "at"):
            part = .changes
            return true
        case (.names, _):
            names.append((String(word), TimeZoneIndex(rawValue: UInt16(clamping: rules.count))))
            return word != ";"
        case (.changes, "rule"):
            part = .rule
            return takeChanges()
        case (.rule, ";"):
            part = .names
            return takeRule()
        default:
            guard let number = Int64(word) else { return false }
            numbers.append(number)
            return true
        }
    }

    private mutating func takeChanges() -> Bool {
        guard numbers.count % 2 == 1, let offset = Self.offset(numbers[0]) else { return false }
        initial = offset
        first = changes.count
        for place in stride(from: 1, to: numbers.count, by: 2) {
            guard let offset = Self.offset(numbers[place + 1]), abs(numbers[place]) < 1 << 40,
                place == 1 || numbers[place] > numbers[place - 2]
            else { return false }
            changes.append(ZoneChange(second: numbers[place], offset: offset))
        }
        numbers.removeAll()
        return true
    }

    private mutating func takeRule() -> Bool {
        guard numbers.count == 1 || numbers.count == 10, let standard = Self.offset(numbers[0]) else { return false }
        var season = ZoneSeason(constant: standard)
        if numbers.count == 10 {
            guard let summer = Self.offset(numbers[1]), let begin = Self.day(numbers[2...5]),
                let end = Self.day(numbers[6...9])
            else { return false }
            season = ZoneSeason(standard: standard, summer: summer, begin: begin, end: end)
        }
        rules.append(
            ZoneRule(initial: initial, first: Int32(first), count: Int32(changes.count - first), season: season))
        numbers.removeAll()
        return true
    }

    private static func offset(_ number: Int64) -> Int32? { abs(number) <= 86_400 ? Int32(number) : nil }

    private static func day(_ words: ArraySlice<Int64>) -> ZoneSeason.Day? {
        let words = Array(words)
        // A week's worth of hours: RFC 9636 allows -167 to 167.
        guard 1...12 ~= words[0], 1...5 ~= words[1], 0...6 ~= words[2], abs(words[3]) <= 167 * 3_600 else { return nil }
        return ZoneSeason.Day(
            month: Int8(words[0]), week: Int8(words[1]), weekday: Int8(words[2]), second: Int32(words[3]))
    }
}
