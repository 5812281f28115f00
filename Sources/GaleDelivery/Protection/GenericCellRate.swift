// SPDX-License-Identifier: Apache-2.0

/// The generic cell rate algorithm in exact integer arithmetic (ITU-T I.371, annex A; ATM Forum Traffic Management 4.0: the
/// *virtual scheduling* form).
///
/// One number is kept, the theoretical arrival time. A call conforms when it comes no more than the tolerance τ before
/// that time, which then moves on by the emission interval T = 1/rate. In any window of length t no more than
/// 1 + (τ + t)/T calls conform. A tolerance of (burst − 1)·T lets as much through as a token bucket of that burst.
///
/// Time is counted in parts, as many a nanosecond as the rate has millionths a second: T is then 10¹⁵ parts, whatever the
/// rate, and nothing is ever rounded. Trivially copyable; the owner keeps it behind a pointer.
///
/// Scope: one dispatcher. It needs no store.
package struct GenericCellRate {
    private static let partsPerCall: Int128 = 1_000_000_000_000_000

    /// Parts per nanosecond.
    private let rate: Int128
    /// In parts.
    private let tolerance: Int128
    /// The theoretical arrival time less `updatedAt`, in parts; not negative.
    private var ahead: Int128
    private var updatedAt: Int64

    /// - Parameters:
    ///   - ratePerSecondMicros: calls per second, in millionths. 0: after the burst none.
    ///   - burst: calls at once after a pause, at least one; used where `tolerance` is nil.
    ///   - tolerance: nanoseconds that a call may come before its theoretical time.
    package init(ratePerSecondMicros: Int64, burst: Int64, tolerance: Int64? = nil, now: Int64 = 0) {
        rate = Int128(max(0, ratePerSecondMicros))
        if let tolerance {
            self.tolerance = Int128(max(0, tolerance)) * rate
        } else {
            self.tolerance = Int128(max(1, burst) - 1) * Self.partsPerCall
        }
        ahead = 0
        updatedAt = now
    }

    /// Whether a call conforms now.
    @inline(__always)
    package mutating func conforms(at now: Int64) -> Bool {
        pass(to: now)
        return ahead <= tolerance
    }

    /// Calls that conform now, at once.
    package mutating func available(at now: Int64) -> Int64 {
        if !conforms(at: now) { return 0 }
        return Int64(clamping: (tolerance - ahead) / Self.partsPerCall + 1)
    }

    /// Calls that conform now of those that do after a pause, in 1,024ths.
    package mutating func shareLeft(at now: Int64) -> UInt64 {
        if !conforms(at: now) { return 0 }
        let most = tolerance / Self.partsPerCall + 1
        return UInt64(clamping: ((tolerance - ahead) / Self.partsPerCall + 1) * 1_024 / most)
    }

    /// Makes one of the calls that `conforms` or `available` has just promised.
    @inline(__always)
    package mutating func take() {
        precondition(ahead <= tolerance, "a call is made only when it conforms")
        ahead += Self.partsPerCall
    }

    /// When `count` calls conform at once, if none is made until then; `Int64.max`: never.
    package mutating func time(of count: Int64, after now: Int64) -> Int64 {
        pass(to: now)
        let excess = ahead + Int128(max(1, count) - 1) * Self.partsPerCall - tolerance
        if excess <= 0 { return now }
        // No more conform at once than when nothing is ahead.
        if rate == 0 || excess > ahead { return .max }
        let wait = (excess + rate - 1) / rate
        return wait > Int128(Int64.max - now) ? .max : now + Int64(wait)
    }

    /// The span after which it is as if there had never been a call; `Int64.max`: never.
    package var timeToFill: Int64 {
        rate == 0 ? .max : Int64(clamping: (tolerance + Self.partsPerCall) / rate)
    }

    @inline(__always)
    private mutating func pass(to now: Int64) {
        let elapsed = now &- updatedAt
        guard elapsed > 0 else { return }
        updatedAt = now
        ahead = max(0, ahead - Int128(elapsed) * rate)
    }
}
