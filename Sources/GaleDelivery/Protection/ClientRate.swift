// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// AWS's client rate limiter, see `ClientRatePolicy`: `ClientRateLimiter` and `RateClocker` of `botocore/retries/adaptive.py`,
/// `CubicCalculator` of `throttling.py`, `TokenBucket` of `bucket.py`; the rules are theirs to the letter, in IEEE double precision.
///
/// - Off until the first throttling answer. From then on an attempt takes a token.
/// - The *measured rate* is that of answers: at the first one in a new half second, what came since the half second before, smoothed
///   0.8 to 0.2.
/// - A throttling answer: w ← rate, the measured one or the bucket's if that is less; K ← ∛(w (1 − β)/C); the rate becomes β w.
/// - Any other answer: the rate becomes C (Δt − K)³ + w, with Δt the seconds since the last throttling answer.
/// - The bucket fills at that rate, at least 0.5 a second, but at most twice the measured rate, and holds a second's tokens, at least one.
///
/// Scope: one provider of one dispatcher. It needs no store.
///
/// - Complexity: O(1); a cubic root for a throttling answer.
package struct ClientRate: BitwiseCopyable {
    /// `_TIME_BUCKET_RANGE`.
    private static let bucketLength: Int64 = 500_000_000
    /// `_MAX_RATE_ADJUST_SCALE`.
    private static let mostOfMeasured = 2.0

    private let beta: Double
    private let scale: Double
    private let smoothing: Double
    private let least: Double

    /// Whether a throttling answer has come yet.
    package private(set) var isOn = false
    /// Answers a second, as of the last half second that is over.
    package private(set) var measured = 0.0
    /// Tokens a second.
    package private(set) var rate: Double
    private var capacity = 1.0
    private var tokens = 0.0
    /// When `tokens` was right.
    private var refilled: Int64
    /// The rate at the last throttling answer, and when that came.
    private var highest = 0.0
    private var zeroPoint = 0.0
    private var throttled: Int64
    private var count = 0.0
    /// Number of the half second in which the rate was measured last.
    private var bucket: Int64

    package init(_ policy: ClientRatePolicy, now: Int64 = 0) {
        beta = Double(min(max(0, policy.betaMicros), 1_000_000)) / 1_000_000
        scale = Double(max(1, policy.scaleMicros)) / 1_000_000
        smoothing = Double(min(max(0, policy.smoothingMicros), 1_000_000)) / 1_000_000
        least = Double(max(1, policy.leastPerSecondMicros)) / 1_000_000
        rate = max(1, least)
        refilled = now
        throttled = now
        bucket = now / 1_000_000_000 * 2
    }

    /// Attempts that may be made now.
    package mutating func available(at now: Int64) -> Int64 {
        if !isOn { return .max / 2 }
        refill(now)
        // A nanosecond before its time nobody is let through; a rounding error is none.
        return Int64(tokens + 1e-9)
    }

    /// Makes an attempt that `available` has just promised.
    package mutating func take() {
        guard isOn else { return }
        precondition(tokens + 1e-9 >= 1, "an attempt is made only for a token")
        tokens = max(0, tokens - 1)
    }

    /// When `count` attempts could be made, if the rate stays.
    package mutating func time(of count: Int64, after now: Int64) -> Int64 {
        if !isOn { return now }
        refill(now)
        // More than fit wait as if they did: never "now" for what can't be had.
        let missing = Double(count) - tokens
        return missing <= 0 ? now : now + Int64(min(missing / rate * 1e9, 1e18).rounded(.up))
    }

    /// An attempt has its answer.
    package mutating func answered(isThrottled: Bool, at now: Int64) {
        measure(now)
        let next: Double
        if isThrottled {
            highest = isOn ? min(measured, rate) : measured
            zeroPoint = PortableMath.power(highest * (1 - beta) / scale, 1 / 3)
            throttled = now
            isOn = true
            next = highest * beta
        } else {
            let passed = Double(now - throttled) / 1e9 - zeroPoint
            next = scale * passed * passed * passed + highest
        }
        set(min(next, Self.mostOfMeasured * measured), now)
    }

    private mutating func measure(_ now: Int64) {
        count += 1
        let current = now / Self.bucketLength
        guard current > bucket else { return }
        let seen = count / (Double(current - bucket) * 0.5)
        measured = seen * smoothing + measured * (1 - smoothing)
        count = 0
        bucket = current
    }

    private mutating func set(_ value: Double, _ now: Int64) {
        refill(now)
        rate = max(value, least)
        capacity = max(value, 1)
        tokens = min(tokens, capacity)
    }

    private mutating func refill(_ now: Int64) {
        tokens = min(capacity, tokens + Double(now - refilled) / 1e9 * rate)
        refilled = now
    }
}
