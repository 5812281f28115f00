// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

/// What a workload's notifications and their recipients are like, where a policy looks at it. All of it follows from the
/// message's identity or the recipient's number, so nothing is kept.
///
/// A recipient is in the app for whole visits: time is cut into stretches of `visit`, in each of which they are there or not,
/// independently; while there they look every `glance`, each at a time of their own.
struct Audience {
    private struct Zone: BitwiseCopyable {
        /// Upper end of its share, millionths.
        var end: Int64
        var zone: TimeZoneIndex
    }

    /// Upper ends of the first three priorities' shares, millionths.
    private let priorities: (Int64, Int64, Int64)
    private let zones: UnsafeMutablePointer<Zone>
    private let zoneCount: Int
    private let collapseKeys: UInt64
    private let presentMicros: Int64
    private let visit: Int64
    private let glance: Int64
    private let renewals: RenewalSpecification?

    init(_ workload: WorkloadSpecification) {
        var byPriority = [Int64](repeating: 0, count: Priority.allCases.count)
        for (priority, share) in workload.priorityMicros { byPriority[Int(priority.rawValue)] += share }
        priorities = (byPriority[0], byPriority[0] + byPriority[1], byPriority[0] + byPriority[1] + byPriority[2])
        zoneCount = workload.zoneMicros.count
        zones = .allocate(capacity: max(1, zoneCount))
        var end: Int64 = 0
        for (place, (zone, share)) in workload.zoneMicros.enumerated() {
            end += share
            (zones + place).initialize(to: Zone(end: end, zone: zone))
        }
        collapseKeys = UInt64(max(0, workload.collapseKeys))
        presentMicros = workload.visits?.presentMicros ?? 0
        visit = max(1, workload.visits?.visit.nanoseconds ?? 1)
        glance = max(1, workload.visits?.glance.nanoseconds ?? 1)
        renewals = workload.renewals
    }

    func deallocate() { zones.deallocate() }

    /// Fills in what a policy may look at.
    func describe(_ identity: UInt64, _ notification: inout Notification, _ draws: Draws) {
        let draw = Int64(draws.uniform(.priority, identity).below(1_000_000))
        notification.priority =
            draw < priorities.0 ? .critical : draw < priorities.1 ? .high : draw < priorities.2 ? .normal : .low
        if zoneCount > 0 {
            let draw = Int64(draws.uniform(.zone, notification.recipient).below(1_000_000))
            for place in 0..<zoneCount where draw < zones[place].end {
                notification.zone = zones[place].zone
                break
            }
        }
        if let renewals, Int64(draws.uniform(.renewal, notification.recipient).below(1_000_000)) < renewals.shareMicros
        {
            let length = UInt64(max(1, renewals.within.nanoseconds))
            let age = draws.uniform(.renewal, notification.recipient, 1).below(length)
            notification.registered = notification.created - Interval(nanoseconds: Int64(age))
        }
        if collapseKeys > 0 {
            notification.collapseKey = 1 + draws.uniform(.collapseKey, identity).below(collapseKeys)
        }
    }

    /// When a recipient last looked into the app, as of an instant, in nanoseconds; 0: not in this visit or the one before.
    func lastSeen(_ recipient: UInt64, at now: Int64, _ draws: Draws) -> Int64 {
        if presentMicros == 0 { return 0 }
        let phase = Int64(draws.uniform(.glance, recipient).below(UInt64(glance)))
        let current = now / visit
        for number in [current, current - 1] where number >= 0 {
            guard Int64(draws.uniform(.visit, recipient, UInt64(number)).below(1_000_000)) < presentMicros else {
                continue
            }
            let end = min(now, (number + 1) * visit - 1)
            let last = end - phase < 0 ? -1 : (end - phase) / glance * glance + phase
            if last >= number * visit { return max(1, last) }
        }
        return 0
    }
}

extension Core {
    private func audience(of message: UnsafeMutablePointer<Message>) -> Audience {
        state.pointee.sources[Int(message.pointee.workload)].audience
    }

    /// Fills in what a policy may look at beyond the sender and the recipient.
    func describe(_ message: UnsafeMutablePointer<Message>, _ notification: inout Notification) {
        notification.recipient = recipient(of: message)
        audience(of: message).describe(message.pointee.identity, &notification, draws)
    }

    /// When a message's recipient last looked into the app; 0: not lately.
    func lastSeen(of message: UnsafeMutablePointer<Message>, at now: Int64) -> Int64 {
        audience(of: message).lastSeen(recipient(of: message), at: now, draws)
    }
}
