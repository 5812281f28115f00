// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Two dispatchers hear the same story; one of them takes the general way alone.
struct StraightWayTests {
    private static let providers = [
        ProviderDescription(name: "a", dialect: .apns), ProviderDescription(name: "b", dialect: .smtp),
        ProviderDescription(name: "c", dialect: .sms), ProviderDescription(name: "d", dialect: .sms),
    ]

    private func policy(_ random: inout SplitMix) -> Policy {
        func route(_ channel: Channel, _ providers: [UInt16]) -> Policy.Route {
            Policy.Route(
                channel: channel, platform: .none, providers: providers.map { (ProviderIndex(rawValue: $0), UInt32(1)) }
            )
        }
        return Policy(
            routes: [route(.push, [0]), route(.email, [1]), route(.sms, [2, 3])], timeout: .seconds(1),
            waiting: random.chance(30) ? .hold : .park, deduplication: random.chance(70) ? Policy.Deduplication() : nil,
            retry: RetryPolicy(
                base: .milliseconds(50), attempts: 4,
                budget: random.chance(70) ? RetryBudgetPolicy(ratioMicros: 100_000, reservePerSecond: 1) : nil),
            breaker: random.chance(70)
                ? BreakerPolicy(window: .seconds(3), open: .seconds(1), minimumCalls: 10, halfOpenProbes: 2) : nil,
            limits: random.chance(30)
                ? [Policy.RateLimit(provider: ProviderIndex(rawValue: 1), ratePerSecondMicros: 5_000_000, burst: 2)]
                : [],
            fallbacks: random.chance(50) ? [Policy.Fallback(from: .push, to: .email, after: .milliseconds(400))] : [])
    }

    private func response(_ random: inout SplitMix, isBad: Bool) -> ProviderResponse {
        if !random.chance(isBad ? 70 : 5) { return ProviderResponse(status: [200, 201, 250][random.below(3)]) }
        return [.timedOut, .connectionReset, ProviderResponse(status: 503), ProviderResponse(status: 400)][
            random.below(4)]
    }

    @Test("the straight way of a message leads to what the general way does", arguments: UInt64(1)...8)
    func agree(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let policy = policy(&random)
        let straight = Dispatcher(policy: policy, providers: Self.providers)
        let general = Dispatcher(policy: policy, providers: Self.providers)
        var actions = Actions(capacity: 4)
        var expected = Actions(capacity: 4)
        var pending: [(at: Instant, input: Input)] = []
        var now = Instant.zero
        var (inputs, asked) = (0, 0)
        for step in 0..<1_200 {
            now += .milliseconds(Int64(random.below(20)))
            pending.append((now, .consumed(notification(UInt64(step), &random, now))))
            while let place = pending.indices.filter({ pending[$0].at <= now }).min(by: {
                pending[$0].at < pending[$1].at
            }) {
                let (_, input) = pending.remove(at: place)
                let word = random.next()
                inputs += 1
                func ask() -> UInt64 {
                    asked += 1
                    return word
                }
                straight.handle(input, now: now, random: ask(), into: &actions)
                general.handleGenerally(input, now: now, random: word, into: &expected)
                let (done, due) = (describe(actions), describe(expected))
                try #require(done == due)
                for index in 0..<actions.count {
                    answer(actions[index], isBad: step / 300 % 2 == 1, now, &random, &pending)
                }
                actions.removeAll()
                expected.removeAll()
            }
        }
        #expect(straight.counters == general.counters)
        #expect(straight.unsettled == general.unsettled && straight.waiting == general.waiting)
        #expect(asked > 0 && asked < inputs * 9 / 10, "both ways were taken: \(asked) of \(inputs)")
    }

    private func notification(_ reference: UInt64, _ random: inout SplitMix, _ now: Instant) -> Notification {
        let channel = [Channel.push, .push, .email, .sms, .inApp][random.below(5)]
        return Notification(
            reference: reference, key: reference ^ 0xABCD, recipient: 0, tenant: 0, channel: channel, platform: .ios,
            previousAttempts: random.chance(5) ? 1 : 0, created: now,
            expires: now + .milliseconds(Int64(random.below(4_000))))
    }

    /// What the host does about an action, later.
    private func answer(
        _ action: Action, isBad: Bool, _ now: Instant, _ random: inout SplitMix,
        _ pending: inout [(at: Instant, input: Input)]
    ) {
        let later = now + .milliseconds(Int64(1 + random.below(100)))
        switch action {
        case .send(let attempt, _, _, _, _, _, _):
            pending.append((later, .responded(attempt, response(&random, isBad: isBad))))
        case .lookUp(let lookup, _, _):
            let answer = random.chance(95) ? LookupAnswer.absent : random.chance(50) ? .present : .failed
            pending.append((later, .lookedUp(lookup, answer)))
        case .wake(let timer, let at): pending.append((at, .woken(timer)))
        case .acquire(let chain, _): pending.append((later, .granted(chain)))
        case .write, .release, .hold, .requeue, .cancel, .settle: break
        }
    }

    private func describe(_ actions: borrowing Actions) -> [String] {
        (0..<actions.count).map { String(describing: actions[$0]) }
    }

    @Test("beyond the notifications that there may be at once, one is shed, on either way")
    func full() {
        for hasLimit in [false, true] {
            var policy = Policy.plain()
            if hasLimit {
                policy.limits = [
                    Policy.RateLimit(
                        provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 1_000_000_000, burst: 1_000)
                ]
            }
            let host = TestHost(policy, mostChains: 128)
            host.respond = { _ in nil }
            for _ in 0..<200 { host.consume() }
            #expect(host.sent.count == 128)
            #expect(host.settled.count == 72 && host.settled.values.allSatisfy { $0 == .shed })
            for place in 0..<64 { host.handle(.responded(host.sent[place].attempt, .ok)) }
            for _ in 0..<100 { host.consume() }
            #expect(host.sent.count == 192)
            #expect(host.dispatcher.unsettled == 128)
        }
    }
}
