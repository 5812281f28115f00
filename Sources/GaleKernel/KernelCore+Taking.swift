// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension KernelCore {
    /// Computes `bound` anew.
    @inline(__always)
    mutating func refreshBound(_ limit: Int64) {
        let others = min(lanes.heads.pointee.time, UInt64(bitPattern: queue.near.first.time.nanoseconds))
        bound = min(others, UInt64(bitPattern: limit) &+ 1)
        // The last few of a run are not taken before the next bucket is open: components can be asked to anticipate.
        if queue.ladder.count > EventQueue.plenty, let mark = queue.run.mark { bound = min(bound, mark) }
    }

    /// Takes the next event at or before `limit`, whatever it is; the sentinel when there is none.
    @inline(never)
    mutating func takeAny(noLaterThan limit: Int64) -> Event {
        while true {
            if queue.run.isEmpty, queue.near.isEmpty, queue.ladder.count > 0 { queue.refill() }
            if queue.run.count <= EventRun.ahead, queue.ladder.count > EventQueue.plenty { queue.refillAhead() }
            let queued = queue.first
            let (time, laneTime) = (UInt64(bitPattern: queued.pointee.time.nanoseconds), lanes.heads.pointee.time)
            if min(time, laneTime) > UInt64(bitPattern: limit) {
                refreshBound(limit)
                return .sentinel
            }
            if laneTime < time
                || laneTime == time && TimerNode.isBefore(lanes.heads.pointee.tag, queued.pointee.sequence &<< 24)
            {
                let event = lanes.takeFirst(newest: scheduled)
                if event.time.nanoseconds < 0 { continue }
                refreshBound(limit)
                return event
            }
            let event = queue.removeFirst()
            refreshBound(limit)
            if event.target != Self.timer { return event }
            if let due = takeTimer(event) { return due }
        }
    }

    /// Adds an event that counts to the trajectory, given its target and kind as one word.
    ///
    /// Entities are small numbers or hashes, addresses have few bits: the product keeps sums of the two apart.
    @inline(__always)
    mutating func absorb(_ time: Int64, _ address: UInt64, _ entity: UInt64) {
        trajectory.absorb(UInt64(bitPattern: time), entity &* 0xBF58_476D_1CE4_E5B9 &+ address)
    }

    /// The event that a timer in the queue stands for; nil when it was cancelled.
    private mutating func takeTimer(_ event: Event) -> Event? {
        if !Self.isCurrent(event, lanes.nodes.nodes) {
            cancelled -= 1
            return nil
        }
        let slot = UInt32(truncatingIfNeeded: event.payload)
        let node = lanes.nodes[slot].pointee
        lanes.nodes.free(slot)
        return Event(
            time: event.time, sequence: event.sequence, target: node.target, kind: node.kind, payload: node.payload)
    }
}
