// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Whether a retry may be made now. Its state belongs to one provider, or to all together: `RetryPolicy.scope`.
public enum RetryAdmission: Equatable, Sendable {
    /// Always: only attempts are counted.
    case unlimited
    /// Finagle's retry budget: a share of first attempts.
    case budget(RetryBudgetPolicy)
    /// AWS's retry quota or Brooker's bucket: retries cost tokens, successes bring some.
    case bucket(RetryBucketPolicy)
    /// gRPC's retry throttling: no retries while too much fails.
    case throttle(RetryThrottlePolicy)
    /// Envoy's retry budget: retries under way as a share of attempts under way.
    case concurrency(RetryConcurrencyPolicy)
    /// Google's adaptive throttling: refuses first attempts too, by chance, as a provider refuses.
    case adaptive(AdaptiveThrottlePolicy)
}

/// Finagle's retry budget: a leaky bucket. Deposits last `window`; `reserve` retries a second are free.
public struct RetryBudgetPolicy: Equatable, Sendable {
    /// Retries per first attempt, in millionths: 200,000 is 20 %.
    public var ratioMicros: Int64
    public var window: Interval
    /// Retries per second that are always allowed.
    public var reservePerSecond: Int64

    public init(ratioMicros: Int64, window: Interval = .seconds(10), reservePerSecond: Int64 = 10) {
        self.ratioMicros = ratioMicros
        self.window = window
        self.reservePerSecond = reservePerSecond
    }
}

/// A bucket of tokens that starts full: a retry takes its cost, a success brings something back. All in thousandths of a token.
public struct RetryBucketPolicy: Equatable, Sendable {
    public var capacityMillis: Int64
    /// Of a retry.
    public var costMillis: Int64
    /// Of a retry after a throttling answer.
    public var throttledCostMillis: Int64
    /// Of a retry after a time-out or a broken connection.
    public var timeoutCostMillis: Int64
    /// Of a success.
    public var depositMillis: Int64
    /// Whether a success after a retry brings back what the last retry cost, in place of the deposit.
    public var refundsCost: Bool

    public init(
        capacityMillis: Int64, costMillis: Int64, throttledCostMillis: Int64? = nil, timeoutCostMillis: Int64? = nil,
        depositMillis: Int64, refundsCost: Bool
    ) {
        self.capacityMillis = capacityMillis
        self.costMillis = costMillis
        self.throttledCostMillis = throttledCostMillis ?? costMillis
        self.timeoutCostMillis = timeoutCostMillis ?? costMillis
        self.depositMillis = depositMillis
        self.refundsCost = refundsCost
    }

    /// AWS SDKs, retry mode standard 2.0: 500 tokens, a retry 5, after a time-out 10, a success 1 or what the retry had cost.
    public static let awsStandard20 = RetryBucketPolicy(
        capacityMillis: 500_000, costMillis: 5_000, timeoutCostMillis: 10_000, depositMillis: 1_000, refundsCost: true)
    /// AWS SDKs, retry mode standard 2.1 (default since 10 November 2026): a retry 14, after throttling 5.
    public static let awsStandard21 = RetryBucketPolicy(
        capacityMillis: 500_000, costMillis: 14_000, throttledCostMillis: 5_000, depositMillis: 1_000,
        refundsCost: true)
    /// Marc Brooker, "Fixing retries with token buckets and circuit breakers", 2022: a success 0.1, a retry 1, bounded (here by 10).
    public static let brooker = RetryBucketPolicy(
        capacityMillis: 10_000, costMillis: 1_000, depositMillis: 100, refundsCost: false)
}

/// gRPC's retry throttling (gRFC A6): tokens start at the maximum; a retryable failure, or one whose pushback forbids a retry, takes one, a
/// success brings `tokenRatio`. While no more than half are left, nothing is retried or hedged.
public struct RetryThrottlePolicy: Equatable, Sendable {
    /// 1 to 1,000 tokens, in thousandths. Default 10, the example of A6.
    public var maximumMillis: Int64
    /// In thousandths of a token, at least 1. Default 0.1, the example of A6.
    public var ratioMillis: Int64

    public init(maximumMillis: Int64 = 10_000, ratioMillis: Int64 = 100) {
        self.maximumMillis = maximumMillis
        self.ratioMillis = ratioMillis
    }
}

/// Envoy's retry budget (`circuit_breaker.proto`, `retry_budget`: "a percentage of the sum of active requests and active pending
/// requests"): a retry is admitted while there are fewer than `max(minimum, ratio · attempts under way)`.
///
/// As in `retry_state_impl.cc` a retry counts from its admission to its end, its backoff included, but is an active request only
/// while it is under way (envoyproxy/envoy#30205). Pending are there those that wait for a connection; here none is: who waits for
/// a slot is no request yet.
public struct RetryConcurrencyPolicy: Equatable, Sendable {
    /// `budget_percent` in millionths. Default 20 %.
    public var ratioMicros: Int64
    /// `min_retry_concurrency`. Default 3.
    public var minimum: Int64

    public init(ratioMicros: Int64 = 200_000, minimum: Int64 = 3) {
        self.ratioMicros = ratioMicros
        self.minimum = minimum
    }
}

/// Google's client-side throttling ("Site Reliability Engineering", chapter 21): an attempt is refused before it is sent with
/// probability max(0, (requests − K · accepts) / (requests + 1)) over the window, for each provider.
public struct AdaptiveThrottlePolicy: Equatable, Sendable {
    /// In millionths, at least 1,000,000. Default 2.
    public var multiplierMicros: Int64
    /// Default 2 min.
    public var window: Interval

    public init(multiplierMicros: Int64 = 2_000_000, window: Interval = .minutes(2)) {
        self.multiplierMicros = multiplierMicros
        self.window = window
    }
}
