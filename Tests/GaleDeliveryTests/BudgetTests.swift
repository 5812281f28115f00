// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct BudgetTests {
    private func policy(_ waiting: Policy.Waiting, ratio: Int64 = 200_000, reserve: Int64 = 0) -> Policy {
        Policy.plain(
            waiting: waiting,
            retry: RetryPolicy(
                jitter: .none, base: .milliseconds(100), attempts: 2,
                budget: RetryBudgetPolicy(ratioMicros: ratio, reservePerSecond: reserve)))
    }

    @Test("retries beyond the budget wait for first attempts to pay for them", arguments: [Policy.Waiting.hold, .park])
    func waits(waiting: Policy.Waiting) {
        let host = TestHost(policy(waiting))
        host.respond = { $0.reference <= 100 && $0.ordinal == 1 ? (.zero, .overloaded) : (.zero, .ok) }
        for _ in 0..<100 { host.consume() }
        host.run(until: .zero + .seconds(1))
        #expect(host.dispatcher.counters.retries == 20)
        #expect(host.dispatcher.counters.budgetWaits == 80)
        // 100 more first attempts pay for 20 more retries, at once.
        for _ in 0..<100 { host.consume() }
        host.run(for: .milliseconds(1))
        #expect(host.dispatcher.counters.retries == 40)
        host.run(until: .zero + .minutes(70))
        #expect(host.settled.values.count { $0 == .expired } == 60)
        #expect(host.settled.count == 200)
        host.drain()
    }

    @Test("thousands that wait for a route and for the budget do not all change places with every input")
    func placesChanged() {
        var policy = policy(.park, ratio: 0, reserve: 1)
        policy.breaker = BreakerPolicy(window: .seconds(1), open: .seconds(1), minimumCalls: 10, halfOpenProbes: 2)
        let host = TestHost(policy)
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        for _ in 0..<4_000 { host.consume(timeToLive: .seconds(60)) }
        host.drain()
        let counters = host.dispatcher.counters
        #expect(counters.budgetWaits > 3_000 && counters.breakerWaits > 3_000)
        // Each input ends or moves a few; everything once more for expiry.
        #expect(counters.budgetWaits + counters.breakerWaits < 20 * Int64(host.handled))
    }

    @Test("an empty budget costs no attempt: what waited for it may still fail and retry as often")
    func noAttemptUsed() {
        let host = TestHost(policy(.park, ratio: 0, reserve: 1))
        host.respond = { $0.ordinal == 1 ? (.zero, .overloaded) : (.zero, .ok) }
        for _ in 0..<50 { host.consume() }
        host.drain()
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
        #expect(host.dispatcher.counters.retries == 50)
        #expect(host.sent.last!.at >= .zero + .seconds(40), "ten a window of ten seconds")
        #expect(host.sent.last!.at <= .zero + .seconds(41))
    }

    @Test("a failover is paid for like any retry")
    func failoverPays() {
        var policy = policy(.park, ratio: 0, reserve: 0)
        policy.routes = Policy.plain(providers: [(0, 1), (1, 1)]).routes
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.respond = { _ in (.zero, .overloaded) }
        host.consume()
        host.run(until: .zero + .seconds(5))
        #expect(host.sent.count == 1)
        #expect(host.releases.map(\.reason) == [.budget])
    }

    @Test("through a retry topic it comes back when the budget may have changed")
    func retryTopic() {
        let host = TestHost(policy(.retryTopic))
        host.respond = { _ in (.zero, .overloaded) }
        host.consume(previousAttempts: 1)
        #expect(host.requeued.map(\.reason) == [.budget])
        #expect(host.requeued.map(\.attempts) == [1])
        #expect(host.requeued[0].at >= .zero + .seconds(1) && host.requeued[0].at <= .zero + .seconds(2))
        #expect(host.sent.isEmpty)
    }
}
