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
package struct PermanenceGuard {
    private static let bucketCount = 10

    /// Answers, and permanent ones.
    private var answers: SlicedWindow<SIMD2<Int64>>
    private let ceilingMicros: Int64
    private let minimumAnswers: Int64
    /// Permanent answers that were not believed.
    package private(set) var disbelieved: Int64 = 0

    package init(_ policy: SuppressionPolicy) {
        answers = SlicedWindow(
            sliceLength: max(1, policy.window.nanoseconds / Int64(Self.bucketCount)), count: Self.bucketCount)
        ceilingMicros = min(max(0, policy.ceilingMicros), 1_000_000)
        minimumAnswers = Int64(max(1, policy.minimumAnswers))
    }

    package func deallocate() { answers.deallocate() }

    /// Has seen nothing.
    package mutating func forget() { answers.clear() }

    /// Records an answer; for a permanent one, whether it is to be believed.
    ///
    /// - Parameter now: nanoseconds, never before an earlier one.
    @discardableResult
    package mutating func record(isPermanent: Bool, at now: Int64) -> Bool {
        answers.advance(to: now)
        answers.sum &+= SIMD2(1, isPermanent ? 1 : 0)
        guard isPermanent, isTripped else { return true }
        disbelieved += 1
        return false
    }

    /// Whether the share of permanent answers is above what is believed.
    package var isTripped: Bool {
        let (all, permanent) = (answers.sum.x, answers.sum.y)
        return all >= minimumAnswers
            && permanent.multipliedReportingOverflow(by: 1_000_000).partialValue > ceilingMicros * all
    }
}
