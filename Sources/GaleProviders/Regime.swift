// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

/// What a set of faults makes of a profile, ready for the hot path. Made anew when a fault begins or ends and when the
/// weather turns, which is rare.
struct Regime: BitwiseCopyable {
    /// Answers for the calls whose number lies below `ceiling` and not below the share before it.
    struct ErrorShare: BitwiseCopyable {
        /// 0...2⁶³, the whole.
        var ceiling: UInt64
        var response: ProviderResponse
    }

    /// Whether something may turn a call away before it joins the line: silence, a quota, a limit on concurrency.
    var isGuarded = false
    var isBlackout = false
    /// Whether excess waits as well.
    var queuesExcess = true
    /// What excess gets otherwise.
    var excess = ProviderResponse.connectionReset
    /// Requests per second in millionths.
    var rate: UInt64 = 0
    /// The most work in line that still admits a request; see `ServiceLine`.
    var mostWork: UInt128 = 0
    /// `Regime.one` is one.
    var latencyFactor: UInt64 = Regime.one
    var rejectionLatencyFactor: UInt64 = Regime.one
    /// Calls whose number is below this fail.
    var errorCeiling: UInt64 = 0
    var errorCount = 0
    /// Room for every outcome and every slot's error.
    let errors: UnsafeMutablePointer<ErrorShare>

    /// One, in the fixed point of factors.
    static var one: UInt64 { 1 << 32 }
    /// The whole, in the fixed point of shares: one bit less than a draw has, so that 100 % includes every draw.
    static var whole: UInt64 { 1 << 63 }

    init(errorCapacity: Int) { errors = .allocate(capacity: errorCapacity) }

    func deallocate() { errors.deallocate() }

    mutating func addError(_ response: ProviderResponse, upTo ceiling: UInt64) {
        (errors + errorCount).initialize(to: ErrorShare(ceiling: ceiling, response: response))
        errorCount += 1
        errorCeiling = ceiling
    }

    /// `nanoseconds × factor`, rounded; at most about 36 years.
    @inline(__always)
    static func scale(_ nanoseconds: Int64, by factor: UInt64) -> Int64 {
        let product = UInt128(nanoseconds.magnitude) &* UInt128(factor) &+ UInt128(one / 2)
        return product >> 92 == 0 ? Int64(truncatingIfNeeded: product >> 32) : 1 << 60
    }

    /// `factor × micros / 1,000,000`, rounded; at most about a million.
    static func scale(_ factor: UInt64, byMicros micros: Int64) -> UInt64 {
        let scaled = (ServiceLine.product(factor, UInt64(Swift.max(micros, 0))) + 500_000) / 1_000_000
        return UInt64(Swift.min(scaled, 1 << 52))
    }
}
