// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

extension ProviderState {
    init(_ profile: ProviderProfile, index: UInt64, draws: Draws) {
        self.draws = draws
        precondition(profile.capacityMicros ?? 0 >= 0 && profile.maximumWait >= .zero)
        self.index = index
        dialect = UInt64(profile.dialect.rawValue)
        stampsGone = profile.dialect == .apns
        failure = profile.dialect.failed
        latency = Distribution(profile.latency)
        latencyWeather = Self.weather(sigma: profile.weatherSigma)
        errorWeather = Self.weather(sigma: profile.errorWeatherSigma)
        rejectionLatencyMicros = profile.rejectionLatencyMicros
        answersOnAdmission = profile.answersOnAdmission
        isBounded = profile.capacityMicros != nil
        capacity = profile.capacityMicros.map { UInt64($0) }
        maximumWait = UInt64(profile.maximumWait.nanoseconds)
        rejectionWork = ServiceLine.requestWork * UInt128(Swift.max(profile.rejectionCostMicros, 0)) / 1_000_000
        retryAfter = profile.retryAfter
        (queuesExcess, excess) = Self.excess(profile.excess)
        quota = profile.quota.map { QuotaBucket.Terms($0) }
        quotaResponse = profile.quota?.response ?? .ok
        limitsConcurrency = profile.concurrency != nil
        concurrencyResponse = Self.completed(profile.concurrency?.response ?? .ok, retryAfter: profile.retryAfter)
        callOutcomes = Self.cumulative(profile, .call)
        recipientOutcomes = Self.cumulative(profile, .recipient)
        recipientCeiling = recipientOutcomes.last?.ceiling ?? 0
        greylistCeiling = profile.greylisting.map { Self.share(micros: $0.micros) } ?? 0
        dependsOnRecipient = recipientCeiling > 0 || greylistCeiling > 0
        greylistDelay = profile.greylisting?.delay.nanoseconds ?? 0
        verdicts = .allocate(capacity: 2)
        verdicts.initialize(
            to: Regime.ErrorShare(ceiling: Regime.whole, response: profile.dialect.success))
        (verdicts + 1).initialize(
            to: Regime.ErrorShare(
                ceiling: greylistCeiling,
                response: Self.completed(profile.greylisting?.response ?? .ok, retryAfter: profile.retryAfter)))
        greylistVerdict = UnsafePointer(verdicts + 1)
        firstContacts = FirstContacts(
            memory: profile.greylisting?.memory.nanoseconds ?? 0, places: profile.greylisting == nil ? 1 : 1 << 12)
        courses = .allocate(capacity: 1 + Self.slots)
        for slot in 0...Self.slots {
            let regime = Regime(errorCapacity: callOutcomes.count + Self.slots)
            // A shadow gets its room when it is needed.
            let inFlight = InFlight(limit: slot == 0 ? profile.concurrency?.limit ?? 0 : 0)
            (courses + slot).initialize(to: Course(regime: regime, inFlight: inFlight))
        }
        faults = .allocate(capacity: Self.slots)
        faults.initialize(repeating: nil, count: Self.slots)
    }

    /// `materialDelay`, from now on.
    mutating func findMaterialDelay() {
        if materialDelay != 0 { return }
        // The mean of a heavy tail may be beyond what an interval holds.
        let tenth = latency.mean / 10
        materialDelay = tenth < 0x1p60 ? Swift.max(Int64(tenth), 1) : 1 << 60
    }

    func deallocate() {
        for slot in 0...Self.slots { courses[slot].deallocate() }
        courses.deallocate()
        faults.deallocate()
        verdicts.deallocate()
        callOutcomes.deallocate()
        recipientOutcomes.deallocate()
        firstContacts.deallocate()
    }

    /// A response with the provider's Retry-After where it names none: 429 and 503 carry one (RFC 9110, 10.2.3; RFC 6585, 4).
    static func completed(_ response: ProviderResponse, retryAfter: Interval?) -> ProviderResponse {
        var response = response
        if response.status == 429 || response.status == 503, response.retryAfter == nil {
            response.retryAfter = retryAfter
        }
        return response
    }

    /// An APNs 410 with its time stamp, until it is given as a distance from the answer.
    static func stamped(
        _ response: ProviderResponse, _ dialect: ProviderDialect, _ knownFor: Interval
    ) -> ProviderResponse {
        guard dialect == .apns, response.status == 410 else { return response }
        var response = response
        response.invalidSince = Instant(nanoseconds: -knownFor.nanoseconds)
        return response
    }

    static func excess(_ excess: ProviderProfile.Excess) -> (queues: Bool, response: ProviderResponse) {
        switch excess {
        case .queue: (true, .ok)
        case .answer(let response): (false, response)
        case .reset: (false, .connectionReset)
        }
    }

    /// A share in the fixed point of `Regime.whole`.
    static func share(micros: Int64) -> UInt64 {
        UInt64(UInt128(UInt64(Swift.min(Swift.max(micros, 0), 1_000_000))) * UInt128(Regime.whole) / 1_000_000)
    }

    /// A factor whose median is 1, in the fixed point of `Regime.one`.
    private static func weather(sigma: Double) -> Distribution? {
        sigma > 0 ? Distribution(.lognormal(median: Double(Regime.one), sigma: sigma)) : nil
    }

    private static func cumulative(
        _ profile: ProviderProfile, _ layer: ProviderProfile.OutcomeRate.Layer
    ) -> UnsafeMutableBufferPointer<Regime.ErrorShare> {
        var ceiling: UInt64 = 0
        let shares = profile.outcomes.filter { $0.layer == layer }.map { outcome in
            ceiling = Swift.min(ceiling + share(micros: outcome.micros), Regime.whole)
            return Regime.ErrorShare(
                ceiling: ceiling,
                response: stamped(
                    completed(outcome.response, retryAfter: profile.retryAfter), profile.dialect, outcome.knownFor))
        }
        let buffer = UnsafeMutableBufferPointer<Regime.ErrorShare>.allocate(capacity: shares.count)
        _ = buffer.initialize(from: shares)
        return buffer
    }
}
