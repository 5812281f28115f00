// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// A host that does everything at random: answers, look-ups, delays, late, repeated and invented inputs. `TestHost` checks
/// each action as it comes; here is what must hold at the end.
struct DispatcherPropertyTests {
    private func randomPolicy(_ random: inout SplitMix, _ waiting: Policy.Waiting) -> Policy {
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

    private func secure(_ policy: inout Policy, _ random: inout SplitMix) {
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

    private func randomRouting(_ random: inout SplitMix) -> RoutingPolicy {
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
        if random.chance(60) {
            retry.hedging = HedgingPolicy(copies: 2 + random.below(4), delay: .milliseconds(Int64(random.below(250))))
        }
        if random.chance(50) { retry.levels = [.seconds(1), .seconds(Int64(2 + random.below(9)))] }
        if random.chance(50) {
            retry.replay = DeadLetterReplay(
                after: .seconds(Int64(random.below(20))), ratePerSecondMicros: Int64(1 + random.below(9_000_000)))
        }
    }

    private static let dialects: [ProviderDialect] = [.apns, .fcm, .gateway, .sms, .smtp]
    private static let providers = dialects.enumerated().map { ProviderDescription(name: "p\($0)", dialect: $1) }

    private func randomResponse(_ random: inout SplitMix, _ dialect: ProviderDialect, _ isBad: Bool) -> ProviderResponse
    {
        if !random.chance(isBad ? 80 : 10) { return ProviderResponse(status: dialect == .smtp ? 250 : 200) }
        switch random.below(10) {
        case 0: return .timedOut
        case 1: return .connectionReset
        case 2: return .connectionFailed
        case 3...5: return ProviderResponse(status: dialect == .smtp ? 451 : 503)
        case 6:
            return ProviderResponse(status: dialect == .smtp ? 421 : 429, retryAfter: .seconds(Int64(random.below(30))))
        default:
            let reasons = Reason.all(dialect)
            let reason = reasons[random.below(reasons.count)]
            // Stops are rare in life; here they would hide everything else.
            if Taxonomy.classify(dialect, ProviderResponse(status: 0, reason: reason)).errorClass == .stopSender,
                !random.chance(10)
            {
                return ProviderResponse(status: dialect == .smtp ? 451 : 500)
            }
            // Some providers push back, and some forbid a retry.
            let pushback: Interval? = random.chance(10) ? .milliseconds(Int64(random.below(9_000)) - 1_000) : nil
            let since: Instant? = random.chance(30) ? .zero + .seconds(Int64(random.below(30))) : nil
            return ProviderResponse(
                status: reason.usualStatus!, reason: reason, retryAfter: pushback, invalidSince: since)
        }
    }

    /// Runs a random story to its end and returns its host.
    private func play(seed: UInt64, waiting: Policy.Waiting, messages: Int = 400) -> (host: TestHost, policy: Policy) {
        var random = SplitMix(seed: seed)
        let policy = randomPolicy(&random, waiting)
        let host = TestHost(policy, providers: Self.providers)
        var words = SplitMix(seed: seed &* 31 &+ 1)
        var answers = SplitMix(seed: seed &* 37 &+ 2)
        host.random = { words.next() }
        host.grant = { answers.chance(50) ? .zero : .milliseconds(Int64(answers.below(400))) }
        host.lookUp = { _ in
            (
                .milliseconds(Int64(answers.below(50))),
                answers.chance(10) ? .present : answers.chance(20) ? .failed : .absent
            )
        }
        host.answer = { [unowned host] read, _ in
            guard read.kind == .presence else { return nil }
            let seen = max(1, host.now.nanoseconds - Int64(answers.below(40)) * 1_000_000_000)
            let answer: LookupAnswer =
                answers.chance(20) ? .failed : answers.chance(30) ? .absent : .value(seen)
            return (.milliseconds(Int64(answers.below(50))), answer)
        }
        host.respond = { sent in
            let isBad = sent.at.nanoseconds / 10_000_000_000 % 2 == 1
            let response = randomResponse(&answers, Self.dialects[sent.provider], isBad)
            let after = Interval.milliseconds(Int64(answers.below(300)))
            if answers.chance(10) {
                // Once more, later: repeated, late or stale, and not always the same.
                let again = randomResponse(&answers, Self.dialects[sent.provider], false)
                host.schedule(.responded(sent.attempt, again), at: sent.at + after * 2 + .milliseconds(1))
            }
            if answers.chance(5) {
                let later = sent.at + .milliseconds(Int64(answers.below(3_000)))
                host.schedule(.lookedUp(LookupID(rawValue: sent.chain.rawValue), .present), at: later)
                host.schedule(.woken(TimerID(rawValue: sent.attempt.rawValue)), at: later)
                host.schedule(.woken(TimerID(rawValue: answers.next())), at: later)
                host.schedule(.responded(AttemptID(rawValue: answers.next()), .ok), at: later)
            }
            return (after, response)
        }
        var objecting: Set<UInt64> = []
        host.onSend = { [unowned host] in
            expectRoom(for: $0, policy, host)
            let notification = host.notification(of: $0.reference)
            if policy.consent != nil {
                #expect(!objecting.contains(notification.recipient), "nothing is sent to who objects")
            }
            if policy.order == .key {
                #expect(host.isFirstOfRecipient($0.reference), "nothing is sent before what came before it has ended")
            }
            if let most = policy.maximumDeliveries { #expect(notification.deliveries <= most) }
        }
        host.store.keeps = [.suppression, .consent]
        host.store.behaviour = { _, _ in (.milliseconds(Int64(answers.below(50))), answers.chance(10)) }
        for _ in 0..<messages {
            host.run(for: .milliseconds(Int64(random.below(200))))
            if random.chance(10) {
                let recipient = UInt64(random.below(20))
                let isGranted = objecting.contains(recipient)
                if isGranted { objecting.remove(recipient) } else { objecting.insert(recipient) }
                changeConsent(of: recipient, isGranted: isGranted, host)
                if objecting.count > 5, let first = objecting.min() {
                    objecting.remove(first)
                    changeConsent(of: first, isGranted: true, host)
                }
            }
            host.consume(
                channel: Channel.allCases[random.below(4)], platform: Platform.allCases[random.below(4)],
                previousAttempts: random.chance(10) ? UInt16(random.below(512)) : 0,
                tenant: UInt32(random.below(6)), priority: Priority.allCases[random.below(4)],
                created: random.chance(5) ? .zero : nil,
                timeToLive: .milliseconds(Int64(random.below(random.chance(30) ? 2_000 : 120_000))),
                recipient: UInt64(random.below(20)), zone: TimeZoneIndex(rawValue: UInt16(random.below(5))),
                collapseKey: UInt64(random.below(3)),
                registered: .zero + .seconds(Int64(random.below(30))),
                deliveries: random.chance(80) ? 1 : UInt8(1 + random.below(8)))
        }
        host.drain()
        return (host, policy)
    }

    /// Into the store, and to the dispatcher.
    private func changeConsent(of recipient: UInt64, isGranted: Bool, _ host: TestHost) {
        for channel in Channel.allCases {
            let key = StateKind.key(recipient: recipient, channel)
            host.store.apply(
                StateWrite(kind: .consent, key: key, isGranted ? .remove : .set(1), lifetime: .hours(99)), at: host.now)
        }
        host.handle(.consentChanged(recipient: recipient, channel: nil, isGranted: isGranted))
    }

    @Test(
        "every notification ends exactly once, slots balance, nothing is left behind",
        arguments: Policy.Waiting.allCases,
        1...60)
    func endsOnce(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        let counters = host.dispatcher.counters
        #expect(host.settled.count + host.requeued.count == host.consumedCount)
        #expect(host.endedCount == host.consumedCount)
        #expect(host.slotsHeld == 0)
        #expect(host.dispatcher.unsettled == 0)
        #expect(host.dispatcher.waiting == 0)
        #expect(host.dispatcher.queues.allSatisfy { $0.count == 0 && $0.promised == 0 })
        #expect(host.dispatcher.activeTenants == 0)
        for index in Self.providers.indices {
            #expect(host.dispatcher.inFlight(ProviderIndex(rawValue: UInt16(index))) ?? 0 == 0)
        }
        #expect(host.dispatcher.underWay == (0, 0))
        #expect(host.mostUnderWay <= max(1, policy.retry.hedging?.copies ?? 1))
        #expect(counters.cancels == Int64(host.cancelled.count))
        #expect(counters.hedges <= counters.retries)
        #expect(counters.settled == Int64(host.settled.count))
        #expect(counters.requeued == Int64(host.requeued.count))
        #expect(counters.attempts == Int64(host.sent.count))
        #expect(counters.attempts == counters.firstAttempts + counters.retries + counters.fallbackAttempts)
        #expect(host.writes.count == (policy.deduplication == nil ? 0 : Int(counters.delivered)))
        if waiting != .retryTopic { #expect(host.requeued.isEmpty) }
        if waiting != .park { #expect(host.releases.allSatisfy { $0.reason == .order }) }
        // What the app has taken stays.
        if waiting == .park { #expect(host.holds.isEmpty) }
        if waiting == .retryTopic { #expect(host.holds.allSatisfy { $0.reason == .seen }) }
        if let quiet = policy.routing.quietHours {
            for sent in host.sent where quiet.channels.contains(sent.channel) {
                let notification = host.notification(of: sent.reference)
                if notification.priority == .critical { continue }
                #expect(quiet.end(at: sent.at, in: notification.zone) == nil, "nothing is sent in quiet hours")
            }
        }
    }

    @Test("limits hold over any window", arguments: Policy.Waiting.allCases, 100...130)
    func limits(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        for limit in policy.limits {
            let times = host.sent.filter { $0.provider == Int(limit.provider.rawValue) }.map(\.at.nanoseconds)
            for first in times.indices {
                let last = first + Int(limit.burst)
                guard last < times.count else { break }
                // burst + 1 takes need at least the time in which one token comes
                #expect((times[last] - times[first]) * limit.ratePerSecondMicros >= 1_000_000_000_000_000)
            }
            guard times.count > 1 else { continue }
            let span = times.last! - times.first!
            let allowed = limit.burst + Int64(Double(span) / 1e15 * Double(limit.ratePerSecondMicros)) + 1
            #expect(Int64(times.count) <= allowed)
        }
    }

    @Test("retries stay within the budget", arguments: Policy.Waiting.allCases, 200...230)
    func budget(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        guard case .budget(let budget) = policy.retry.admission else { return }
        let counters = host.dispatcher.counters
        let windows = Int64((host.now - .zero).seconds / (budget.window.seconds * 0.9)) + 1
        let states = policy.retry.scope == .shared ? 1 : Int64(Self.providers.count)
        let reserve = states * windows * budget.reservePerSecond * budget.window.nanoseconds / 1_000_000_000
        #expect(counters.retries * 1_000_000 <= reserve * 1_000_000 + counters.firstAttempts * budget.ratioMicros)
    }

    @Test("breakers move along their edges only", arguments: 300...330)
    func breakers(seed: Int) {
        let (host, _) = play(seed: UInt64(seed), waiting: .park)
        for index in Self.providers.indices {
            let provider = ProviderIndex(rawValue: UInt16(index))
            let edges = host.dispatcher.breakerTransitions(provider)
            let state = host.dispatcher.breakerState(provider)
            #expect(
                edges.closedToOpen + edges.halfOpenToOpen - edges.openToHalfOpen == (state == .open ? 1 : 0))
            #expect(edges.closedToOpen - edges.halfOpenToClosed == (state == .closed ? 0 : 1))
        }
    }

    @Test("no channel gets more attempts than the policy allows", arguments: Policy.Waiting.allCases, 400...415)
    func attempts(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        var stops = 0
        for index in Self.providers.indices {
            stops += Int(host.dispatcher.breakerTransitions(ProviderIndex(rawValue: UInt16(index))).stops)
        }
        var perChannel: [String: Int] = [:]
        for sent in host.sent { perChannel["\(sent.reference) \(sent.channel)", default: 0] += 1 }
        // A refused sender gives the attempt back.
        if stops == 0 { #expect(perChannel.values.allSatisfy { $0 <= policy.retry.attempts }) }
    }

    @Test(
        "the same inputs, times and random words give the same actions", arguments: Policy.Waiting.allCases, 500...505)
    func deterministic(waiting: Policy.Waiting, seed: Int) {
        let (one, _) = play(seed: UInt64(seed), waiting: waiting)
        let (two, _) = play(seed: UInt64(seed), waiting: waiting)
        #expect(one.sent.map(\.attempt) == two.sent.map(\.attempt))
        #expect(one.sent.map(\.at) == two.sent.map(\.at))
        #expect(one.sent.map(\.provider) == two.sent.map(\.provider))
        #expect(one.settled == two.settled)
        #expect(one.settledAt == two.settledAt)
        #expect(one.requeued == two.requeued)
        #expect(one.dispatcher.counters == two.dispatcher.counters)
    }

    @Test("the random stories reach every outcome and every kind of wait")
    func coverage() {
        var total: [String: Int64] = [:]
        for seed in 1...40 as ClosedRange<UInt64> {
            let counters = play(seed: seed, waiting: .park).host.dispatcher.counters
            let reached = [
                "delivered": counters.delivered, "expired": counters.expired, "suppressed": counters.suppressed,
                "duplicates": counters.duplicates, "deadLettered": counters.deadLettered,
                "breakerWaits": counters.breakerWaits, "budgetWaits": counters.budgetWaits,
                "rateLimitWaits": counters.rateLimitWaits, "noRouteWaits": counters.noRouteWaits,
                "backoffs": counters.backoffs, "failovers": counters.failovers, "fallbacks": counters.fallbacks,
                "late": counters.lateSuccesses, "risky": counters.riskyRetries, "stale": counters.stale,
                "strikes": counters.strikes,
                "disbelieved": counters.disbelieved, "suppressedByRecord": counters.suppressedByRecord,
                "revoked": counters.revoked, "poisoned": counters.poisoned, "orderWaits": counters.orderWaits,
                "opened": counters.breakersOpened, "failedLookUps": counters.failedLookUps,
                "concurrencyWaits": counters.concurrencyWaits, "bulkheadWaits": counters.bulkheadWaits,
                "hopeless": counters.hopeless, "shed": counters.shed,
                "quiet": counters.quietWaits, "money": counters.moneyWaits, "seen": counters.seenWaits,
                "seenInApp": counters.seenInApp, "collapsed": counters.collapsed, "capped": counters.capped,
                "hedges": counters.hedges, "cancels": counters.cancels, "refusals": counters.refusals,
            ]
            for (name, count) in reached { total[name, default: 0] += count }
        }
        #expect(total.allSatisfy { $0.value > 0 }, "\(total)")
    }
}
