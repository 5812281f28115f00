// SPDX-License-Identifier: Apache-2.0

/// A change of a zone's offset.
struct ZoneChange: BitwiseCopyable, Equatable {
    /// Since 1970.
    var second: Int64
    /// Seconds east of Greenwich from then on.
    var offset: Int32
}

/// What one zone does: its changes, then its seasons.
struct ZoneRule: BitwiseCopyable, Equatable {
    /// Before the first change.
    var initial: Int32
    /// Place and number of its changes in the flat list.
    var first: Int32
    var count: Int32
    /// After the last change.
    var season: ZoneSeason
}

/// Standard and summer time by the calendar (POSIX.1-2024, `TZ`), in the Gregorian calendar without end.
struct ZoneSeason: BitwiseCopyable, Equatable {
    /// The `week`th `weekday` of a month, `second` seconds after midnight by the clock that is about to change.
    struct Day: BitwiseCopyable, Equatable {
        var month: Int8
        /// 5: the last.
        var week: Int8
        /// 0: Sunday.
        var weekday: Int8
        var second: Int32
    }

    var standard: Int32
    var summer: Int32
    var begin: Day
    var end: Day

    init(standard: Int32, summer: Int32, begin: Day, end: Day) {
        self.standard = standard
        self.summer = summer
        self.begin = begin
        self.end = end
    }

    init(constant offset: Int32) {
        let never = Day(month: 1, week: 1, weekday: 0, second: 0)
        self.init(standard: offset, summer: offset, begin: never, end: never)
    }

    var isConstant: Bool { standard == summer }

    func offset(at second: Int64) -> Int32 {
        if isConstant { return standard }
        let (begin, end) = changes(Calendar.year(of: second))
        let isSummer = begin < end ? begin <= second && second < end : !(end <= second && second < begin)
        return isSummer ? summer : standard
    }

    /// The next beginning or end after an instant.
    func nextChange(after second: Int64) -> Int64 {
        if isConstant { return .max }
        let year = Calendar.year(of: second)
        var next = Int64.max
        // No change lies more than a week's hours and an offset off its own year.
        for year in (year - 1)...(year + 1) {
            let (begin, end) = changes(year)
            if begin > second { next = min(next, begin) }
            if end > second { next = min(next, end) }
        }
        return next
    }

    private func changes(_ year: Int64) -> (begin: Int64, end: Int64) {
        (Self.second(begin, year) - Int64(standard), Self.second(end, year) - Int64(summer))
    }

    private static func second(_ day: Day, _ year: Int64) -> Int64 {
        let first = Calendar.day(year: year, month: Int64(day.month), day: 1)
        // 1 January 1970 was a Thursday.
        let firstWeekday = ((first + 4) % 7 + 7) % 7
        var place = (Int64(day.weekday) - firstWeekday + 7) % 7 + 7 * Int64(day.week - 1)
        let length = Calendar.day(year: year, month: Int64(day.month) + 1, day: 1) - first
        if place >= length { place -= 7 }
        return (first + place) * 86_400 + Int64(day.second)
    }
}

/// The proleptic Gregorian calendar in days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
enum Calendar {
    /// - Parameter month: from 1; 13 is January of the next year.
    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        var (year, month) = month > 12 ? (year + 1, month - 12) : (year, month)
        if month <= 2 { year -= 1 }
        month = month > 2 ? month - 3 : month + 9
        let era = floor(year, by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * month + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The year that a second since 1970 lies in.
    static func year(of second: Int64) -> Int64 {
        let day = floor(second, by: 86_400) + 719_468
        let era = floor(day, by: 146_097)
        let dayOfEra = day - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        return yearOfEra + era * 400 + (dayOfYear >= 306 ? 1 : 0)
    }

    @inline(__always)
    static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }
}

/// A table's rules where hot paths reach them: pointers into the table, which its owner keeps alive.
package struct ZoneRules: BitwiseCopyable {
    let rules: UnsafeMutablePointer<ZoneRule>
    let changes: UnsafeMutablePointer<ZoneChange>
    package let count: Int

    /// Seconds east of Greenwich at an instant in seconds since 1970.
    ///
    /// - Complexity: O(log changes).
    package func offset(_ zone: Int, at second: Int64) -> Int32 {
        let rule = rules + zone
        let passed = passed(rule, at: second)
        if passed == 0 && rule.pointee.count > 0 { return rule.pointee.initial }
        if passed == rule.pointee.count { return rule.pointee.season.offset(at: second) }
        return changes[Int(rule.pointee.first + passed - 1)].offset
    }

    /// The next change after an instant; `Int64.max`: never.
    func nextChange(_ zone: Int, after second: Int64) -> Int64 {
        let rule = rules + zone
        let passed = passed(rule, at: second)
        if passed < rule.pointee.count { return changes[Int(rule.pointee.first + passed)].second }
        return rule.pointee.season.nextChange(after: second)
    }

    /// Changes that lie behind an instant.
    private func passed(_ rule: UnsafeMutablePointer<ZoneRule>, at second: Int64) -> Int32 {
        var low: Int32 = 0
        var high = rule.pointee.count
        while low < high {
            let middle = (low + high) / 2
            if changes[Int(rule.pointee.first + middle)].second <= second { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func isEqual(_ zone: Int, to other: ZoneRules) -> Bool {
        let (left, right) = (rules[zone], other.rules[zone])
        guard left.initial == right.initial, left.count == right.count, left.season == right.season else {
            return false
        }
        return (0..<Int(left.count)).allSatisfy {
            changes[Int(left.first) + $0] == other.changes[Int(right.first) + $0]
        }
    }
}
