// SPDX-License-Identifier: Apache-2.0

/// A token bucket in exact integer arithmetic: in any window of length t no more than burst + rate · t tokens are taken.
///
/// Scope: its owner's: a dispatcher has one for each provider with a limit (`Policy.RateLimit`), so it bounds one replica. It asks
/// nobody and can't fail. It starts full, as the token bucket of RFC 2697 and RFC 2698 does.
///
/// A token is 10¹⁵ parts, so that a rate of one millionth of a token per second is one part per nanosecond and nothing is
/// ever rounded. Trivially copyable; the owner keeps it behind a pointer.
package struct TokenBucket {
    private static let partsPerToken: UInt64 = 1_000_000_000_000_000

    /// Millionths of a token per second = parts per nanosecond.
    private let rate: UInt64
    private let burst: Int64
    /// Nanoseconds from empty to full; longer gaps need no arithmetic.
    private let fillTime: Int64
    private var tokens: Int64
    /// Parts of the next token, below `partsPerToken`.
    private var fraction: UInt64
    private var refilledAt: Int64
    package let isUnlimited: Bool

    /// A bucket that never runs empty.
    package static var unlimited: TokenBucket {
        TokenBucket(isUnlimited: true, rate: 0, burst: .max / 2, fillTime: .max)
    }

    /// A full bucket. `burst` is at least one.
    package init(ratePerSecondMicros: Int64, burst: Int64, now: Int64 = 0) {
        let rate = UInt64(max(0, ratePerSecondMicros))
        let burst = min(max(1, burst), .max / 4)
        var fillTime = Int64.max
        if rate > 0 {
            let parts = UInt64(burst).multipliedFullWidth(by: Self.partsPerToken)
            if parts.high < rate {
                let quotient = rate.dividingFullWidth(parts)
                fillTime = Int64(clamping: quotient.quotient) + (quotient.remainder > 0 ? 1 : 0)
            }
        }
        self.init(isUnlimited: false, rate: rate, burst: burst, fillTime: fillTime, now: now)
    }

    private init(isUnlimited: Bool, rate: UInt64, burst: Int64, fillTime: Int64, now: Int64 = 0) {
        self.isUnlimited = isUnlimited
        self.rate = rate
        self.burst = burst
        self.fillTime = fillTime
        tokens = burst
        fraction = 0
        refilledAt = now
    }

    /// Whole tokens there are now.
    package mutating func available(at now: Int64) -> Int64 {
        if !isUnlimited { refill(at: now) }
        return tokens
    }

    /// What is left of the burst, in 1,024ths.
    package mutating func shareLeft(at now: Int64) -> UInt64 {
        if isUnlimited { return 1_024 }
        refill(at: now)
        let left = UInt64(max(0, tokens))
        return burst < 1 << 50 ? left * 1_024 / UInt64(burst) : left / UInt64(burst / 1_024)
    }

    /// Takes one of the tokens that `available` has just promised.
    package mutating func take() {
        if isUnlimited { return }
        precondition(tokens > 0, "a token is taken only when there is one")
        tokens -= 1
    }

    /// When `count` whole tokens are there, if none is taken until then; `Int64.max`: never.
    package mutating func time(of count: Int64, after now: Int64) -> Int64 {
        refill(at: now)
        if tokens >= count { return now }
        if rate == 0 || count > burst { return .max }
        var parts = UInt64(count - tokens).multipliedFullWidth(by: Self.partsPerToken)
        if parts.low < fraction { parts.high -= 1 }
        parts.low &-= fraction
        if parts.high >= rate { return .max }
        let wait = rate.dividingFullWidth(parts)
        let ceiling = wait.quotient.addingReportingOverflow(wait.remainder > 0 ? 1 : 0)
        return ceiling.overflow || ceiling.partialValue > UInt64(Int64.max - now)
            ? .max : now + Int64(ceiling.partialValue)
    }

    /// The span in which `burst` tokens come; `Int64.max`: never.
    package var timeToFill: Int64 { fillTime }

    private mutating func refill(at now: Int64) {
        let elapsed = now - refilledAt
        guard elapsed > 0, rate > 0 else { return }
        refilledAt = now
        if elapsed >= fillTime {
            tokens = burst
            fraction = 0
            return
        }
        let parts = UInt64(elapsed).multipliedFullWidth(by: rate)
        let gained = Self.partsPerToken.dividingFullWidth(parts)
        tokens += Int64(clamping: gained.quotient)
        fraction += gained.remainder
        if fraction >= Self.partsPerToken {
            fraction -= Self.partsPerToken
            tokens += 1
        }
        if tokens >= burst {
            tokens = burst
            fraction = 0
        }
    }
}
