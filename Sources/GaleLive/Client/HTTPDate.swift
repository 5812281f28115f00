// SPDX-License-Identifier: Apache-2.0

/// Dates as HTTP writes them (RFC 9110, 5.6.7), in seconds since 1970.
package enum HTTPDate {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let longDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// The longest form has 33 bytes.
    private static let mostBytes = 40

    /// Reads any of the three forms that a recipient must take: `Sun, 06 Nov 1994 08:49:37 GMT`, the obsolete
    /// `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 850) and `Sun Nov  6 08:49:37 1994` (C's asctime). The name of the day is not held against
    /// the date.
    ///
    /// - Parameter now: seconds since 1970. A year of two digits is the one within fifty years of it.
    /// - Returns: nil for any other text, or a day that no calendar has.
    package static func seconds(_ text: String, now: Int64) -> Int64? {
        guard text.utf8.count <= mostBytes else { return nil }
        let words = text.split(separator: " ")
        switch words.count {
        case 6: return fixed(words)
        case 5: return asctime(words)
        case 4: return obsolete(words, now: now)
        default: return nil
        }
    }

    /// The preferred form, for a year from 0 to 9999.
    package static func text(_ seconds: Int64) -> String {
        let (day, second) = seconds.flooredQuotientAndRemainder(dividingBy: 86_400)
        let date = civil(day)
        // Day 0 was a Thursday.
        let weekday = days[Int((day + 3).flooredQuotientAndRemainder(dividingBy: 7).remainder)]
        let time = [second / 3_600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(weekday), \(padded(date.day, 2)) \(months[Int(date.month) - 1]) \(padded(date.year, 4)) \(time) GMT"
    }

    // MARK: The forms

    private static func fixed(_ words: [Substring]) -> Int64? {
        guard words[0].last == ",", days.contains(String(words[0].dropLast())), words[5] == "GMT" else { return nil }
        return seconds(year: number(words[3], digits: 4...4), words[2], day: number(words[1], digits: 2...2), words[4])
    }

    private static func asctime(_ words: [Substring]) -> Int64? {
        guard days.contains(String(words[0])) else { return nil }
        return seconds(year: number(words[4], digits: 4...4), words[1], day: number(words[2], digits: 1...2), words[3])
    }

    private static func obsolete(_ words: [Substring], now: Int64) -> Int64? {
        guard words[0].last == ",", longDays.contains(String(words[0].dropLast())), words[3] == "GMT" else {
            return nil
        }
        let parts = words[1].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let short = number(parts[2], digits: 2...2) else { return nil }
        let present = civil(now.flooredQuotientAndRemainder(dividingBy: 86_400).quotient).year
        var year = present / 100 * 100 + short
        if year > present + 50 { year -= 100 }
        if year <= present - 50 { year += 100 }
        return seconds(year: year, parts[1], day: number(parts[0], digits: 2...2), words[2])
    }

    private static func seconds(year: Int64?, _ month: Substring, day: Int64?, _ time: Substring) -> Int64? {
        guard let year, let day, let place = months.firstIndex(of: String(month)) else { return nil }
        let month = Int64(place) + 1
        let number = days(year: year, month: month, day: day)
        guard civil(number) == (year, month, day) else { return nil }
        let parts = time.split(separator: ":", omittingEmptySubsequences: false).map { Self.number($0, digits: 2...2) }
        // A leap second is the first of the next minute.
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2], hour < 24,
            minute < 60, second <= 60
        else { return nil }
        return number * 86_400 + hour * 3_600 + minute * 60 + second
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(text)
    }

    private static func padded(_ value: Int64, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    // MARK: The calendar

    /// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.flooredQuotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let month = place < 10 ? place + 3 : place - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * place + 2) / 5 + 1)
    }
}

extension Int64 {
    /// Rounded down, so that the remainder is never negative; the divisor is positive.
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
