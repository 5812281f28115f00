// SPDX-License-Identifier: Apache-2.0

/// Times of the day and dates as scenarios write them.
enum ClockText {
    /// Minutes after midnight of `21:00`; 00:00 to 23:59.
    static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hour = number(parts[0], 2), let minute = number(parts[1], 2), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    /// Seconds since 1970 of `2026-03-28T20:00Z` or `2026-03-28T20:00:30Z`; 2020 to 2099.
    static func second(_ text: String) -> Int64? {
        guard text.last == "Z" else { return nil }
        let halves = text.dropLast().split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let clock = halves[1].split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard let minute = minute(clock.prefix(2).joined(separator: ":")),
            let seconds = clock.count < 3 ? 0 : number(clock[2], 2), seconds < 60
        else { return nil }
        let parts = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
            let day = number(parts[2], 2), 2020...2099 ~= year, 1...12 ~= month
        else { return nil }
        // Every fourth year up to 2099 is a leap year.
        let isLeap = year % 4 == 0
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard 1...lengths[month - 1] ~= day else { return nil }
        let days = (year - 1970) * 365 + (year - 1969) / 4 + lengths[..<(month - 1)].reduce(0, +) + day - 1
        return Int64(days) * 86_400 + Int64(minute) * 60 + Int64(seconds)
    }

    /// What `minute(_:)` reads.
    static let minutePattern = "([01][0-9]|2[0-3]):[0-5][0-9]"

    /// The time of the day that was probably meant: `8:00` and `8am` are 08:00, `24:00` is 00:00. YAML of the first version reads
    /// 21:00 as the number 1260, to the base of 60, and may have been what wrote the file.
    static func repairedMinute(_ text: String) -> String? {
        let words = text.lowercased().filter { $0 != " " && $0 != "." }
        let half = ["am", "pm"].first { words.hasSuffix($0) }
        let digits = half == nil ? words : String(words.dropLast(2))
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), let first = Int(parts[0]), first >= 0,
            let second = parts.count > 1 ? Int(parts[1]) : 0, 0..<60 ~= second
        else { return nil }
        var minute = first * 60 + second
        if parts.count == 1, first >= 100 {
            minute = first % 100 < 60 && first < 2_400 ? first / 100 * 60 + first % 100 : first
        }
        if let half {
            guard 1...12 ~= first else { return nil }
            minute = minute % 720 + (half == "pm" ? 720 : 0)
        }
        if minute == 1_440 { minute = 0 }
        guard 0..<1_440 ~= minute else { return nil }
        return twoDigits(minute / 60) + ":" + twoDigits(minute % 60)
    }

    /// The date and time that was probably meant: `2026-03-28` is its midnight.
    static func repairedDate(_ text: String) -> String? {
        let words = text.split { $0 == "T" || $0 == "t" || $0 == " " }.map(String.init)
        guard let date = words.first else { return nil }
        let clock = words.count > 1 ? words[1].filter { $0 != "Z" && $0 != "z" } : "00:00"
        guard let minute = repairedMinute(clock) else { return nil }
        let repaired = "\(date)T\(minute)Z"
        return second(repaired) == nil ? nil : repaired
    }

    private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

    private static func number(_ text: Substring, _ length: Int) -> Int? {
        guard text.count == length, text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(text)
    }
}
