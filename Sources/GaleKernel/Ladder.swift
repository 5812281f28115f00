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
    /// So few events get no rung.
    private static let fewest = 32

    /// The innermost rung; the one before `rungs` when there is none.
    @usableFromInline var top: UnsafeMutablePointer<Rung>
    private let rungs: UnsafeMutablePointer<Rung>
    /// Rungs that have memory.
    private var made: Int
    /// Events in all rungs.
    @usableFromInline var count: Int
    private var pool: ChunkPool
    private let times: UnsafeMutablePointer<UInt64>

    init() {
        // A rung takes one line of the cache.
        let size = MemoryLayout<Rung>.stride
        precondition(size == 64)
        rungs = UnsafeMutableRawPointer.allocate(byteCount: size * Self.depthLimit, alignment: 64)
            .bindMemory(to: Rung.self, capacity: Self.depthLimit)
        top = rungs - 1
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

    /// Rungs in use.
    private var depth: Int {
        get { top - rungs + 1 }
        set { top = rungs + (newValue - 1) }
    }

    /// Puts an event at or after the horizon into its bucket, unless that needs another chunk; returns whether it did.
    /// There must be a rung.
    @inlinable @inline(__always)
    mutating func insertWithin(_ event: Event) -> Bool {
        let time = UInt64(bitPattern: event.time.nanoseconds)
        let rung = rung(for: time)
        let bucket = rung.pointee.buckets + rung.pointee.index(for: time)
        let place = bucket.pointee
        if place & (ChunkPool.chunkSize &- 1) == 0 { return false }
        UnsafeMutablePointer<Event>(bitPattern: place).unsafelyUnwrapped.pointee = event
        bucket.pointee = place &+ ChunkPool.eventSize
        count &+= 1
        return true
    }

    /// Puts an event at or after the horizon into its bucket, which may need another chunk. There must be a rung.
    mutating func insert(_ event: Event) {
        rung(for: UInt64(bitPattern: event.time.nanoseconds)).pointee.append(event, &pool)
        count &+= 1
    }

    /// The innermost rung that has a bucket for an instant.
    @inlinable @inline(__always)
    func rung(for time: UInt64) -> UnsafeMutablePointer<Rung> {
        // The innermost two by selection: which of them it is depends on what is being waited for, and can't be guessed.
        var rung = top - (time >= top.pointee.limit ? 1 : 0)
        rung -= time >= rung.pointee.limit ? 1 : 0
        while time >= rung.pointee.limit { rung -= 1 }
        return rung
    }

    /// Opens buckets until the run has so many events, and returns the new horizon.
    ///
    /// All events before that are in the run. The ladder must not be empty.
    mutating func open(into run: inout EventRun, atLeast fewest: Int) -> UInt64 {
        var horizon: UInt64 = .max
        while count > 0, run.count < fewest {
            let rung = top
            guard let index = rung.pointee.firstOccupied() else {
                horizon = rung.pointee.limit
                top -= 1
                continue
            }
            let list = rung.pointee.take(index)
            count &-= list.count
            rung.pointee.next = index &+ 1
            horizon = rung.pointee.end(ofBucket: index)
            if index < rung.pointee.bucketCount && list.count <= EventRun.most || list.count <= EventSorter.few {
                run.append(
                    list, &pool, origin: rung.pointee.start(ofBucket: index), bits: rung.pointee.shift)
            } else if let start = openLarge(list, isRest: index == rung.pointee.bucketCount, horizon, into: &run) {
                horizon = start
            }
        }
        if depth > 0 { top.pointee.prefetchNext() }
        return horizon
    }

    /// Opens a bucket with many events, or the one that holds a rung's rest. Returns where it begins when it became a rung.
    @inline(never)
    private mutating func openLarge(
        _ list: ChunkList, isRest: Bool, _ limit: UInt64, into run: inout EventRun
    ) -> UInt64? {
        if isRest { top -= 1 }
        let survey = Survey(list, times: times)
        // A rest is not evenly spread: unless it is small, a rung of its own finds out where its events are.
        if list.count <= Self.fewest || survey.earliest == survey.latest || depth == Self.depthLimit {
            let bits = UInt64(64 - (survey.latest - survey.earliest).leadingZeroBitCount)
            run.append(list, &pool, origin: survey.earliest, bits: bits)
            return nil
        }
        return split(list, survey, limit: limit)
    }

    /// Moves every event into the run, which is empty.
    mutating func openAll(into run: inout EventRun) {
        _ = open(into: &run, atLeast: .max)
        depth = 0
    }

    /// Makes a rung of a bucket and returns where it begins.
    private mutating func split(_ list: ChunkList, _ survey: Survey, limit: UInt64) -> UInt64 {
        let rung = push(survey, limit: limit)
        list.consume(&pool) { events, pool in for event in events { rung.pointee.append(event, &pool) } }
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
        for event in one { rung.pointee.append(event, &pool) }
        for event in other { rung.pointee.append(event, &pool) }
        count += one.count + other.count
        return survey.earliest
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
                        rung.pointee.append(event, &pool)
                        count += 1
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
