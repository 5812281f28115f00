// SPDX-License-Identifier: Apache-2.0

/// An event that can be cancelled: 32 bytes.
///
/// In a lane it is an element of a doubly linked ring, which the lane's own node closes. In the priority queue the node
/// stands beside an event that refers to it.
@frozen
@usableFromInline
struct TimerNode: BitwiseCopyable {
    /// Nanoseconds; -1 in a lane's own node.
    @usableFromInline var time: Int64
    /// In a lane's own node: 1 while the lane is among the heads, otherwise 0.
    @usableFromInline var payload: UInt64
    /// The lower 40 bits of the sequence number, then 16 bits of target, then 8 bits of kind.
    @usableFromInline var tag: UInt64
    @usableFromInline var previous: UInt32
    @usableFromInline var next: UInt32

    @inlinable @inline(__always)
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
    @inlinable static var sequenceMask: UInt64 { (1 &<< 40) &- 1 }

    @inlinable @inline(__always)
    static func tag(sequence: UInt64, target: UInt32, kind: UInt32) -> UInt64 {
        sequence &<< 24 | UInt64(target) &<< 8 | UInt64(kind)
    }

    /// Whether one of two events at the same instant was scheduled before the other.
    ///
    /// Of the sequence numbers there are the lower 40 bits: enough, as no event is half a million million events old.
    @inlinable @inline(__always)
    static func isBefore(_ tag: UInt64, _ other: UInt64) -> Bool { Int64(bitPattern: tag &- other) < 0 }

    @inlinable var sequence: UInt64 { tag &>> 24 }
    @inlinable var target: UInt32 { UInt32(truncatingIfNeeded: tag &>> 8) & 0xFFFF }
    @inlinable var kind: UInt32 { UInt32(truncatingIfNeeded: tag) & 0xFF }
    @inlinable var generation: UInt32 { UInt32(truncatingIfNeeded: tag &>> 24) }

    /// The whole sequence number, given one that is newer.
    @inline(__always)
    func sequence(newest: UInt64) -> UInt64 { newest &- ((newest &- sequence) & Self.sequenceMask) }
}
