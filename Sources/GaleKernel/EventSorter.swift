// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Moves a bucket's events into a sorted run.
///
/// Times within a bucket are spread: the events are put into up to twice as many classes of time as there are events, by
/// counting, and what is then nearly in order is sorted by insertion. A few events are sorted by insertion at once.
@usableFromInline
struct EventSorter {
    /// So many are not worth counting.
    static let few = 8

    /// Room for the place of each class.
    private let places: UnsafeMutablePointer<UnsafeMutablePointer<Event>>
    /// Lists that are longer are not counted.
    private let most: Int

    init(most: Int) {
        self.most = most
        places = .allocate(capacity: 2 * most + 1)
    }

    func deallocate() { places.deallocate() }

    /// Moves events to `start` and beyond, in order. Their instants are at or after `origin`, in `bits` bits.
    func move(
        _ list: ChunkList, _ pool: inout ChunkPool, to start: UnsafeMutablePointer<Event>, origin: UInt64, bits: UInt64
    ) {
        if list.count <= Self.few {
            insert(list, &pool, start)
            return
        }
        if list.count <= most {
            distribute(list, &pool, start, origin: origin, bits: bits)
        } else {
            var place = start
            list.consume(&pool) { events, _ in
                place.update(from: events.baseAddress.unsafelyUnwrapped, count: events.count)
                place += events.count
            }
        }
        if !Self.sortByInsertion(start, list.count, moves: list.count * 8 + 256) { Self.sortByHeap(start, list.count) }
    }

    /// Moves a few events to `start` and beyond, each to its place among those before.
    @inline(__always)
    private func insert(_ list: ChunkList, _ pool: inout ChunkPool, _ start: UnsafeMutablePointer<Event>) {
        var end = start
        list.consume(&pool) { events, _ in
            var event = events.baseAddress.unsafelyUnwrapped
            let last = event + events.count
            while event < last {
                let key = event.pointee.key
                var hole = end
                while hole > start, (hole - 1).pointee.key > key {
                    hole.pointee = (hole - 1).pointee
                    hole -= 1
                }
                hole.pointee = event.pointee
                end += 1
                event += 1
            }
        }
    }

    /// Moves events to `start` and beyond, by classes of time: stable, and nearly sorted.
    private func distribute(
        _ list: ChunkList, _ pool: inout ChunkPool, _ start: UnsafeMutablePointer<Event>, origin: UInt64, bits: UInt64
    ) {
        let classBits = UInt64(64 &- list.count.leadingZeroBitCount)
        let shift = bits > classBits ? bits &- classBits : 0
        let classes = 1 &<< Int(bits &- shift)
        let places = self.places
        let sizes = UnsafeMutableRawPointer(places).assumingMemoryBound(to: Int.self)
        sizes.update(repeating: 0, count: classes)
        list.forEachStretch { events in
            var event = events.baseAddress.unsafelyUnwrapped
            let last = event + events.count
            while event < last {
                let time = UInt64(bitPattern: event.pointee.time.nanoseconds)
                sizes[Int(truncatingIfNeeded: (time &- origin) &>> shift)] &+= MemoryLayout<Event>.stride
                event += 1
            }
        }
        var place = UnsafeMutableRawPointer(start)
        var index = 0
        while index < classes {
            let size = sizes[index]
            places[index] = place.assumingMemoryBound(to: Event.self)
            place += size
            index &+= 1
        }
        list.consume(&pool) { events, _ in
            var event = events.baseAddress.unsafelyUnwrapped
            let last = event + events.count
            while event < last {
                let time = UInt64(bitPattern: event.pointee.time.nanoseconds)
                let place = places + Int(truncatingIfNeeded: (time &- origin) &>> shift)
                place.pointee.pointee = event.pointee
                place.pointee += 1
                event += 1
            }
        }
    }

    /// Sorts by insertion; gives up after so many moves, with the same events in some order.
    private static func sortByInsertion(_ start: UnsafeMutablePointer<Event>, _ count: Int, moves: Int) -> Bool {
        var moves = moves
        let end = start + count
        var event = start + 1
        var greatest = start.pointee.key
        while event < end {
            let key = event.pointee.key
            if key > greatest {
                greatest = key
            } else {
                let displaced = event.pointee
                var hole = event
                repeat {
                    hole.pointee = (hole - 1).pointee
                    hole -= 1
                } while hole > start && (hole - 1).pointee.key > key
                hole.pointee = displaced
                moves &-= event - hole
                if moves < 0 { return false }
            }
            event += 1
        }
        return true
    }

    /// Sorts in place in O(n log n) steps, whatever the order.
    @inline(never)
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
