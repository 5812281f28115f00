// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleLive
import GalePrimitives
import Testing

/// Dates of HTTP, and what a Retry-After comes to.
struct HTTPDateTests {
    /// RFC 9110's example, and when it was.
    private static let example: Int64 = 784_111_777

    @Test(
        "the three forms of RFC 9110 are one date",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ])
    func forms(text: String) {
        #expect(HTTPDate.seconds(text, now: 800_000_000) == Self.example)
    }

    @Test("what is written is read, and is what Foundation writes")
    func roundTrip() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for place in 0..<2_000 {
            // From 1900 to 2106, at every time of day.
            let seconds = -2_208_988_800 + Int64(place) * 3_254_111
            let text = HTTPDate.text(seconds)
            #expect(HTTPDate.seconds(text, now: 0) == seconds)
            #expect(text == formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds))))
        }
    }

    @Test(
        "a year of two digits is the nearest",
        arguments: [
            ("Friday, 01-Jan-99 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:00 GMT", "Fri, 01 Jan 1999 00:00:00 GMT"),
            ("Tuesday, 01-Jan-74 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:00 GMT", "Mon, 01 Jan 2074 00:00:00 GMT"),
            ("Tuesday, 01-Jan-75 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:00 GMT", "Wed, 01 Jan 1975 00:00:00 GMT"),
            ("Saturday, 01-Jan-05 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT", "Thu, 01 Jan 2105 00:00:00 GMT"),
        ])
    func shortYear(text: String, now: String, meant: String) throws {
        let now = try #require(HTTPDate.seconds(now, now: 0))
        let seconds = try #require(HTTPDate.seconds(text, now: now))
        #expect(seconds == HTTPDate.seconds(meant, now: 0))
    }

    @Test(
        "what is no date is none",
        arguments: [
            "", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 006 08:49:37 1994",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 -8:49:37 GMT", "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT" + String(repeating: " ", count: 40),
        ])
    func refusals(text: String) {
        #expect(HTTPDate.seconds(text, now: 0) == nil)
    }

    @Test("29 February of a leap year, the last second of a day and a leap second are times")
    func edges() {
        #expect(HTTPDate.seconds("Tue, 29 Feb 2000 23:59:59 GMT", now: 0) == 951_868_799)
        #expect(HTTPDate.seconds("Sat, 31 Dec 2016 23:59:60 GMT", now: 0) == 1_483_228_800)
        #expect(HTTPDate.seconds("Wed Dec 31 23:59:59 1969", now: 0) == -1)
    }

    @Test(
        "Retry-After: seconds, or a date from the answer's own Date or else from now",
        arguments: [
            ("0", nil, 0), ("120", nil, 120), ("99999999999999999999999", nil, 3_153_600_000),
            ("Sun, 06 Nov 1994 08:49:47 GMT", nil, 10), ("Sun, 06 Nov 1994 08:49:07 GMT", nil, 0),
            ("Sunday, 06-Nov-94 08:49:47 GMT", nil, 10), ("Sun Nov  6 08:49:47 1994", nil, 10),
            ("Sun, 06 Nov 1994 08:49:47 GMT", "Sun, 06 Nov 1994 08:49:17 GMT", 30),
            ("Sun, 06 Nov 1994 08:49:47 GMT", "yesterday", 10), ("Sun, 06 Nov 9994 08:49:47 GMT", nil, 3_153_600_000),
            ("", nil, nil), ("-1", nil, nil), ("+1", nil, nil), ("1.5", nil, nil), ("soon", nil, nil),
        ] as [(String, String?, Int64?)])
    func retryAfter(text: String, date: String?, seconds: Int64?) {
        let wait = APNsMessage.interval(retryAfter: text, date: date, now: Self.example)
        #expect(wait == seconds.map(Interval.seconds))
    }
}
