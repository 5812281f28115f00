// SPDX-License-Identifier: Apache-2.0

/// Watches the share of a provider's answers that say "never again" about a recipient. Recipients go one by one; when
/// suddenly many of them seem to have gone, it is the provider that is wrong (a wave of false 5xx, an environment mixed up),
/// and what it says must not be kept.
///
/// A sliding window of ten buckets. The answers before the share was reached have counted: at most `ceiling` of a window's
/// answers, or of `minimumAnswers`; each of them is a first strike, that is an absence of the graylist's length and no
/// more.
///
/// - Complexity: O(1); ten buckets of 16 bytes a provider.
package struct PermanenceGuard: BitwiseCopyable {
    private static let bucketCount = 10

    /// Answers and permanent ones, by bucket.
    private let buckets: UnsafeMutablePointer<SIMD2<Int64>>
    private var sum = SIMD2<Int64>(0, 0)
    /// Number of the current bucket since time began.
    private var current: Int64 = 0
    private let bucketLength: Int64
    private let ceilingMicros: Int64
    private let minimumAnswers: Int64
    /// Permanent answers that were not believed.
    package private(set) var disbelieved: Int64 = 0

    package init(_ policy: SuppressionPolicy) {
        buckets = .allocate(capacity: Self.bucketCount)
        buckets.initialize(repeating: SIMD2(0, 0), count: Self.bucketCount)
        bucketLength = max(1, policy.window.nanoseconds / Int64(Self.bucketCount))
        ceilingMicros = min(max(0, policy.ceilingMicros), 1_000_000)
        minimumAnswers = Int64(max(1, policy.minimumAnswers))
    }

    package func deallocate() { buckets.deallocate() }

    /// Records an answer; for a permanent one, whether it is to be believed.
    ///
    /// - Parameter now: nanoseconds, never before an earlier one.
    @discardableResult
    package mutating func record(isPermanent: Bool, at now: Int64) -> Bool {
        rotate(to: now / bucketLength)
        let one = SIMD2<Int64>(1, isPermanent ? 1 : 0)
        buckets[Int(current % Int64(Self.bucketCount))] &+= one
        sum &+= one
        guard isPermanent, isTripped else { return true }
        disbelieved += 1
        return false
    }

    /// Whether the share of permanent answers is above what is believed.
    package var isTripped: Bool {
        sum.x >= minimumAnswers && sum.y.multipliedReportingOverflow(by: 1_000_000).partialValue > ceilingMicros * sum.x
    }

    private mutating func rotate(to bucket: Int64) {
        let passed = bucket - current
        guard passed > 0 else { return }
        for step in 1...min(passed, Int64(Self.bucketCount)) {
            let place = Int((current + step) % Int64(Self.bucketCount))
            // Beyond a whole window every bucket is old, whatever its number.
            sum &-= buckets[place]
            buckets[place] = SIMD2(0, 0)
        }
        current = bucket
    }
}
