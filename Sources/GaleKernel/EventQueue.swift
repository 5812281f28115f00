// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The pending events, least `(time, sequence)` first.
@frozen
public struct EventQueue: ~Copyable {
    @usableFromInline var near: EventHeap

    public init(_ kind: KernelOptions.Queue) {
        near = EventHeap()
    }

    /// Events in the queue.
    @inlinable public var count: Int { near.count }

    @inlinable @inline(__always)
    public mutating func insert(_ event: Event) { near.insert(event) }

    /// The key of the least event; `UInt128.max` when the queue is empty.
    @inlinable @inline(__always)
    public mutating func firstKey() -> UInt128 { near.first.key }

    /// Removes and returns the least event. `firstKey()` must have been called since the last removal, and the queue must
    /// not be empty.
    @inlinable @inline(__always)
    public mutating func removeFirst() -> Event { near.removeFirst() }

    /// Drops the events for which the condition holds.
    mutating func removeAll(where isDropped: (Event) -> Bool) { near.removeAll(where: isDropped) }
}
