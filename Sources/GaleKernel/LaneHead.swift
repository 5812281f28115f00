// SPDX-License-Identifier: Apache-2.0

/// A lane in the order of the lanes' first events.
@frozen
@usableFromInline
struct LaneHead: BitwiseCopyable {
    /// Lower bound of the first event's time. Nanoseconds.
    @usableFromInline var time: UInt64
    /// Lower bound of its tag, at that time.
    @usableFromInline var tag: UInt64
    /// The lane's own node.
    @usableFromInline var lane: UInt32

    init(time: UInt64, tag: UInt64, lane: UInt32) {
        self.time = time
        self.tag = tag
        self.lane = lane
    }

    /// After all others.
    static var none: LaneHead { LaneHead(time: .max, tag: .max, lane: .max) }

    @inline(__always)
    func isBefore(_ other: LaneHead) -> Bool {
        time < other.time || time == other.time && TimerNode.isBefore(tag, other.tag)
    }
}
