// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Whether it is quiet where a recipient lives: the clock on the wall there against a policy's hours.
package struct QuietTime {
    private let hours: QuietHours

    package init(_ hours: QuietHours) { self.hours = hours }

    /// Whether nothing may be sent to a recipient in this zone, on this channel, at this urgency.
    package func forbids(_ channel: Channel, _ priority: Priority, zone: TimeZoneIndex, at now: Int64) -> Bool {
        guard hours.channels.contains(channel) else { return false }
        if let bypass = hours.bypass, priority.rawValue <= bypass.rawValue { return false }
        let minute = minute(in: zone, at: now)
        let (begin, end) = (wall(hours.begin), wall(hours.end))
        if begin == end { return false }
        return begin < end ? begin <= minute && minute < end : minute >= begin || minute < end
    }

    /// Minutes after midnight on the wall; of a zone that nobody knows, in the policy's own, or in UTC.
    package func minute(in zone: TimeZoneIndex, at now: Int64) -> Int {
        let second = hours.epoch + (now >= 0 ? now / 1_000_000_000 : (now + 1) / 1_000_000_000 - 1)
        let offset = hours.zones.offset(of: zone, at: second) ?? hours.zones.offset(of: hours.zone, at: second) ?? 0
        return wall(Int(floored(second + Int64(offset), by: 60)))
    }

    private func floored(_ value: Int64, by unit: Int64) -> Int64 {
        value >= 0 ? value / unit : (value + 1) / unit - 1
    }

    /// Within one day.
    private func wall(_ minutes: Int) -> Int { ((minutes % 1_440) + 1_440) % 1_440 }
}
