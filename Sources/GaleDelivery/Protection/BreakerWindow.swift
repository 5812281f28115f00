// SPDX-License-Identifier: Apache-2.0

/// What a breaker has seen lately: the calls of the last seconds, or the last calls.
///
/// - Over time (resilience4j `SlidingTimeWindowMetrics`): buckets of one second (longer ones when the window is no multiple
///   of it, or longer than `maximumBuckets` seconds).
/// - Over calls (resilience4j `FixedSizeSlidingWindowMetrics`): a ring of the last results, one byte each.
///
/// - Complexity: O(1) a call; a bucket's end costs O(1) per bucket that has passed, at most all of them.
package struct BreakerWindow {
    private static let maximumBuckets: Int64 = 600
    /// Results that a window over calls may hold.
    package static let maximumCalls: Int64 = 1_000_000
    private static let failed: UInt8 = 1
    private static let tookLong: UInt8 = 2

    /// Over time in its slices, over calls the sums alone.
    private var window: SlicedWindow<BreakerResults>
    /// The last results, `ringCount` of them; nil before the first.
    private var ring: UnsafeMutablePointer<UInt8>?
    /// 0: the window is over time.
    private let ringCount: Int64
    private var place: Int64 = 0

    /// Over the last `length` nanoseconds, or over the last `count` calls if that is given.
    init(length: Int64, count: Int64?, now: Int64) {
        if let count {
            ringCount = min(max(1, count), Self.maximumCalls)
            window = SlicedWindow()
            return
        }
        ringCount = 0
        let length = min(max(1, length), .max / 2)
        let count = min(max(1, length / 1_000_000_000), Self.maximumBuckets)
        window = SlicedWindow(sliceLength: (length + count - 1) / count, count: Int(count), now: now)
    }

    func deallocate() {
        window.deallocate()
        ring?.deallocate()
    }

    /// In the window, the current bucket included.
    var calls: Int64 { window.sum.calls }
    var failures: Int64 { window.sum.failures }
    var slow: Int64 { window.sum.slow }
    /// When the current bucket ends; over calls never.
    var bucketEnd: Int64 { window.sliceEnd }

    /// Memory beyond its own.
    var bytes: Int { window.bytes + (ring == nil ? 0 : Int(ringCount)) }

    /// Whether it looks back over calls, not over time.
    var isOverCalls: Bool { ringCount > 0 }

    /// Calls that it can hold, over calls.
    var capacity: Int64 { isOverCalls ? ringCount : .max }

    @inline(__always)
    mutating func record(failure: Bool, slow isSlow: Bool, at now: Int64) {
        if isOverCalls { return recordInRing(failure: failure, slow: isSlow) }
        window.advance(to: now)
        window.sum.calls &+= 1
        if failure { window.sum.failures &+= 1 }
        if isSlow { window.sum.slow &+= 1 }
    }

    /// Counts a quick success in the current bucket.
    @inline(__always)
    mutating func recordPlainSuccess() { window.sum.calls &+= 1 }

    private mutating func recordInRing(failure: Bool, slow isSlow: Bool) {
        let ring = self.ring ?? makeRing()
        if calls == ringCount {
            let oldest = ring[Int(place)]
            if oldest & Self.failed != 0 { window.sum.failures &-= 1 }
            if oldest & Self.tookLong != 0 { window.sum.slow &-= 1 }
        } else {
            window.sum.calls &+= 1
        }
        ring[Int(place)] = (failure ? Self.failed : 0) | (isSlow ? Self.tookLong : 0)
        place = place + 1 == ringCount ? 0 : place + 1
        if failure { window.sum.failures &+= 1 }
        if isSlow { window.sum.slow &+= 1 }
    }

    /// A breaker that never saw a call needs none.
    @inline(never)
    private mutating func makeRing() -> UnsafeMutablePointer<UInt8> {
        let ring = UnsafeMutablePointer<UInt8>.allocate(capacity: Int(ringCount))
        ring.initialize(repeating: 0, count: Int(ringCount))
        self.ring = ring
        return ring
    }

    /// Forgets everything.
    mutating func clear() {
        window.clear()
        place = 0
    }
}

/// What a breaker counts.
struct BreakerResults: WindowSum {
    var calls: Int64
    var failures: Int64
    var slow: Int64

    static let zero = BreakerResults(calls: 0, failures: 0, slow: 0)

    func without(_ part: Self) -> Self {
        Self(calls: calls &- part.calls, failures: failures &- part.failures, slow: slow &- part.slow)
    }
}
