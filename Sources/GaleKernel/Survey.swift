// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What must be known of events to make a rung for them: the first and the last instant, and how dense they are.
struct Survey {
    /// Nanoseconds.
    private(set) var earliest: UInt64 = .max
    private(set) var latest: UInt64 = 0
    /// The width of buckets, as a power of two, that puts a fitting number of events into one.
    private(set) var shift: UInt64 = 0

    init(_ list: ChunkList) {
        var sample = Sample()
        list.forEachStretch { add($0, &sample) }
        choose(count: list.count, &sample)
    }

    init(_ events: UnsafeBufferPointer<Event>) {
        var sample = Sample()
        add(events, &sample)
        choose(count: events.count, &sample)
    }

    private mutating func add(_ events: UnsafeBufferPointer<Event>, _ sample: inout Sample) {
        for event in events {
            let time = UInt64(bitPattern: event.time.nanoseconds)
            earliest = min(earliest, time)
            latest = max(latest, time)
            sample.add(time)
        }
    }

    /// Events that a bucket should get. Few, so that little falls before the horizon; many when many are pending, so that
    /// the buckets' ends stay in the cache.
    static func bucketSize(_ count: Int) -> UInt64 { UInt64(min(max(count / 2048, 48), 3072)) }

    private mutating func choose(count: Int, _ sample: inout Sample) {
        // The median is robust against a few events in the far future, and at least half of the events get a bucket.
        let span = max(sample.median - earliest, 1)
        let (high, low) = span.multipliedFullWidth(by: 2 * Self.bucketSize(count))
        let width = max(UInt64(count).dividingFullWidth((high % UInt64(count), low)).quotient, 1)
        let widest = UInt64(63 - max(latest - earliest, 1).leadingZeroBitCount)
        shift = min(UInt64(63 - width.leadingZeroBitCount), widest)
    }
}

/// A regular sample of a stream of unknown length: every n-th element, with n doubling when the sample is full.
private struct Sample {
    private static let most = 256
    private var times: [UInt64] = []
    private var stride = 1
    private var skip = 0

    init() { times.reserveCapacity(Self.most) }

    @inline(__always)
    mutating func add(_ time: UInt64) {
        if skip > 0 {
            skip -= 1
        } else {
            take(time)
        }
    }

    private mutating func take(_ time: UInt64) {
        if times.count == Self.most {
            for index in 0..<(Self.most / 2) { times[index] = times[2 * index] }
            times.removeLast(Self.most / 2)
            stride *= 2
        }
        times.append(time)
        skip = stride - 1
    }

    var median: UInt64 {
        let sorted = times.sorted()
        return sorted[sorted.count / 2]
    }
}
