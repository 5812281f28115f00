// SPDX-License-Identifier: Apache-2.0

/// An event that can be cancelled: 32 bytes, in a slab.
///
/// In a lane it is an element of a doubly linked list. A link with the highest bit set is the lane itself: before the
/// first element and behind the last. In the priority queue the node stands beside an event that refers to it.
@frozen
@usableFromInline
struct TimerNode: BitwiseCopyable {
    /// Nanoseconds. The slab uses its first half for free nodes.
    @usableFromInline var time: Int64
    @usableFromInline var payload: UInt64
    /// The lower 40 bits of the sequence number, then 16 bits of target, then 8 bits of kind.
    @usableFromInline var tag: UInt64
    @usableFromInline var previous: UInt32
    @usableFromInline var next: UInt32

    @inlinable
    init(time: Int64, payload: UInt64, tag: UInt64, previous: UInt32, next: UInt32) {
        self.time = time
        self.payload = payload
        self.tag = tag
        self.previous = previous
        self.next = next
    }

    /// `next` of a node that is free.
    @inlinable static var free: UInt32 { .max }
    /// `next` of a node whose event is in the priority queue.
    @inlinable static var queued: UInt32 { .max - 1 }
    /// The highest bit: the link is a lane.
    @inlinable static var lane: UInt32 { 0x8000_0000 }
    @inlinable static var sequenceMask: UInt64 { (1 &<< 40) &- 1 }

    @inlinable @inline(__always)
    static func tag(sequence: UInt64, target: UInt32, kind: UInt32) -> UInt64 {
        sequence &<< 24 | UInt64(target) &<< 8 | UInt64(kind)
    }

    @inlinable var sequence: UInt64 { tag &>> 24 }
    @inlinable var target: UInt32 { UInt32(truncatingIfNeeded: tag &>> 8) & 0xFFFF }
    @inlinable var kind: UInt32 { UInt32(truncatingIfNeeded: tag) & 0xFF }
    @inlinable var generation: UInt32 { UInt32(truncatingIfNeeded: tag &>> 24) }
}
