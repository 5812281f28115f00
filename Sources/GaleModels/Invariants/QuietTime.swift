// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Whether it is quiet where a recipient lives: the clock on the wall there against a policy's hours. Asked for every send: it holds
/// on to nothing, and the policy's table of zones must outlive it.
package struct QuietTime: BitwiseCopyable {
    private let rules: ZoneRules
    /// Of the policy, for zones that nobody knows.
    private let zone: TimeZoneIndex
    private let epoch: Int64
    /// Minutes after midnight.
    private let begin: Int
    private let end: Int
    /// By bit.
    private let channels: UInt8
    /// The least urgent that bypasses it, by raw value; -1: none.
    private let bypass: Int16

    package init(_ hours: QuietHours) {
        rules = hours.zones.rules
        zone = hours.zone
        epoch = hours.epoch
        begin = Self.wall(hours.begin)
        end = Self.wall(hours.end)
        channels = hours.channels.reduce(0) { $0 | 1 << $1.rawValue }
        bypass = hours.bypass.map { Int16($0.rawValue) } ?? -1
    }

    /// Whether nothing may be sent to a recipient in this zone, on this channel, at this urgency.
    package func forbids(_ channel: Channel, _ priority: Priority, zone: TimeZoneIndex, at now: Int64) -> Bool {
        guard channels & 1 << channel.rawValue != 0, Int16(priority.rawValue) > bypass else { return false }
        let minute = minute(in: zone, at: now)
        if begin == end { return false }
        return begin < end ? begin <= minute && minute < end : minute >= begin || minute < end
    }

    /// Minutes after midnight on the wall; of a zone that nobody knows, in the policy's own, or in UTC.
    package func minute(in zone: TimeZoneIndex, at now: Int64) -> Int {
        let second = epoch + (now >= 0 ? now / 1_000_000_000 : (now + 1) / 1_000_000_000 - 1)
        let offset = offset(of: zone, at: second) ?? offset(of: self.zone, at: second) ?? 0
        return Self.wall(Int(floored(second + Int64(offset), by: 60)))
    }

    private func offset(of zone: TimeZoneIndex, at second: Int64) -> Int32? {
        Int(zone.rawValue) < rules.count ? rules.offset(Int(zone.rawValue), at: second) : nil
    }

    private func floored(_ value: Int64, by unit: Int64) -> Int64 {
        value >= 0 ? value / unit : (value + 1) / unit - 1
    }

    /// Within one day.
    private static func wall(_ minutes: Int) -> Int { ((minutes % 1_440) + 1_440) % 1_440 }
}
