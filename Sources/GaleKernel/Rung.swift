// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// One rung of the ladder: equal buckets of time from `start` on, and a last bucket for all from there to `limit`.
///
/// A bucket is the address of the next free place in its list of chunks, 0 when it is empty.
@frozen
@usableFromInline
struct Rung {
    /// Most buckets of equal width.
    static let bucketLimit = 8192

    /// Nanoseconds.
    @usableFromInline var start: UInt64 = 0
    /// A bucket is `1 << shift` nanoseconds wide.
    @usableFromInline var shift: UInt64 = 0
    /// All events of the rung are before it. Nanoseconds.
    @usableFromInline var limit: UInt64 = 0
    /// Buckets of equal width; the bucket with this index holds the rest.
    @usableFromInline var bucketCount: Int = 0
    @usableFromInline var buckets: UnsafeMutablePointer<UInt>
    /// One bit a bucket: it is not empty.
    var occupied: UnsafeMutablePointer<UInt64>
    /// The first bucket that has not been opened.
    var next: Int = 0
    /// Fills the line.
    private let padding: UInt64 = 0

    init() {
        buckets = .allocate(capacity: Self.bucketLimit + 1)
        buckets.initialize(repeating: 0, count: Self.bucketLimit + 1)
        occupied = .allocate(capacity: Self.bucketLimit / 64 + 1)
        occupied.initialize(repeating: 0, count: Self.bucketLimit / 64 + 1)
    }

    func deallocate() {
        buckets.deallocate()
        occupied.deallocate()
    }

    /// The bucket for an instant at or after `start`, before `limit`.
    @inlinable @inline(__always)
    func index(for time: UInt64) -> Int {
        let index = Int(truncatingIfNeeded: (time &- start) &>> shift)
        return index < bucketCount ? index : bucketCount
    }

    /// Appends an event at or after `start`, before `limit`, to its bucket.
    mutating func append(_ event: Event, _ pool: inout ChunkPool) {
        let index = index(for: UInt64(bitPattern: event.time.nanoseconds))
        var place = buckets[index]
        if place & (ChunkPool.chunkSize &- 1) == 0 {
            if place == 0 { occupied[index >> 6] |= 1 << UInt64(index & 63) }
            place = pool.take(link: place == 0 ? 0 : place - ChunkPool.chunkSize) + ChunkPool.eventSize
        }
        UnsafeMutablePointer<Event>(bitPattern: place).unsafelyUnwrapped.pointee = event
        buckets[index] = place &+ ChunkPool.eventSize
    }

    /// The first bucket at or after `next` that holds an event.
    func firstOccupied() -> Int? {
        guard next <= bucketCount else { return nil }
        var word = next >> 6
        var bits = occupied[word] & (~0 << UInt64(next & 63))
        while bits == 0 {
            word += 1
            if word > bucketCount >> 6 { return nil }
            bits = occupied[word]
        }
        return word << 6 + bits.trailingZeroBitCount
    }

    /// Where a bucket of equal width begins.
    func start(ofBucket index: Int) -> UInt64 { start &+ UInt64(truncatingIfNeeded: index) &<< shift }

    /// Where a bucket ends, and the next one begins.
    func end(ofBucket index: Int) -> UInt64 {
        if index >= bucketCount { return limit }
        let (end, overflow) = start.addingReportingOverflow(UInt64(index + 1) << shift)
        return overflow ? limit : min(end, limit)
    }

    /// Asks for the events of the bucket that is opened next: they have left the cache since they were put there. Of many, the
    /// processor notices by itself that they lie in a row.
    @inline(__always)
    func prefetchNext() {
        guard let index = firstOccupied() else { return }
        let end = buckets[index]
        var line = (end &- 1) & ~(ChunkPool.chunkSize &- 1)
        let last = min(end, line &+ 512)
        while line < last {
            prefetch(UnsafeRawPointer(bitPattern: line).unsafelyUnwrapped)
            line &+= 64
        }
    }

    /// Empties a bucket and returns what was in it.
    mutating func take(_ index: Int) -> ChunkList {
        let list = ChunkList(reversing: buckets[index])
        buckets[index] = 0
        occupied[index >> 6] &= ~(1 << UInt64(index & 63))
        return list
    }
}
