// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The events at or after a queue's horizon: unsorted, in buckets of time.
///
/// The innermost rung comes first in time. A bucket that turns out too full to be sorted at once becomes a rung of its own.
@frozen
@usableFromInline
struct Ladder: ~Copyable {
    /// A deeper rung is at least twice as fine, or takes the place of an exhausted one; more than a few are rare.
    static let depthLimit = 24

    @usableFromInline let rungs: UnsafeMutablePointer<Rung>
    /// Rungs in use.
    @usableFromInline var depth: Int
    /// Rungs that have memory.
    private var made: Int
    /// Events in all rungs.
    @usableFromInline var count: Int
    private var pool: ChunkPool
    private let times: UnsafeMutablePointer<UInt64>

    init() {
        rungs = .allocate(capacity: Self.depthLimit)
        depth = 0
        made = 0
        count = 0
        pool = ChunkPool()
        times = .allocate(capacity: Sample.most)
    }

    func deallocate() {
        for index in 0..<made { rungs[index].deallocate() }
        rungs.deallocate()
        pool.deallocate()
        times.deallocate()
    }

    /// Puts an event at or after the horizon into its bucket. There must be a rung.
    @inlinable @inline(__always)
    mutating func insert(_ event: Event) {
        let time = UInt64(bitPattern: event.time.nanoseconds)
        var rung = rungs + (depth &- 1)
        while time >= rung.pointee.limit { rung -= 1 }
        append(event, to: rung, rung.pointee.index(for: time))
    }

    @inlinable @inline(__always)
    mutating func append(_ event: Event, to rung: UnsafeMutablePointer<Rung>, _ index: Int) {
        let bucket = rung.pointee.buckets + index
        var place = bucket.pointee
        if place & (ChunkPool.chunkSize &- 1) == 0 { place = extend(rung, index) }
        UnsafeMutablePointer<Event>(bitPattern: place).unsafelyUnwrapped.pointee = event
        bucket.pointee = place &+ ChunkPool.eventSize
        count &+= 1
    }

    /// Adds a chunk to a bucket and returns its first place.
    @usableFromInline @inline(never)
    mutating func extend(_ rung: UnsafeMutablePointer<Rung>, _ index: Int) -> UInt {
        let place = rung.pointee.buckets[index]
        if place == 0 { rung.pointee.occupied[index >> 6] |= 1 << UInt64(index & 63) }
        return pool.take(link: place == 0 ? 0 : place - ChunkPool.chunkSize) + ChunkPool.eventSize
    }

    /// Opens buckets until the run has a few events, and returns the new horizon.
    ///
    /// All events before that are in the run. The ladder must not be empty.
    mutating func open(into run: inout EventRun) -> UInt64 {
        var horizon: UInt64 = .max
        while count > 0, run.count < EventRun.fewest {
            let rung = rungs + (depth - 1)
            guard let index = rung.pointee.firstOccupied() else {
                horizon = rung.pointee.limit
                depth -= 1
                continue
            }
            let list = rung.pointee.take(index)
            count -= list.count
            rung.pointee.next = index + 1
            let isRest = index == rung.pointee.bucketCount
            horizon = rung.pointee.end(ofBucket: index)
            if list.count <= EventRun.most || (!isRest && rung.pointee.shift == 0) {
                if isRest { depth -= 1 }
                run.append(list, &pool)
                continue
            }
            let survey = Survey(list, times: times)
            if isRest { depth -= 1 }
            if survey.earliest == survey.latest || depth == Self.depthLimit {
                run.append(list, &pool)
                continue
            }
            horizon = split(list, survey, limit: horizon)
        }
        return horizon
    }

    /// Makes a rung of a bucket and returns where it begins.
    private mutating func split(_ list: ChunkList, _ survey: Survey, limit: UInt64) -> UInt64 {
        let rung = push(survey, limit: limit)
        list.consume(&pool) { events, pool in
            for event in events {
                let index = rung.pointee.index(for: UInt64(bitPattern: event.time.nanoseconds))
                let bucket = rung.pointee.buckets + index
                var place = bucket.pointee
                if place & (ChunkPool.chunkSize &- 1) == 0 {
                    if place == 0 { rung.pointee.occupied[index >> 6] |= 1 << UInt64(index & 63) }
                    place = pool.take(link: place == 0 ? 0 : place - ChunkPool.chunkSize) + ChunkPool.eventSize
                }
                UnsafeMutablePointer<Event>(bitPattern: place).unsafelyUnwrapped.pointee = event
                bucket.pointee = place &+ ChunkPool.eventSize
            }
        }
        count += list.count
        return survey.earliest
    }

    /// Makes the innermost rung, for the events that were surveyed, up to a limit.
    private mutating func push(_ survey: Survey, limit: UInt64) -> UnsafeMutablePointer<Rung> {
        // Several at a time, so that a rare deeper rung allocates nothing in a steady state.
        if depth == made {
            for _ in 0..<4 {
                (rungs + made).initialize(to: Rung())
                made += 1
            }
        }
        let rung = rungs + depth
        depth += 1
        rung.pointee.start = survey.earliest
        rung.pointee.limit = limit
        rung.pointee.shift = survey.shift
        rung.pointee.next = 0
        let needed = (limit - 1 - survey.earliest) >> survey.shift
        rung.pointee.bucketCount = needed < Rung.bucketLimit ? Int(needed) + 1 : Rung.bucketLimit
        return rung
    }

    /// Takes over events that were before the horizon, as a new innermost rung, and returns where it begins.
    ///
    /// Returns nil and changes nothing when they are all at one instant.
    mutating func adopt(
        _ one: UnsafeBufferPointer<Event>, _ other: UnsafeBufferPointer<Event>, horizon: UInt64
    ) -> UInt64? {
        while depth > 0, rungs[depth - 1].limit == horizon, rungs[depth - 1].firstOccupied() == nil { depth -= 1 }
        let survey = Survey(one, other, times: times)
        if depth == Self.depthLimit || survey.earliest == survey.latest { return nil }
        let rung = push(survey, limit: horizon)
        for event in one {
            append(event, to: rung, rung.pointee.index(for: UInt64(bitPattern: event.time.nanoseconds)))
        }
        for event in other {
            append(event, to: rung, rung.pointee.index(for: UInt64(bitPattern: event.time.nanoseconds)))
        }
        return survey.earliest
    }

    /// Moves every event into a heap.
    mutating func removeAll(into heap: inout EventHeap) {
        for rung in rungs..<(rungs + depth) {
            while let index = rung.pointee.firstOccupied() {
                rung.pointee.take(index).consume(&pool) { events, _ in for event in events { heap.insert(event) } }
            }
        }
        depth = 0
        count = 0
    }

    /// Drops the events for which the condition holds.
    mutating func removeAll(where isDropped: (Event) -> Bool) {
        for rung in rungs..<(rungs + depth) {
            for index in rung.pointee.next..<(rung.pointee.bucketCount + 1) where rung.pointee.buckets[index] != 0 {
                let list = rung.pointee.take(index)
                count -= list.count
                var (chunk, left) = (list.first, list.count)
                while chunk != 0 {
                    for event in UnsafeBufferPointer(
                        start: ChunkPool.events(chunk), count: min(left, ChunkPool.chunkEvents))
                    where !isDropped(event) {
                        append(event, to: rung, index)
                    }
                    left -= ChunkPool.chunkEvents
                    let next = ChunkPool.link(chunk)
                    pool.give(chunk)
                    chunk = next
                }
            }
        }
    }
}
