// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A 4-ary heap of events, least first, with a hole sift.
///
/// The four children of a node share two adjacent cache lines, and places past the end hold sentinels, so that the least
/// child is found by three comparisons without a branch.
///
/// - Complexity: `insert` and `removeFirst` are O(log n), `first` is O(1).
@frozen
public struct EventHeap: ~Copyable {
    /// Slot `n` is the n-th node. Allocated three slots into a 128-byte line pair, so that every group of children is aligned.
    @usableFromInline var slots: UnsafeMutablePointer<Event>
    @usableFromInline var capacity: Int
    @usableFromInline var size: Int

    @usableFromInline static var lead: Int { 3 }

    public init(minimumCapacity: Int = 64) {
        capacity = max(64, minimumCapacity)
        slots = Self.allocate(capacity)
        size = 0
    }

    public func deallocate() { (slots - Self.lead).deallocate() }

    @inlinable public var count: Int { size }
    @inlinable public var isEmpty: Bool { size == 0 }

    /// The least event; a sentinel, after all others, when there is none.
    @inlinable @inline(__always)
    public var first: Event { slots.pointee }

    @inlinable @inline(__always)
    public mutating func insert(_ event: Event) {
        if size == capacity { grow() }
        let slots = self.slots
        let key = event.key
        var hole = size
        size &+= 1
        while hole > 0 {
            let parent = (hole &- 1) &>> 2
            if slots[parent].key <= key { break }
            slots[hole] = slots[parent]
            hole = parent
        }
        slots[hole] = event
    }

    /// Removes and returns the least event. The heap must not be empty.
    @inlinable @inline(__always)
    public mutating func removeFirst() -> Event {
        let slots = self.slots
        let least = slots.pointee
        let end = size &- 1
        size = end
        let last = slots[end]
        slots[end] = .sentinel
        if end > 0 { Self.sift(last, from: 0, slots, end) }
        return least
    }

    /// Puts an event into the hole at `start` or below.
    @inlinable @inline(__always)
    static func sift(_ event: Event, from start: Int, _ slots: UnsafeMutablePointer<Event>, _ end: Int) {
        let key = event.key
        var hole = start
        var child = hole &* 4 &+ 1
        while child < end {
            let left = slots[child &+ 1].key < slots[child].key ? child &+ 1 : child
            let right = slots[child &+ 3].key < slots[child &+ 2].key ? child &+ 3 : child &+ 2
            let index = slots[right].key < slots[left].key ? right : left
            if key <= slots[index].key { break }
            slots[hole] = slots[index]
            hole = index
            child = hole &* 4 &+ 1
        }
        slots[hole] = event
    }

    /// The events, in no order, as long as the heap isn't changed.
    var events: UnsafeBufferPointer<Event> { UnsafeBufferPointer(start: slots, count: size) }

    mutating func removeAll() {
        slots.update(repeating: .sentinel, count: size)
        size = 0
    }

    /// Drops the events for which the condition holds.
    mutating func removeAll(where isDropped: (Event) -> Bool) {
        var kept = 0
        for index in 0..<size where !isDropped(slots[index]) {
            slots[kept] = slots[index]
            kept += 1
        }
        for index in kept..<size { slots[index] = .sentinel }
        size = kept
        for index in stride(from: (kept + 2) / 4, through: 0, by: -1) where index < kept {
            Self.sift(slots[index], from: index, slots, kept)
        }
    }

    @inlinable @inline(never)
    mutating func grow() {
        let larger = Self.allocate(capacity * 2)
        larger.update(from: slots, count: size)
        (slots - Self.lead).deallocate()
        slots = larger
        capacity *= 2
    }

    /// Room for `capacity` events and the sentinels behind them.
    @usableFromInline
    static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Event> {
        let count = lead + capacity + 4
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Event>.stride, alignment: 128)
        let events = raw.bindMemory(to: Event.self, capacity: count)
        events.initialize(repeating: .sentinel, count: count)
        return events + lead
    }
}
