// SPDX-License-Identifier: Apache-2.0

/// What a breaker has seen lately: the calls of the last seconds, or the last calls.
///
/// - Over time (resilience4j `SlidingTimeWindowMetrics`): buckets of one second (longer ones when the window is no multiple
///   of it, or longer than `maximumBuckets` seconds).
/// - Over calls (resilience4j `FixedSizeSlidingWindowMetrics`): a ring of the last results, one byte each.
///
/// - Complexity: O(1) a call; a bucket's end costs O(1) per bucket that has passed, at most all of them.
package struct BreakerWindow {
    private struct Bucket {
        var calls: Int64
        var failures: Int64
        var slow: Int64
    }

    private static let maximumBuckets: Int64 = 600
    /// Results that a window over calls may hold.
    package static let maximumCalls: Int64 = 1_000_000
    private static let failed: UInt8 = 1
    private static let tookLong: UInt8 = 2

    // What a result over time needs stands first.
    /// When the current bucket ends; over calls never.
    private(set) var bucketEnd: Int64
    /// In the window, the current bucket included.
    private(set) var calls: Int64
    private(set) var failures: Int64
    private(set) var slow: Int64

    private let bucketLength: Int64
    private let bucketCount: Int
    private var bucket: Int
    /// The complete buckets; the current one is what the sums have beyond them.
    private let buckets: UnsafeMutablePointer<Bucket>?
    private var complete: Bucket
    /// The last results, `ringCount` of them.
    private let ring: UnsafeMutablePointer<UInt8>?
    private let ringCount: Int64
    private var place: Int64

    /// Over the last `length` nanoseconds, or over the last `count` calls if that is given.
    init(length: Int64, count: Int64?, now: Int64) {
        calls = 0
        failures = 0
        slow = 0
        bucket = 0
        place = 0
        complete = Bucket(calls: 0, failures: 0, slow: 0)
        if let count {
            ringCount = min(max(1, count), Self.maximumCalls)
            ring = .allocate(capacity: Int(ringCount))
            ring?.initialize(repeating: 0, count: Int(ringCount))
            (buckets, bucketCount, bucketLength, bucketEnd) = (nil, 0, .max, .max)
            return
        }
        (ring, ringCount) = (nil, 0)
        let window = min(max(1, length), .max / 2)
        let count = min(max(1, window / 1_000_000_000), Self.maximumBuckets)
        bucketCount = Int(count)
        bucketLength = (window + count - 1) / count
        let buckets = UnsafeMutablePointer<Bucket>.allocate(capacity: bucketCount)
        buckets.initialize(repeating: complete, count: bucketCount)
        self.buckets = buckets
        bucketEnd = now - now % bucketLength + bucketLength
    }

    func deallocate() {
        buckets?.deallocate()
        ring?.deallocate()
    }

    /// Whether it looks back over calls, not over time.
    var isOverCalls: Bool { ring != nil }

    /// Calls that it can hold, over calls.
    var capacity: Int64 { ring == nil ? .max : ringCount }

    @inline(__always)
    mutating func record(failure: Bool, slow isSlow: Bool, at now: Int64) {
        if ring != nil { return recordInRing(failure: failure, slow: isSlow) }
        if now >= bucketEnd { rotate(to: now) }
        calls &+= 1
        if failure { failures &+= 1 }
        if isSlow { slow &+= 1 }
    }

    /// Counts a quick success in the current bucket.
    @inline(__always)
    mutating func recordPlainSuccess() { calls &+= 1 }

    private mutating func recordInRing(failure: Bool, slow isSlow: Bool) {
        guard let ring else { return }
        if calls == ringCount {
            let oldest = ring[Int(place)]
            if oldest & Self.failed != 0 { failures &-= 1 }
            if oldest & Self.tookLong != 0 { slow &-= 1 }
        } else {
            calls &+= 1
        }
        ring[Int(place)] = (failure ? Self.failed : 0) | (isSlow ? Self.tookLong : 0)
        place = place + 1 == ringCount ? 0 : place + 1
        if failure { failures &+= 1 }
        if isSlow { slow &+= 1 }
    }

    /// Forgets everything.
    mutating func clear() {
        calls = 0
        failures = 0
        slow = 0
        complete = Bucket(calls: 0, failures: 0, slow: 0)
        place = 0
        for index in 0..<bucketCount { buckets?[index] = complete }
    }

    @inline(never)
    private mutating func rotate(to now: Int64) {
        guard let buckets else { return }
        let passed = (now - bucketEnd) / bucketLength + 1
        buckets[bucket] = Bucket(
            calls: calls - complete.calls, failures: failures - complete.failures, slow: slow - complete.slow)
        for _ in 0..<min(passed, Int64(bucketCount)) {
            bucket = bucket + 1 == bucketCount ? 0 : bucket + 1
            calls -= buckets[bucket].calls
            failures -= buckets[bucket].failures
            slow -= buckets[bucket].slow
            buckets[bucket] = Bucket(calls: 0, failures: 0, slow: 0)
        }
        complete = Bucket(calls: calls, failures: failures, slow: slow)
        bucketEnd += passed * bucketLength
    }
}
