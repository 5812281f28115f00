// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct BreakerTests {
    private let first = ProviderIndex(rawValue: 0)

    private func policy(_ waiting: Policy.Waiting = .park, calls: Int = 10, probes: Int = 3) -> Policy {
        var policy = Policy.plain(waiting: waiting, retry: RetryPolicy(jitter: .none, attempts: 2))
        policy.breaker = BreakerPolicy(open: .seconds(30), minimumCalls: calls, halfOpenProbes: probes)
        return policy
    }

    @Test("it opens at the failure rate, not before the minimum of calls; then notifications wait without an attempt")
    func opens() {
        let host = TestHost(policy())
        host.respond = { _ in (.zero, .overloaded) }
        for _ in 0..<9 {
            host.consume()
            host.run(for: .zero)
        }
        #expect(!host.dispatcher.isBreakerOpen(first))
        host.consume()
        host.run(for: .zero)
        #expect(host.dispatcher.isBreakerOpen(first))
        let before = host.sent.count
        host.consume()
        #expect(host.sent.count == before)
        #expect(host.releases.last?.reason == .breaker)
        #expect(host.dispatcher.counters.breakersOpened == 1)
    }

    @Test("half-open lets just the probes through; when they succeed the queue flows")
    func probes() {
        let host = TestHost(policy())
        host.respond = { $0.at < .zero + .seconds(10) ? (.zero, .overloaded) : (.milliseconds(100), .ok) }
        for _ in 0..<10 { host.consume() }
        host.run(until: .zero + .milliseconds(10))
        #expect(host.dispatcher.isBreakerOpen(first))
        for _ in 0..<50 { host.consume() }
        let before = host.sent.count
        host.run(until: .zero + .seconds(30) - .nanoseconds(1))
        #expect(host.sent.count == before)
        host.run(until: .zero + .milliseconds(30_050))
        #expect(host.sent.count == before + 3)
        host.drain()
        #expect(host.settled.count == 60)
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
        #expect(host.sent.last!.at < .zero + .seconds(31))
        let transitions = host.dispatcher.breakerTransitions(first)
        #expect(transitions.closedToOpen == 1)
        #expect(transitions.openToHalfOpen == 1)
        #expect(transitions.halfOpenToClosed == 1)
        #expect(transitions.halfOpenToOpen == 0)
    }

    @Test("probes that fail open it again for as long")
    func reopens() {
        let host = TestHost(policy(calls: 2, probes: 2))
        host.respond = { $0.at < .zero + .seconds(40) ? (.zero, .overloaded) : (.zero, .ok) }
        for _ in 0..<8 { host.consume() }
        host.run(until: .zero + .seconds(59))
        #expect(host.dispatcher.breakerTransitions(first).halfOpenToOpen == 1)
        let before = host.sent.count
        host.run(until: .zero + .seconds(61))
        #expect(host.sent.count > before)
        host.drain()
        #expect(host.dispatcher.breakerTransitions(first).halfOpenToClosed == 1)
        #expect(host.settled.count == 8)
    }

    @Test("refusals and APNs' per-token 429 never open it")
    func recipientsDoNotCount() {
        let host = TestHost(policy(), providers: [ProviderDescription(name: "apns", dialect: .apns)])
        let tooMany = ProviderResponse(status: 429, reason: .named("TooManyRequests", in: .apns))
        let gone = ProviderResponse(status: 410, reason: .named("Unregistered", in: .apns))
        host.respond = { $0.reference % 2 == 0 ? (.zero, tooMany) : (.zero, gone) }
        for _ in 0..<100 { host.consume() }
        host.drain()
        #expect(host.dispatcher.counters.breakersOpened == 0)
    }

    @Test("a refused sender stops all traffic to that provider at once, costs no message its attempt, and recovers")
    func stop() {
        // No breaker in the policy, and one attempt only.
        let host = TestHost(.plain(retry: RetryPolicy(attempts: 1)))
        host.respond = { $0.at < .zero + .seconds(90) ? (.milliseconds(1), .forbidden) : (.milliseconds(1), .ok) }
        for _ in 0..<5 { host.consume() }
        host.run(until: .zero + .seconds(1))
        for _ in 0..<5 { host.consume() }
        host.run(until: .zero + .seconds(59))
        #expect(host.sent.count == 5)
        #expect(host.settled.isEmpty)
        #expect(host.releases.last?.reason == .noRoute)
        host.run(until: .zero + .seconds(89))
        #expect(host.sent.count == 6, "one probe a minute")
        host.drain()
        #expect(host.settled.count == 10)
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
        #expect(host.dispatcher.breakerTransitions(first).stops == 2)
    }

    @Test("an attempt at a refused sender leaves the message all its attempts")
    func stopGivesBack() {
        let host = TestHost(.plain(retry: RetryPolicy(jitter: .none, attempts: 2)))
        host.respond = { sent in (.zero, sent.ordinal == 1 ? .forbidden : sent.ordinal == 2 ? .overloaded : .ok) }
        host.consume()
        host.drain()
        #expect(host.sent.count == 3)
        #expect(host.settled == [1: .delivered])
        #expect(host.dispatcher.counters.retries == 1)
    }

    @Test("through a retry topic a notification comes back when the breaker half-opens")
    func retryTopic() {
        let host = TestHost(policy(.retryTopic, calls: 1))
        host.respond = { _ in (.zero, .overloaded) }
        host.consume()
        host.run(for: .zero)
        host.consume()
        let requeued = host.requeued.last!
        #expect(requeued.reason == .breaker)
        #expect(requeued.attempts == 0)
        #expect(requeued.at >= .zero + .seconds(30) && requeued.at <= .zero + .seconds(31))
        let short = host.consume(timeToLive: .seconds(20))
        #expect(host.settled[short] == .expired, "it can't go before it expires")
    }
}
