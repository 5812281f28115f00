// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct QuietHoursTests {
    private static let zones = TimeZoneTable.iana

    private static func instant(_ second: Int64) -> Instant { Instant(nanoseconds: second * 1_000_000_000) }

    private static func end(_ quiet: QuietHours, _ second: Int64, _ zone: TimeZoneIndex) -> Int64? {
        quiet.end(at: instant(second), in: zone).map { $0.nanoseconds / 1_000_000_000 }
    }

    @Test("from nine in the evening to eight in the morning by the recipient's clock")
    func defaults() throws {
        let quiet = QuietHours()
        let berlin = try #require(Self.zones.zone(named: "Europe/Berlin"))
        let noon: Int64 = 1_768_474_800  // 15 January 2026, 12:00 in Berlin
        #expect(Self.end(quiet, noon, berlin) == nil)
        #expect(Self.end(quiet, noon + 9 * 3_600 - 1, berlin) == nil)
        #expect(Self.end(quiet, noon + 9 * 3_600, berlin) == noon + 20 * 3_600)
        #expect(Self.end(quiet, noon + 20 * 3_600 - 1, berlin) == noon + 20 * 3_600)
        #expect(Self.end(quiet, noon + 20 * 3_600, berlin) == nil)
    }

    @Test("the night in which the clock is put forward is an hour shorter, and the other an hour longer")
    func changes() throws {
        let quiet = QuietHours()
        let berlin = try #require(Self.zones.zone(named: "Europe/Berlin"))
        let march: Int64 = 1_774_728_000  // 28 March 2026, 21:00
        #expect(Self.end(quiet, march, berlin) == march + 10 * 3_600)
        let october: Int64 = 1_792_868_400  // 24 October 2026, 21:00
        #expect(Self.end(quiet, october, berlin) == october + 12 * 3_600)
    }

    @Test("hours that end within the hour that comes twice begin again, and end again")
    func twice() throws {
        let berlin = try #require(Self.zones.zone(named: "Europe/Berlin"))
        let quiet = QuietHours(begin: 60, end: 150)  // 01:00 to 02:30
        let change: Int64 = 1_792_890_000  // 25 October 2026, 03:00 becomes 02:00
        #expect(Self.end(quiet, change - 7_200, berlin) == change - 1_800)
        #expect(Self.end(quiet, change - 1_800, berlin) == nil)
        #expect(Self.end(quiet, change, berlin) == change + 1_800)
        #expect(Self.end(quiet, change + 1_800, berlin) == nil)
    }

    @Test("without a zone the policy's own counts; without one there, Greenwich")
    func unknownZone() throws {
        let tokyo = try #require(Self.zones.zone(named: "Asia/Tokyo"))
        let noon: Int64 = 1_768_478_400  // 12:00 in Greenwich, 21:00 in Tokyo
        #expect(Self.end(QuietHours(zone: tokyo), noon, .unknown) == noon + 11 * 3_600)
        #expect(Self.end(QuietHours(), noon, .unknown) == nil)
        #expect(Self.end(QuietHours(), noon + 10 * 3_600, .unknown) == noon + 20 * 3_600)
        #expect(Self.end(QuietHours(begin: 60, end: 60), noon, tokyo) == nil)
        // The same by a clock that starts elsewhere.
        #expect(Self.end(QuietHours(zone: tokyo, epoch: noon), 0, .unknown) == 39_600)
    }

    /// Minute by minute along a list of changes, as a person with a calendar would do it.
    @Test(
        "around every change of every zone the hours are what the wall clock says, minute by minute",
        arguments: [(21 * 60, 8 * 60), (0, 150), (90, 125), (1_439, 121)])
    func everyZone(begin: Int, end: Int) {
        let quiet = QuietHours(begin: begin, end: end)
        let isQuiet = { (local: Int64) -> Bool in
            let minute = Int(((local % 86_400 + 86_400) % 86_400) / 60)
            return begin < end ? begin <= minute && minute < end : minute >= begin || minute < end
        }
        for number in 0..<Self.zones.count {
            let zone = TimeZoneIndex(rawValue: UInt16(number))
            var change: Int64 = 1_767_225_600  // 2026
            while let next = Self.zones.nextChange(of: zone, after: change), next < 1_798_761_600 {
                change = next
                let (before, after) = (
                    Int64(Self.zones.offset(of: zone, at: next - 1)!), Int64(Self.zones.offset(of: zone, at: next)!)
                )
                check(quiet, zone, next, before, after, isQuiet)
            }
        }
    }

    private func check(
        _ quiet: QuietHours, _ zone: TimeZoneIndex, _ change: Int64, _ before: Int64, _ after: Int64,
        _ isQuiet: @escaping (Int64) -> Bool
    ) {
        let naive = { (second: Int64) -> Bool in isQuiet(second + (second < change ? before : after)) }
        // Backwards, so that the next minute that is not quiet is known.
        var open = change + 26 * 3_600
        while naive(open) { open += 60 }
        var wrong = 0
        for second in stride(from: change + 26 * 3_600 - 60, through: change - 26 * 3_600, by: -60) {
            if !naive(second) { open = second }
            let end = Self.end(quiet, second, zone)
            if end != (naive(second) ? open : nil) { wrong += 1 }
        }
        #expect(wrong == 0, "zone \(zone.rawValue) at \(change)")
    }
}
