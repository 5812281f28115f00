// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A sorted run of events, taken from the front, with a sentinel behind the last.
@frozen
@usableFromInline
struct EventRun: ~Copyable {
    /// Buckets are opened until the run has so many.
    static let fewest = 6
    /// A bucket with more is split first.
    static let most = 6144

    /// The first event, or the sentinel.
    @usableFromInline var next: UnsafeMutablePointer<Event>
    private var base: UnsafeMutablePointer<Event>
    @usableFromInline private(set) var end: UnsafeMutablePointer<Event>
    private var capacity: Int
    private var places: UnsafeMutablePointer<UInt32>

    init() {
        capacity = 1024
        base = .allocate(capacity: capacity + 1)
        base.initialize(to: .sentinel)
        next = base
        end = base
        places = .allocate(capacity: Self.most * 2)
    }

    func deallocate() {
        base.deallocate()
        places.deallocate()
    }

    @usableFromInline var count: Int { end - next }

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

    /// Appends events, all of which are after those in the run, in order.
    mutating func append(_ list: ChunkList, _ pool: inout ChunkPool) {
        if next == end { removeAll() }
        reserve(list.count)
        let start = end
        end += list.count
        end.pointee = .sentinel
        if list.count <= 32 || list.count > Self.most {
            var place = start
            list.consume(&pool) { events, _ in
                place.update(from: events.baseAddress.unsafelyUnwrapped, count: events.count)
                place += events.count
            }
        } else {
            distribute(list, &pool, start)
        }
        // What is nearly in order, or short, is sorted by insertion; the limit finds out what isn't.
        if !Self.sortByInsertion(start, list.count, moves: list.count * 8 + 256) {
            Self.sortByHeap(start, list.count)
        }
    }

    private mutating func reserve(_ additional: Int) {
        let used = end - base
        if used + additional <= capacity { return }
        while capacity < used + additional { capacity *= 2 }
        let larger = UnsafeMutablePointer<Event>.allocate(capacity: capacity + 1)
        larger.update(from: base, count: used + 1)
        (next, end) = (larger + (next - base), larger + used)
        base.deallocate()
        base = larger
    }

    /// Copies events to `start` and beyond, by time in as many classes as there are events: stable, and nearly sorted.
    private mutating func distribute(_ list: ChunkList, _ pool: inout ChunkPool, _ start: UnsafeMutablePointer<Event>) {
        var (earliest, latest) = (UInt64.max, UInt64.min)
        list.forEachStretch { events in
            for event in events {
                let time = UInt64(bitPattern: event.time.nanoseconds)
                earliest = min(earliest, time)
                latest = max(latest, time)
            }
        }
        let classBits = UInt64(63 - list.count.leadingZeroBitCount)
        let spanBits = UInt64(64 - (latest - earliest).leadingZeroBitCount)
        let shift = spanBits > classBits ? spanBits - classBits : 0
        let classes = Int((latest - earliest) >> shift) + 1
        let places = self.places
        places.update(repeating: 0, count: classes)
        list.forEachStretch { events in
            for event in events {
                places[Int((UInt64(bitPattern: event.time.nanoseconds) &- earliest) &>> shift)] &+= 1
            }
        }
        var place: UInt32 = 0
        for index in 0..<classes {
            let size = places[index]
            places[index] = place
            place &+= size
        }
        list.consume(&pool) { events, _ in
            for event in events {
                let index = Int((UInt64(bitPattern: event.time.nanoseconds) &- earliest) &>> shift)
                start[Int(places[index])] = event
                places[index] &+= 1
            }
        }
    }

    /// Sorts by insertion; gives up after so many moves, with the same events in some order.
    private static func sortByInsertion(_ events: UnsafeMutablePointer<Event>, _ count: Int, moves: Int) -> Bool {
        var moves = moves
        var index = 1
        while index < count {
            let event = events[index]
            let key = event.key
            var hole = index
            while hole > 0, events[hole &- 1].key > key {
                events[hole] = events[hole &- 1]
                hole &-= 1
            }
            events[hole] = event
            moves &-= index &- hole
            if moves < 0 { return false }
            index &+= 1
        }
        return true
    }

    /// Sorts in place in O(n log n) steps, whatever the order.
    private static func sortByHeap(_ events: UnsafeMutablePointer<Event>, _ count: Int) {
        func sift(_ start: Int, _ end: Int) {
            let event = events[start]
            var hole = start
            while 2 * hole + 1 < end {
                var child = 2 * hole + 1
                if child + 1 < end, events[child + 1].key > events[child].key { child += 1 }
                if events[child].key <= event.key { break }
                events[hole] = events[child]
                hole = child
            }
            events[hole] = event
        }
        for start in stride(from: count / 2 - 1, through: 0, by: -1) { sift(start, count) }
        for end in stride(from: count - 1, to: 0, by: -1) {
            (events[0], events[end]) = (events[end], events[0])
            sift(0, end)
        }
    }
}
