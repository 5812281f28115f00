// SPDX-License-Identifier: Apache-2.0

/// gRPC's retry throttling (gRFC A6), see `RetryThrottlePolicy`. With the example's 10 tokens and 0.1 a success it stops
/// retries when more than about 9 % of attempts keep failing: 0.1 · (1 − p) < p.
package struct RetryThrottle: BitwiseCopyable {
    private let maximum: Int64
    private let ratio: Int64
    package private(set) var tokensMillis: Int64

    package init(_ policy: RetryThrottlePolicy) {
        maximum = min(max(1_000, policy.maximumMillis), 1_000_000)
        ratio = min(max(1, policy.ratioMillis), 1_000_000)
        tokensMillis = maximum
    }

    /// Whether retries and hedges may be sent.
    package var allowsRetries: Bool { tokensMillis > maximum / 2 }

    package mutating func succeeded() { tokensMillis = min(maximum, tokensMillis + ratio) }

    /// A retryable failure, or one whose pushback forbids a retry.
    package mutating func failed() { tokensMillis = max(0, tokensMillis - 1_000) }
}
