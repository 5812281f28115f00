// SPDX-License-Identifier: Apache-2.0

/// What stands before a provider beyond its breaker and its token bucket.
struct ProviderGuard {
    /// Attempts under way.
    var inFlight: Int64 = 0
    /// The bulkhead.
    let most: Int64
    let hasLimit: Bool
    let hasRate: Bool
    /// Whether the provider's throttling answers limit the rate.
    let followsRate: Bool
    /// Whether the number under way matters.
    let isCounted: Bool
    var limit: ConcurrencyLimit
    var rate: GenericCellRate
    var clientRate: ClientRate
    var latency = LatencyEstimate()
    /// A call that takes longer than this is slow to AIMD, whatever its answer, and to the breaker; nanoseconds.
    let slowAfter: Int64
    let slowCall: Int64

    init(_ policy: Policy, provider index: Int) {
        let bulkhead = policy.bulkheads?.providers.first { Int($0.provider.rawValue) == index }
        most = bulkhead.map { Int64(max(1, $0.attempts)) } ?? .max
        hasLimit = policy.concurrency != nil
        isCounted = hasLimit || bulkhead != nil
        limit = ConcurrencyLimit(policy.concurrency ?? ConcurrencyPolicy(.aimd))
        slowAfter = policy.concurrency.flatMap { $0.algorithm == .aimd ? $0.slowAfter.nanoseconds : nil } ?? .max
        let slowCall = policy.breaker.flatMap { $0.slowCallRateMicros == nil ? nil : $0.slowCallDuration }
        self.slowCall = slowCall?.nanoseconds ?? .max
        followsRate = policy.retry.clientRate != nil
        clientRate = ClientRate(policy.retry.clientRate ?? ClientRatePolicy())
        let rateLimit = policy.limits.first { Int($0.provider.rawValue) == index }
        hasRate = rateLimit?.algorithm == .gcra
        rate = GenericCellRate(
            ratePerSecondMicros: rateLimit?.ratePerSecondMicros ?? 0, burst: rateLimit?.burst ?? 1,
            tolerance: rateLimit?.tolerance?.nanoseconds)
    }

    func deallocate() { limit.deallocate() }

    /// Attempts that may be added to those under way.
    @inline(__always)
    var room: Int64 {
        guard isCounted else { return .max / 2 }
        return max(0, min(most, hasLimit ? limit.limit : .max) - inFlight)
    }
}
