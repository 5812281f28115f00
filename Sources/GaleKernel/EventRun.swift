// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A sorted run of events, taken from the front, with a sentinel behind the last.
@frozen
@usableFromInline
struct EventRun: ~Copyable {
    /// Buckets are opened until the run has so many.
    static let fewest = 6
    /// Where there are many events, the run keeps at least so many.
    static let ahead = 16
    /// A bucket with more is split first.
    static let most = 6144
    /// `insert` moves no more events than this.
    @inlinable static var window: Int { 12 }

    /// The first event, or the sentinel.
    @usableFromInline var next: UnsafeMutablePointer<Event>
    @usableFromInline var end: UnsafeMutablePointer<Event>
    private var base: UnsafeMutablePointer<Event>
    /// The last place, which only a sentinel may take.
    @usableFromInline var last: UnsafeMutablePointer<Event>
    private var capacity: Int
    private let sorter: EventSorter

    /// - Parameter capacity: events that there is room for at first; with no room no event is ever inserted.
    init(capacity: Int = 256) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + 1)
        base.initialize(to: .sentinel)
        next = base
        end = base
        last = base + capacity
        sorter = EventSorter(most: Self.most)
    }

    func deallocate() {
        base.deallocate()
        sorter.deallocate()
    }

    @usableFromInline var count: Int { end - next }
    @usableFromInline var isEmpty: Bool { end == next }

    /// Time of the event that has `ahead` more behind it, nanoseconds, when there is one.
    @inline(__always)
    var mark: UInt64? {
        count > Self.ahead ? UInt64(bitPattern: (end - Self.ahead).pointee.time.nanoseconds) : nil
    }

    /// The events, as long as the run isn't changed.
    var events: UnsafeBufferPointer<Event> { UnsafeBufferPointer(start: next, count: count) }

    mutating func removeAll() {
        next = base
        end = base
        base.pointee = .sentinel
    }

    /// Keeps the events for which the condition does not hold.
    mutating func removeAll(where isDropped: (Event) -> Bool) {
        var kept = next
        var event = next
        while event < end {
            if !isDropped(event.pointee) {
                kept.pointee = event.pointee
                kept += 1
            }
            event += 1
        }
        end = kept
        end.pointee = .sentinel
    }

    /// The event that many places behind the first one, when there is one.
    @inline(__always)
    func upcoming(_ distance: Int) -> UnsafeMutablePointer<Event>? {
        let event = next + distance
        return event < end ? event : nil
    }

    /// Whether there is room for an event and it belongs near the end.
    @inlinable @inline(__always)
    func takes(_ event: Event) -> Bool {
        end != last && (end - next <= Self.window || (end - Self.window).pointee.key <= event.key)
    }

    /// Inserts an event, which the run must take, where it belongs.
    @inlinable @inline(__always)
    mutating func insert(_ event: Event) {
        let next = self.next
        var hole = end
        end = hole + 1
        (hole + 1).pointee.becomeSentinel()
        while hole > next {
            let previous = hole - 1
            // Cheaper than comparing keys, as a branch follows in any case; ties are rare.
            if previous.pointee.time < event.time { break }
            if _slowPath(previous.pointee.time == event.time), previous.pointee.sequence < event.sequence { break }
            hole.pointee = previous.pointee
            hole = previous
        }
        hole.pointee = event
    }

    /// Makes room for an event, unless there never was any.
    mutating func makeRoom() {
        if end == last, capacity > 0 { reserve(1) }
    }

    /// Appends events, all of which are after those in the run, in order.
    /// - Parameters:
    ///   - origin: an instant that none of them is before. Nanoseconds.
    ///   - bits: all are before `1 << bits` nanoseconds later.
    mutating func append(_ list: ChunkList, _ pool: inout ChunkPool, origin: UInt64, bits: UInt64) {
        if isEmpty { removeAll() }
        reserve(list.count)
        let start = end
        end += list.count
        end.pointee = .sentinel
        sorter.move(list, &pool, to: start, origin: origin, bits: bits)
    }

    /// Makes room for more events: moves the run to the front, or into a larger block when it fills half of this one.
    @inline(never)
    private mutating func reserve(_ additional: Int) {
        if last - end >= additional { return }
        let used = count
        let wanted = used + additional
        if 2 * wanted > capacity {
            while capacity < 2 * wanted { capacity *= 2 }
            let larger = UnsafeMutablePointer<Event>.allocate(capacity: capacity + 1)
            larger.update(from: next, count: used + 1)
            base.deallocate()
            base = larger
        } else {
            base.update(from: next, count: used + 1)
        }
        next = base
        end = base + used
        // A few events that come and go stay in the first lines of a large block.
        last = base + min(capacity, max(256, 2 * wanted))
    }
}
