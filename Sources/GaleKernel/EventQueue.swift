// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The pending events, least `(time, sequence)` first.
///
/// A hybrid of a sorted array and a ladder. Before a *horizon* events are in order: in a sorted run, into which events that
/// come later are inserted when that moves few, and otherwise in a small heap. Behind it they lie unsorted in buckets of
/// time, as lists of 1 KiB chunks from one pool. When run and heap are used up, the next buckets are opened and sorted; one
/// that is too full is split into a finer rung first. Widths follow the density of the events that are there, by a
/// sample's median, so that neither bursts nor a far future empty or flood the buckets. A handful of events are all in the
/// run, and the horizon is infinite.
///
/// Chosen by measurement of the hold model (`HoldModel`; million events per second of processor time, medians of three interleaved runs on
/// a busy machine with two Intel Sapphire Rapids cores, Swift 6.3.1), against a C heap (`Scripts/bench/hold.c`, gcc -O3, the fastest of its four forms):
///
/// | pending | C heap | ladder | ladder over C | through the kernel |
/// |---|---|---|---|---|
/// | 100 | 16.8 | 29.0 | 1.6 | 22.2 |
/// | 10,000 | 8.9 | 27.0 | 3.0 | 20.2 |
/// | 1,000,000 | 2.8 | 20.5 | 7.4 | 16.5 |
/// | 10,000,000 | 1.8 | 16.8 | 9.3 | 14.9 |
///
/// A heap touches a line of memory per level; the ladder writes an event once, copies it once when its bucket is opened,
/// and reads it in sequence. Below about ten events the sorted run alone is faster.
///
/// The owner calls `deallocate()` once.
///
/// Source: W. T. Tang, R. S. M. Goh, I. L.-J. Thng, "Ladder queue", ACM TOMACS 15 (2005), with buckets that are many events wide.
///
/// - Complexity: insertion and removal are O(1) amortised for spread times, O(log n) at worst.
@frozen
public struct EventQueue: ~Copyable {
    /// A ladder with no more events than this is emptied into the run.
    static let fewest = 6
    /// With more events than this in the ladder, buckets are opened before the run is empty.
    static let plenty = 256
    /// The heap may have so many events before the horizon moves closer.
    static let most = 32

    /// Events before the horizon, sorted.
    @usableFromInline var run: EventRun
    /// Nanoseconds; `UInt64.max` when the ladder is empty.
    @usableFromInline var horizon: UInt64
    /// Events at or after the horizon.
    @usableFromInline var ladder: Ladder
    /// Events before the horizon that came after it was set, and too far from the run's end.
    @usableFromInline var near: EventHeap
    /// The heap may have so many before it is looked at.
    private var nearLimit: Int

    public init(_ kind: KernelOptions.Queue) {
        near = EventHeap(minimumCapacity: Self.most)
        run = kind == .heap ? EventRun(capacity: 0) : EventRun()
        ladder = Ladder()
        horizon = .max
        nearLimit = kind == .heap ? .max : 0
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
        if UInt64(bitPattern: event.time.nanoseconds) >= horizon {
            if _fastPath(ladder.insertWithin(event)) { return }
        } else if _fastPath(run.takes(event)) {
            return run.insert(event)
        }
        insertElsewhere(event)
    }

    /// Inserts an event that neither its bucket nor the run takes as they are.
    @usableFromInline @inline(never)
    mutating func insertElsewhere(_ event: Event) {
        if UInt64(bitPattern: event.time.nanoseconds) >= horizon { return ladder.insert(event) }
        run.makeRoom()
        if run.takes(event) { return run.insert(event) }
        near.insert(event)
        if near.count > nearLimit { spill() }
    }

    /// The least event; a sentinel when all events are in the ladder.
    @inlinable @inline(__always)
    var first: UnsafeMutablePointer<Event> {
        run.next.pointee.key < near.first.key ? run.next : near.slots
    }

    /// The key of the least event; `UInt128.max` when the queue is empty.
    @inlinable @inline(__always)
    public mutating func firstKey() -> UInt128 {
        let key = first.pointee.key
        if key != .max { return key }
        if ladder.count == 0 { return .max }
        refill()
        return first.pointee.key
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
        if ladder.count > Self.fewest {
            horizon = ladder.open(into: &run, atLeast: EventRun.fewest)
            nearLimit = Self.most
        } else {
            ladder.openAll(into: &run)
            horizon = .max
            nearLimit = 0
        }
    }

    /// Opens buckets while the run still has events.
    @inline(never)
    mutating func refillAhead() {
        horizon = ladder.open(into: &run, atLeast: EventRun.ahead * 2)
        nearLimit = Self.most
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
