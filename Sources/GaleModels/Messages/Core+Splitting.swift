// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Some of the notifications that a segment was split into. 64 bytes.
struct SplitPart: BitwiseCopyable {
    /// The part after it, or `Slab.none`.
    var next: UInt32
    var count: UInt32
    var notifications: Indices = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    typealias Indices = (
        UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
    )
    static let capacity: UInt32 = 14
}

extension Message {
    /// Of a split segment: the first of its parts, or `Slab.none`. When it was meant to be sent is told by its notifications
    /// from then on.
    var parts: UInt32 {
        get { UInt32(truncatingIfNeeded: intended) }
        set { intended = Int64(newValue) }
    }
}

/// A segment is split once, however often a stage reads it again: its record holds those of its notifications until
/// nothing holds the segment itself (its offset is committed, say). So a notification that died with a replica before a
/// broker had it is not lost as long as the segment's log entry can give it again, and each has one record and one line in
/// the ledger.
extension Core {
    /// Makes the notifications of a segment. They are counted already, and what became of the segment became of them.
    func split(_ index: UInt32) {
        let segment = message(index)
        move(segment, to: .broker, at: now)
        let intended = segment.pointee.intended
        var last = Slab<SplitPart>.none
        for unit in 0..<UInt64(units(of: segment)) {
            let notification = newMessage(
                identity: segment.pointee.identity &+ unit, intended: intended, units: 1,
                phase: segment.pointee.phase, slot: segment.pointee.slot)
            inherit(message(notification), from: segment)
            keep(notification, of: segment, in: &last)
        }
        segment.pointee.state = .split
    }

    private func inherit(_ notification: UnsafeMutablePointer<Message>, from segment: UnsafeMutablePointer<Message>) {
        notification.pointee.state = segment.pointee.state
        notification.pointee.place = .broker
        notification.pointee.mark = segment.pointee.mark
        notification.pointee.breakdown = segment.pointee.breakdown
    }

    private func keep(_ notification: UInt32, of segment: UnsafeMutablePointer<Message>, in last: inout UInt32) {
        let slab = state.pointee.parts
        if last == .max || slab[last].pointee.count == SplitPart.capacity {
            let part = slab.allocate()
            slab[part].initialize(to: SplitPart(next: .max, count: 0))
            if last == .max { segment.pointee.parts = part } else { slab[last].pointee.next = part }
            last = part
        }
        let count = Int(slab[last].pointee.count)
        withUnsafeMutableBytes(of: &slab[last].pointee.notifications) {
            $0.storeBytes(of: notification, toByteOffset: count * 4, as: UInt32.self)
        }
        slab[last].pointee.count += 1
    }

    /// Visits the notifications of a split segment.
    func forEachNotification(of index: UInt32, _ body: (UInt32) -> Void) {
        var part = message(index).pointee.parts
        while part != .max {
            let next = state.pointee.parts[part].pointee.next
            visit(part, body)
            part = next
        }
    }

    private func visit(_ part: UInt32, _ body: (UInt32) -> Void) {
        let address = state.pointee.parts[part]
        for place in 0..<Int(address.pointee.count) {
            let notification = withUnsafeBytes(of: &address.pointee.notifications) {
                $0.load(fromByteOffset: place * 4, as: UInt32.self)
            }
            body(notification)
        }
    }

    /// Nothing holds a split segment any more: it lets go of its notifications.
    func releaseParts(_ segment: UnsafeMutablePointer<Message>) {
        var part = segment.pointee.parts
        while part != .max {
            visit(part) { release($0) }
            let next = state.pointee.parts[part].pointee.next
            state.pointee.parts.free(part)
            part = next
        }
        segment.pointee.parts = .max
    }
}

extension Core {
    /// A segment that no stage splits has reached the end of a plain queueing network: all of its notifications have.
    func deliverSegment(_ index: UInt32, at instant: Instant, expires: Instant) {
        let segment = message(index)
        let (phase, slot) = (segment.pointee.phase, segment.pointee.slot)
        switch segment.pointee.state {
        case .pending: state.pointee.unsettled -= units(of: segment)
        case .delivered, .late, .split:
            forEachUnit(segment) { recorder.count(.duplicates, phase: phase, slot: slot, channel: $0, $1) }
            return
        default: retract(segment)
        }
        let (late, hasSpans) = (instant > expires, segment.pointee.hasSpans)
        segment.pointee.state = late ? .late : .delivered
        move(segment, to: .work, at: instant)
        let latency = instant.nanoseconds &- segment.pointee.intended
        let mix = state.pointee.sources[Int(segment.pointee.workload)].mix
        for unit in 0..<UInt64(units(of: segment)) {
            segment.pointee.channel = mix.channel(of: segment.pointee.identity &+ unit, draws)
            recorder.count(
                late ? .deliveredLate : .delivered, phase: phase, slot: slot, channel: segment.pointee.channel, 1)
            recordDelivery(segment, latency, hasSpans: hasSpans)
        }
        addOutcome(segment.pointee.identity, segment.pointee.state, latency)
    }
}
