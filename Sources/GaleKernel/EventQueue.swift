// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The pending events, least `(time, sequence)` first.
///
/// A hybrid of a 4-ary heap and a ladder. Before a *horizon* events are in order: in a sorted run that was made when the
/// horizon was set, and in a small heap for what was inserted since. Behind it they lie unsorted in buckets of time, as
/// lists of 1 KiB chunks from one pool. When run and heap are used up, the next buckets are opened and sorted; one that is too full is
/// split into a finer rung first. Widths follow the density of the events that are there, by a sample's median, so that neither
/// bursts nor a far future empty or flood the buckets. A few dozen events are all in the heap, and the horizon is infinite.
///
/// Chosen by measurement of the hold model (`HoldModel`; million events per second of processor time, medians of interleaved runs on
/// a busy machine with two AMD Zen 3 cores, Swift 6.3.1), against a C heap (`Scripts/bench/hold.c`, gcc -O3, the faster of its two forms):
///
/// | pending | C heap | heap | ladder | ladder over C | through the kernel |
/// |---|---|---|---|---|---|
/// | 100 | 19.3 | 14.2 | 21.6 | 1.1 | 16.0 |
/// | 10,000 | 10.4 | 7.4 | 17.7 | 1.7 | 14.0 |
/// | 1,000,000 | 2.4 | 2.3 | 10.7 | 4.4 | 9.2 |
/// | 10,000,000 | 1.4 | | 9.4 | 6.7 | |
///
/// A heap touches a line of memory per level; the ladder writes an event once, copies it once when its bucket is opened,
/// and reads it in sequence. Below about 16 events the heap alone is faster.
///
/// The owner calls `deallocate()` once.
///
/// Source: W. T. Tang, R. S. M. Goh, I. L.-J. Thng, "Ladder queue", ACM TOMACS 15 (2005), with buckets that are many events wide.
///
/// - Complexity: insertion and removal are O(1) amortised for spread times, O(log n) at worst.
@frozen
public struct EventQueue: ~Copyable {
    /// A ladder with no more events than this becomes a heap.
    static let fewest = 12
    /// A heap with more events becomes a ladder.
    static let most = 32

    /// Events before the horizon that came after it was set.
    @usableFromInline var near: EventHeap
    /// Events before the horizon, sorted.
    @usableFromInline var run: EventRun
    /// Events at or after the horizon.
    @usableFromInline var ladder: Ladder
    /// Nanoseconds; `UInt64.max` when all events are in the heap.
    @usableFromInline var horizon: UInt64
    /// The heap may have so many before it is looked at.
    @usableFromInline var nearLimit: Int

    public init(_ kind: KernelOptions.Queue) {
        near = EventHeap(minimumCapacity: Self.most)
        run = EventRun()
        ladder = Ladder()
        horizon = .max
        nearLimit = kind == .heap ? .max : Self.most
    }

    public func deallocate() {
        near.deallocate()
        run.deallocate()
        ladder.deallocate()
    }

    /// Events in the queue.
    @inlinable public var count: Int { near.count + run.count + ladder.count }

    @inlinable @inline(__always)
    public mutating func insert(_ event: Event) {
        if UInt64(bitPattern: event.time.nanoseconds) < horizon {
            near.insert(event)
            if near.count > nearLimit { spill() }
        } else {
            ladder.insert(event)
        }
    }

    /// The key of the least event; `UInt128.max` when the queue is empty.
    @inlinable @inline(__always)
    public mutating func firstKey() -> UInt128 {
        let key = earlier(run.next.pointee.key, near.first.key)
        if key != .max { return key }
        if ladder.count == 0 { return .max }
        refill()
        return earlier(run.next.pointee.key, near.first.key)
    }

    @inlinable @inline(__always)
    func earlier(_ left: UInt128, _ right: UInt128) -> UInt128 { left < right ? left : right }

    /// The event that many places behind the least one, when it is already known to be there; it may still be cancelled or
    /// preceded by others. For looking ahead.
    @inlinable @inline(__always)
    func upcoming(_ distance: Int) -> UnsafeMutablePointer<Event>? {
        let event = run.next + distance
        return event < run.end ? event : nil
    }

    /// Removes and returns the least event. `firstKey()` must have been called since the last removal, and the queue must
    /// not be empty.
    @inlinable @inline(__always)
    public mutating func removeFirst() -> Event {
        if run.next.pointee.key < near.first.key {
            let event = run.next.pointee
            run.next += 1
            return event
        }
        return near.removeFirst()
    }

    /// Moves the next events in front of the horizon: all of them when they are few.
    @usableFromInline @inline(never)
    mutating func refill() {
        run.removeAll()
        if ladder.count > Self.fewest {
            horizon = ladder.open(into: &run)
            nearLimit = Self.most
        } else {
            ladder.removeAll(into: &near)
            horizon = .max
        }
    }

    /// Moves the events before the horizon to the ladder: the horizon is too far away.
    @usableFromInline @inline(never)
    mutating func spill() {
        guard let start = ladder.adopt(run.events, near.events, horizon: horizon) else {
            // They can't be told apart by time: a heap it is, until there are many more.
            nearLimit = near.count * 2
            return
        }
        near.removeAll()
        run.removeAll()
        horizon = start
        nearLimit = Self.most
    }

    /// Drops the events for which the condition holds.
    mutating func removeAll(where isDropped: (Event) -> Bool) {
        near.removeAll(where: isDropped)
        run.removeAll(where: isDropped)
        ladder.removeAll(where: isDropped)
    }
}
