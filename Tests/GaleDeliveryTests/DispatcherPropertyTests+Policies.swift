// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Random policies.
extension DispatcherPropertyTests {
    func randomPolicy(_ random: inout SplitMix, _ waiting: Policy.Waiting) -> Policy {
        func route(_ channel: Channel, _ platform: Platform, _ providers: [UInt16]) -> Policy.Route {
            Policy.Route(
                channel: channel, platform: platform,
                providers: providers.map { (ProviderIndex(rawValue: $0), UInt32(random.below(4))) })
        }
        var policy = Policy(
            routes: [
                route(.push, .ios, [0]), route(.push, .android, [1, 2]), route(.sms, .none, [2, 3, 4]),
                route(.email, .none, [4]),
            ],
            timeout: .milliseconds(Int64(200 + random.below(2_000))), waiting: waiting)
        policy.retry = RetryPolicy(
            backoff: RetryPolicy.Backoff.allCases[random.below(3)], jitter: random.chance(70) ? .full : .none,
            base: .milliseconds(Int64(1 + random.below(2_000))), cap: .seconds(10), attempts: 1 + random.below(6),
            budget: random.chance(60)
                ? RetryBudgetPolicy(
                    ratioMicros: Int64(random.below(400_000)), window: .seconds(10),
                    reservePerSecond: Int64(random.below(3))) : nil,
            retryAfterCap: random.chance(70) ? .seconds(20) : nil)
        if random.chance(60) {
            policy.breaker = BreakerPolicy(
                failureRateMicros: 500_000, window: .seconds(5), open: .seconds(Int64(1 + random.below(6))),
                minimumCalls: 3 + random.below(20), halfOpenProbes: 1 + random.below(5))
        }
        for provider in 0..<5 where random.chance(40) {
            policy.limits.append(
                Policy.RateLimit(
                    provider: ProviderIndex(rawValue: UInt16(provider)),
                    ratePerSecondMicros: Int64(500_000 + random.below(40_000_000)), burst: Int64(1 + random.below(10))))
        }
        if random.chance(50) {
            policy.deduplication = Policy.Deduplication(onFailure: random.chance(50) ? .open : .closed)
        }
        if random.chance(60) {
            policy.fallbacks = [
                Policy.Fallback(from: .push, to: .sms, after: random.chance(50) ? .seconds(8) : nil),
                Policy.Fallback(from: .sms, to: .email, after: nil),
                Policy.Fallback(from: .inApp, to: .push, after: nil),
            ]
        }
        if random.chance(50) { protect(&policy, &random) }
        if random.chance(50) {
            policy.routing = randomRouting(&random)
            policy.routes.append(route(.inApp, .none, [2]))
        }
        if random.chance(50) { secure(&policy, &random) }
        vary(&policy.retry, &random)
        return policy
    }

    func secure(_ policy: inout Policy, _ random: inout SplitMix) {
        if random.chance(60) {
            policy.suppression = SuppressionPolicy(
                graylist: .seconds(Int64(1 + random.below(20))), ceilingMicros: Int64(random.below(60_000)),
                window: .seconds(20),
                minimumAnswers: 1 + random.below(20), onFailure: random.chance(50) ? .open : .closed)
        }
        if random.chance(60) { policy.consent = ConsentPolicy() }
        if random.chance(60) { policy.order = .key }
        if random.chance(60) { policy.maximumDeliveries = UInt8(1 + random.below(6)) }
    }

    func randomRouting(_ random: inout SplitMix) -> RoutingPolicy {
        var routing = RoutingPolicy(
            choice: ProviderChoice(rawValue: UInt8(random.below(8))), collapses: random.chance(50),
            isFair: random.chance(50))
        if random.chance(50) {
            routing.money = MoneyPolicy(
                prices: (0..<5).map {
                    MoneyPolicy.Price(provider: ProviderIndex(rawValue: $0), micros: Int64(random.below(4) * 1_000))
                }, budgetMicros: random.chance(70) ? Int64(random.below(40_000)) : nil, period: .seconds(20),
                whenUsedUp: MoneyPolicy.WhenUsedUp.allCases[random.below(3)])
        }
        if random.chance(50) {
            routing.deadlines = TierDeadlines(
                provider: random.chance(60) ? .milliseconds(Int64(random.below(5_000))) : nil,
                channel: random.chance(60) ? .milliseconds(Int64(random.below(9_000))) : nil,
                message: random.chance(60) ? .milliseconds(Int64(random.below(60_000))) : nil)
        }
        if random.chance(50) {
            routing.presence = PresencePolicy(
                channels: [.push, .sms], recency: .seconds(Int64(1 + random.below(60))),
                seenWithin: random.chance(70) ? .milliseconds(Int64(random.below(8_000))) : nil,
                onFailure: random.chance(50) ? .open : .closed)
        }
        if random.chance(50) {
            // The stories begin shortly before midnight, and the zones are seconds apart.
            routing.quietHours = QuietHours(
                begin: 0, end: 1 + random.below(2), channels: [.push, .sms, .email],
                spread: .seconds(Int64(random.below(20))), zones: Self.zones, epoch: -Int64(random.below(30)))
        }
        if random.chance(50) {
            routing.cap = FrequencyCap(
                limit: random.below(5), window: .seconds(20), onFailure: random.chance(50) ? .open : .closed)
        }
        if random.chance(50) {
            routing.lanes =
                random.chance(50)
                ? .strict(ageing: random.chance(70) ? .seconds(3) : nil)
                : .weighted([8, 4, 2, UInt32(random.below(3))])
        }
        return routing
    }

    private static let zones = TimeZoneTable(fixed: [("a", 0), ("b", 10), ("c", -15), ("d", 70)])

    /// Half of the stories have other schedules, admissions, hedges, levels and replays.
    private func vary(_ retry: inout RetryPolicy, _ random: inout SplitMix) {
        if random.chance(50) { return }
        retry.backoff = RetryPolicy.Backoff.allCases[random.below(RetryPolicy.Backoff.allCases.count)]
        retry.jitter = RetryPolicy.Jitter.allCases[random.below(RetryPolicy.Jitter.allCases.count)]
        retry.jitterSpread = .milliseconds(Int64(random.below(500)))
        retry.delays = [.milliseconds(100), .seconds(Int64(random.below(5)))]
        retry.retryAfter = RetryPolicy.RetryAfterRule.allCases[random.below(3)]
        retry.whenRefused = random.chance(70) ? .wait : .giveUp
        retry.scope = random.chance(50) ? .perProvider : .shared
        if random.chance(20) { retry.lifetime = .seconds(Int64(5 + random.below(30))) }
        switch random.below(6) {
        case 0:
            retry.admission = .bucket(
                RetryBucketPolicy(
                    capacityMillis: Int64(random.below(60_000)), costMillis: Int64(1 + random.below(5_000)),
                    throttledCostMillis: Int64(1 + random.below(5_000)),
                    timeoutCostMillis: Int64(1 + random.below(9_000)), depositMillis: Int64(random.below(1_000)),
                    refundsCost: random.chance(50)))
        case 1: retry.admission = .throttle(RetryThrottlePolicy(maximumMillis: Int64(1_000 + random.below(20_000))))
        case 2: retry.admission = .concurrency(RetryConcurrencyPolicy(minimum: Int64(random.below(4))))
        case 3: retry.admission = .adaptive(AdaptiveThrottlePolicy(window: .seconds(Int64(5 + random.below(60)))))
        default: break
        }
        if random.chance(40) {
            retry.clientRate = ClientRatePolicy(
                betaMicros: Int64(300_000 + random.below(600_000)), scaleMicros: Int64(100_000 + random.below(900_000)),
                leastPerSecondMicros: Int64(500_000 + random.below(5_000_000)))
        }
        if random.chance(60) {
            retry.hedging = HedgingPolicy(copies: 2 + random.below(4), delay: .milliseconds(Int64(random.below(250))))
        }
        if random.chance(50) { retry.levels = [.seconds(1), .seconds(Int64(2 + random.below(9)))] }
        if random.chance(50) {
            retry.replay = DeadLetterReplay(
                after: .seconds(Int64(random.below(20))), ratePerSecondMicros: Int64(1 + random.below(9_000_000)))
        }
    }
}
