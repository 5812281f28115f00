// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Hours of the recipient's day in which nothing is sent: it waits for their end, or, when it would expire before, leaves
/// the channel. Every attempt is checked, retries too.
///
/// The clock on the recipient's wall decides, also on the days on which it is changed: an hour that comes twice is quiet both
/// times, one that is left out is not there. Scope: none is needed, as it depends on time and zone alone; there is no store
/// that could fail.
public struct QuietHours: Equatable, Sendable {
    /// Minutes after local midnight. Default 21:00 to 08:00: when telephone solicitation is unlawful in the USA
    /// (47 CFR 64.1200(c)(1)). An end at or before the beginning lies on the next day; both equal: never quiet.
    public var begin: Int
    public var end: Int
    /// Where it counts.
    public var channels: [Channel]
    /// Notifications at least this urgent are sent all the same; nil: none is.
    public var bypass: Priority?
    /// What was held back goes out evenly spread over this time, so that a zone's messages don't come in one moment.
    public var spread: Interval
    /// The zone of recipients of whom none is known.
    public var zone: TimeZoneIndex
    public var zones: TimeZoneTable
    /// Seconds since 1970 at `Instant.zero`.
    public var epoch: Int64

    public init(
        begin: Int = 21 * 60, end: Int = 8 * 60, channels: [Channel] = [.push, .sms], bypass: Priority? = .critical,
        spread: Interval = .zero, zone: TimeZoneIndex = .unknown, zones: TimeZoneTable = .iana, epoch: Int64 = 0
    ) {
        self.begin = begin
        self.end = end
        self.channels = channels
        self.bypass = bypass
        self.spread = spread
        self.zone = zone
        self.zones = zones
        self.epoch = epoch
    }

    /// When quiet hours that hold at an instant end for a recipient in a zone; nil: they don't hold.
    public func end(at now: Instant, in zone: TimeZoneIndex) -> Instant? {
        let end = QuietClock(self).end(at: now.nanoseconds, in: zone)
        return end > now.nanoseconds ? Instant(nanoseconds: end) : nil
    }
}

/// Quiet hours as the dispatcher asks them. The table of zones must outlive it.
struct QuietClock: BitwiseCopyable {
    private let rules: ZoneRules
    /// Seconds after local midnight; `end` may lie beyond the next.
    private let begin: Int64
    private let length: Int64
    private let standIn: Int
    private let epoch: Int64
    /// Bit i: channel i is quiet.
    let channels: UInt8
    /// Priorities below this number bypass it.
    let bypass: UInt8
    let spread: Int64

    private static let day: Int64 = 86_400
    /// Beyond this many changes of the clock the search gives up; none has two a week.
    private static let changesAtMost = 64

    init(_ policy: QuietHours) {
        rules = policy.zones.rules
        begin = Self.reduced(Int64(clamping: policy.begin) &* 60)
        length = Self.reduced((Int64(clamping: policy.end) &- Int64(clamping: policy.begin)) &* 60)
        standIn = Int(policy.zone.rawValue) < policy.zones.count ? Int(policy.zone.rawValue) : -1
        // Half the range each, so that no time of a day overflows.
        epoch = max(-(1 << 50), min(policy.epoch, 1 << 50))
        channels = policy.channels.reduce(0) { $0 | 1 << $1.rawValue }
        bypass = policy.bypass.map { $0.rawValue + 1 } ?? 0
        spread = max(0, policy.spread.nanoseconds)
    }

    private static func reduced(_ second: Int64) -> Int64 { (second % day + day) % day }

    /// When it stops being quiet, in nanoseconds; `now` itself when it is not quiet.
    ///
    /// - Complexity: O(log changes of the zone).
    func end(at now: Int64, in zone: TimeZoneIndex) -> Int64 {
        if length == 0 { return now }
        let number = Int(zone.rawValue) < rules.count ? Int(zone.rawValue) : standIn
        var second = Calendar.floor(now, by: 1_000_000_000) + epoch
        let start = second
        for _ in 0..<Self.changesAtMost {
            let left = remaining(number, at: second)
            if left == 0 { break }
            // The clock may be changed before the hours are over; then they are looked at anew.
            second = min(second + left, number < 0 ? .max : rules.nextChange(number, after: second))
        }
        if second == start { return now }
        let (end, overflow) = (second - epoch).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : end
    }

    /// Seconds until the hours are over if the clock is not changed before; 0: it is not quiet.
    private func remaining(_ zone: Int, at second: Int64) -> Int64 {
        let local = second + (zone < 0 ? 0 : Int64(rules.offset(zone, at: second)))
        let passed = Self.reduced(local - begin)
        return passed < length ? length - passed : 0
    }
}
