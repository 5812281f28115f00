// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Hedging together with what limits sends.
struct HedgingPairTests {
    private let first = ProviderIndex(rawValue: 0)

    private func host(
        copies: Int = 2, attempts: Int = 4, weights: [UInt32] = [1], delay: Interval = .milliseconds(100),
        change: (inout Policy) -> Void = { _ in }
    ) -> TestHost {
        var policy = Policy.plain(
            providers: weights.enumerated().map { ($0, $1) }, retry: RetryPolicy(jitter: .none, attempts: attempts))
        policy.retry.hedging = HedgingPolicy(copies: copies, delay: delay)
        change(&policy)
        return TestHost(policy, providers: ProviderDescription.gateways(weights.count))
    }

    private func times(_ host: TestHost) -> [Int64] { host.sent.map { $0.at.nanoseconds / 1_000_000 } }

    @Test("hedging and a tenant's bulkhead: a copy goes out only with a permit, and permits come back")
    func tenant() {
        let host = host(copies: 3) { $0.bulkheads = BulkheadPolicy(tenant: 2) }
        host.respond = { $0.reference == 1 ? (.milliseconds(450), .ok) : (.milliseconds(1), .ok) }
        host.consume(tenant: 7)
        host.run(until: .zero + .milliseconds(300))
        #expect(times(host) == [0, 100], "two permits, two copies")
        let second = host.consume(tenant: 7)
        #expect(host.sent.last?.reference == 1)
        host.drain()
        #expect(host.settled[second] == .delivered && host.cancelled.count == 1)
        #expect(host.dispatcher.activeTenants == 0 && host.dispatcher.inFlight(first) == 0)
    }

    @Test("hedging and a provider's bulkhead: a copy goes where there is room, or not at all, and places come back")
    func provider() {
        let host = host(copies: 3, weights: [1, 0]) {
            $0.bulkheads = BulkheadPolicy(providers: [
                .init(provider: first, attempts: 1), .init(provider: ProviderIndex(rawValue: 1), attempts: 1),
            ])
        }
        host.respond = { _ in (.milliseconds(450), .ok) }
        host.consume()
        host.run(until: .zero + .milliseconds(400))
        #expect(host.sent.map(\.provider) == [0, 1])
        host.drain()
        #expect((0..<2).allSatisfy { host.dispatcher.inFlight(ProviderIndex(rawValue: $0)) == 0 })
    }

    @Test("hedging and quiet hours: no copy goes out in them")
    func quietHours() {
        // Midnight is at a second, and the hour after it is quiet.
        let host = host(copies: 3) {
            $0.routing.quietHours = QuietHours(begin: 0, end: 60, channels: [.push], epoch: -1)
        }
        host.respond = { _ in (.seconds(5), .ok) }
        host.run(until: .zero + .milliseconds(850))
        let reference = host.consume()
        host.drain()
        #expect(times(host) == [850, 950])
        #expect(host.settled[reference] == .delivered)
    }

    @Test("hedging and adaptive throttling: a copy called back is no request that a provider refused")
    func calledBack() {
        let host = host(copies: 3) { $0.retry.admission = .adaptive(AdaptiveThrottlePolicy(window: .seconds(60))) }
        var words = SplitMix(seed: 11)
        host.random = { words.next() }
        for index in 0..<350 {
            // The first ones make it known that the provider takes what it is sent.
            host.respond = { _ in (.milliseconds(index < 50 ? 1 : 250), .ok) }
            host.consume()
            host.run(for: .milliseconds(500))
        }
        host.drain()
        #expect(host.dispatcher.counters.hedges == 600 && host.dispatcher.counters.cancels == 600)
        #expect(host.dispatcher.counters.refusals == 0)
    }

    @Test("hedging and adaptive throttling: a copy that a bulkhead kept from being sent is no request")
    func notSent() {
        let host = host {
            $0.retry.admission = .adaptive(AdaptiveThrottlePolicy(window: .seconds(60)))
            $0.bulkheads = BulkheadPolicy(tenant: 1)
        }
        var words = SplitMix(seed: 12)
        host.random = { words.next() }
        host.respond = { _ in (.milliseconds(950), .ok) }
        for _ in 0..<50 { host.consume() }
        host.drain()
        #expect(host.sent.count == 50 && host.dispatcher.counters.refusals == 0)
        #expect(host.dispatcher.activeTenants == 0)
    }

    @Test("hedging and adaptive throttling: refused copies wait for the next delay, and none is sent")
    func refused() {
        let host = host(attempts: 10) {
            $0.retry.admission = .adaptive(AdaptiveThrottlePolicy(window: .seconds(600)))
        }
        host.respond = { _ in (.zero, .overloaded) }
        // Word 0 is refused as soon as anything can be.
        host.random = { .max }
        for _ in 0..<30 { host.consume(timeToLive: .milliseconds(500)) }
        host.run(for: .seconds(1))
        host.respond = { _ in (.milliseconds(950), .ok) }
        let before = host.sent.count
        host.consume()
        host.random = { 0 }
        host.run(for: .milliseconds(940))
        #expect(host.sent.count == before + 1)
        #expect(host.dispatcher.counters.refusals == 9)
        host.drain()
    }

    @Test("hedging and a half-open breaker: a copy takes no more than the probes there are, and gives its own back")
    func halfOpen() {
        let host = host(copies: 3) {
            $0.breaker = BreakerPolicy(open: .seconds(1), minimumCalls: 2, halfOpenProbes: 2)
        }
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        for _ in 0..<2 { host.consume(timeToLive: .milliseconds(900)) }
        host.run(until: .zero + .seconds(2))
        #expect(host.dispatcher.isBreakerOpen(first))
        host.respond = { $0.ordinal == 2 ? (.milliseconds(150), .ok) : (.seconds(5), .ok) }
        let reference = host.consume()
        host.run(for: .milliseconds(240))
        #expect(host.sent.count { $0.reference == reference } == 2, "two probes, two copies")
        #expect(host.dispatcher.breakerState(first) == .halfOpen)
        host.run(for: .milliseconds(20))
        #expect(host.settled[reference] == .delivered && host.cancelled.count == 1)
        // One probe has succeeded, and the other's was given back: it is there for the next.
        host.respond = { _ in (.milliseconds(1), .ok) }
        let next = host.consume()
        host.run(for: .milliseconds(10))
        #expect(host.settled[next] == .delivered)
        #expect(host.dispatcher.breakerState(first) == .closed)
        host.drain()
    }

    @Test("hedging and money: a copy is paid for or not sent, and one certainly not taken is booked back")
    func money() {
        let host = host(copies: 4, attempts: 6) {
            $0.routing.money = MoneyPolicy(
                prices: [.init(provider: first, micros: 1_000)], budgetMicros: 2_500, period: .hours(24),
                whenUsedUp: .none)
        }
        host.respond = { $0.ordinal == 2 ? (.milliseconds(250), .overloaded) : (.milliseconds(550), .ok) }
        host.consume()
        host.run(until: .zero + .milliseconds(340))
        #expect(times(host) == [0, 100], "the third is beyond the budget")
        #expect(host.dispatcher.counters.spentMicros == 2_000)
        host.drain()
        #expect(host.dispatcher.counters.spentMicros <= 2_500)
        #expect(host.dispatcher.counters.delivered == 1)
    }

    @Test("a copy goes elsewhere also when the attempt was to stay with its provider")
    func pinned() {
        let host = host(weights: [1, 0])
        host.respond = {
            $0.ordinal == 1 ? (.milliseconds(1), .notConnected) : $0.provider == 0 ? (.seconds(5), .ok) : (.zero, .ok)
        }
        host.consume()
        host.drain()
        #expect(host.sent.map(\.provider) == [0, 0, 1])
    }

    @Test("a copy that the provider may have taken makes every further one risky, whatever the others say")
    func unsure() {
        let host = host(attempts: 5) { $0.routing.collapses = true }
        host.respond = { _ in nil }
        let reference = host.consume(collapseKey: 1)
        host.run(until: .zero + .milliseconds(110))
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        #expect(host.sent.count == 3 && host.dispatcher.counters.riskyRetries == 1)
        host.handle(.responded(host.sent[1].attempt, .overloaded))
        #expect(host.sent.count == 4 && host.dispatcher.counters.riskyRetries == 2)
        let pushback = ProviderResponse(status: 503, retryAfter: .milliseconds(500))
        host.handle(.responded(host.sent[2].attempt, pushback))
        host.handle(.responded(host.sent[3].attempt, .overloaded))
        #expect(host.sent.count == 4, "it backs off")
        host.consume(collapseKey: 1)
        #expect(host.settled[reference] == nil, "what may have been taken is not called back")
        host.respond = { _ in (.zero, .ok) }
        host.drain()
        #expect(host.dispatcher.counters.riskyRetries == 3)
    }

    @Test("copies called back for being slow are slow calls to a breaker, and to AIMD")
    func slowCopies() {
        let host = host(weights: [1, 0]) {
            $0.breaker = BreakerPolicy(
                open: .seconds(60), minimumCalls: 5, slowCallRateMicros: 500_000, slowCallDuration: .milliseconds(50))
        }
        host.respond = { $0.provider == 0 ? nil : (.milliseconds(1), .ok) }
        for _ in 0..<5 {
            host.consume()
            host.run(for: .milliseconds(200))
        }
        #expect(host.dispatcher.isBreakerOpen(first) && host.dispatcher.counters.breakersOpened == 1)
        #expect(!host.dispatcher.isBreakerOpen(ProviderIndex(rawValue: 1)))

        let limited = self.host(weights: [1, 0]) {
            $0.concurrency = ConcurrencyPolicy(.aimd)
            $0.concurrency?.slowAfter = .milliseconds(50)
        }
        limited.respond = host.respond
        let before = limited.dispatcher.concurrencyLimit(first)!
        for _ in 0..<5 {
            limited.consume()
            limited.run(for: .milliseconds(200))
        }
        #expect(limited.dispatcher.concurrencyLimit(first)! < before)
        #expect(limited.dispatcher.inFlight(first) == 0)
    }

    @Test("copies called back soon say nothing")
    func quickCopies() {
        let host = host {
            $0.breaker = BreakerPolicy(
                open: .seconds(60), minimumCalls: 5, slowCallRateMicros: 500_000, slowCallDuration: .seconds(1))
        }
        host.respond = { $0.ordinal == 1 ? (.milliseconds(300), .ok) : nil }
        for _ in 0..<20 {
            host.consume()
            host.run(for: .milliseconds(400))
        }
        #expect(host.dispatcher.counters.cancels == 20 && host.dispatcher.counters.breakersOpened == 0)
    }

    @Test("one wake is under way for all hedges, and none comes twice in a millisecond")
    func wakes() {
        let host = host()
        host.respond = { _ in (.milliseconds(5), .ok) }
        for _ in 0..<1_000 {
            host.consume()
            host.run(for: .microseconds(100))
        }
        host.drain()
        #expect(host.sent.count == 1_000)
        #expect(host.wakes.count <= 5)

        let hasty = self.host(attempts: 2, delay: .zero) { $0.bulkheads = BulkheadPolicy(tenant: 1) }
        hasty.respond = { _ in (.milliseconds(20), .ok) }
        for _ in 0..<3 { hasty.consume() }
        hasty.drain()
        let wakes = hasty.wakes.filter { $0 < .zero + .seconds(1) }
        #expect(zip(wakes, wakes.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(1) })
        #expect(wakes.count > 40)
    }
}
