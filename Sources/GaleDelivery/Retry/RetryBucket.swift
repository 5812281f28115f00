// SPDX-License-Identifier: Apache-2.0

/// Tokens for retries: AWS's retry quota (`botocore/retries/quota.py`) and Marc Brooker's bucket, see `RetryBucketPolicy`.
///
/// Starts full. Tokens are never below 0 nor above the capacity.
package struct RetryBucket: BitwiseCopyable {
    /// What the attempt before ended with, as far as the price of a retry depends on it.
    package enum Cause: UInt8, BitwiseCopyable { case other, throttled, timeout }

    private let capacity: Int64
    private let cost: Int64
    private let throttledCost: Int64
    private let timeoutCost: Int64
    private let deposit: Int64
    private let refundsCost: Bool
    package private(set) var tokensMillis: Int64

    package init(_ policy: RetryBucketPolicy) {
        capacity = min(max(0, policy.capacityMillis), .max / 4)
        cost = min(max(1, policy.costMillis), .max / 4)
        throttledCost = min(max(1, policy.throttledCostMillis), .max / 4)
        timeoutCost = min(max(1, policy.timeoutCostMillis), .max / 4)
        deposit = min(max(0, policy.depositMillis), .max / 4)
        refundsCost = policy.refundsCost
        tokensMillis = capacity
    }

    package func costMillis(_ cause: Cause) -> Int64 {
        switch cause {
        case .other: cost
        case .throttled: throttledCost
        case .timeout: timeoutCost
        }
    }

    /// Retries of this cause that may be made now.
    package func available(_ cause: Cause) -> Int64 { tokensMillis / costMillis(cause) }

    /// Makes one of the retries that `available` has just promised.
    package mutating func withdraw(_ cause: Cause) {
        precondition(tokensMillis >= costMillis(cause), "a retry is made only for tokens")
        tokensMillis -= costMillis(cause)
    }

    /// A retry that was paid for is not made after all.
    package mutating func giveBack(_ cause: Cause) { tokensMillis = min(capacity, tokensMillis + costMillis(cause)) }

    /// An attempt succeeded.
    ///
    /// - Parameter paid: the cause for which its retry was paid; nil: it was a first attempt.
    package mutating func succeeded(paid: Cause?) {
        let gain = paid.map { refundsCost ? costMillis($0) : deposit } ?? deposit
        tokensMillis = min(capacity, tokensMillis + gain)
    }
}
