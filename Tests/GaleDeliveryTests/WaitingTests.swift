// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct WaitingTests {
    private func limited(_ waiting: Policy.Waiting, perSecond: Int64 = 10, burst: Int64 = 1) -> Policy {
        var policy = Policy.plain(waiting: waiting)
        policy.limits = [
            Policy.RateLimit(
                provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: perSecond * 1_000_000, burst: burst)
        ]
        return policy
    }

    @Test("hold keeps the slot through a backoff and says so once")
    func hold() {
        let host = TestHost(.plain(waiting: .hold))
        host.respond = { $0.ordinal == 1 ? (.zero, .overloaded) : (.zero, .ok) }
        host.consume()
        host.run(until: .zero + .milliseconds(500))
        #expect(host.holds.map(\.reason) == [.backoff])
        #expect(host.slotsHeld == 1)
        host.drain()
        #expect(host.releases.isEmpty)
        #expect(host.settled == [1: .delivered])
        #expect(host.slotsHeld == 0)
    }

    @Test("park gives the slot back and asks for one again when the backoff is over")
    func park() {
        let host = TestHost(.plain(waiting: .park))
        host.respond = { $0.ordinal == 1 ? (.zero, .overloaded) : (.zero, .ok) }
        host.grant = { .milliseconds(300) }
        host.consume()
        host.run(until: .zero + .milliseconds(500))
        #expect(host.slotsHeld == 0)
        host.drain()
        #expect(host.sent.map { $0.at.nanoseconds / 1_000_000 } == [0, 1_300])
        #expect(host.settled == [1: .delivered])
    }

    @Test("the expiry is checked again when the slot is granted")
    func expiryAtGrant() {
        let host = TestHost(.plain(waiting: .park))
        host.respond = { _ in (.zero, .overloaded) }
        host.grant = { .seconds(10) }
        let reference = host.consume(timeToLive: .seconds(5))
        host.drain()
        #expect(host.sent.count == 1)
        #expect(host.settled[reference] == .expired)
        #expect(host.slotsHeld == 0)
    }

    @Test("retry-topic ends the chain with the attempts made and the time of the next")
    func retryTopic() {
        let host = TestHost(.plain(waiting: .retryTopic))
        host.respond = { _ in (.zero, .overloaded) }
        host.consume()
        host.drain()
        #expect(
            host.requeued == [
                TestHost.Requeued(
                    reference: 1, at: .zero + .seconds(1), attempts: 1, level: RetryLevel(rawValue: 0), reason: .backoff
                )
            ])
        #expect(host.dispatcher.unsettled == 0)
        host.consume(previousAttempts: 3)
        host.drain()
        #expect(host.settled[2] == .deadLettered, "the fourth attempt was the last")
        host.consume(previousAttempts: 4)
        #expect(host.settled[3] == .deadLettered, "there is no fifth")
        #expect(host.sent.count == 2)
    }

    @Test(
        "without tokens a notification waits, first come first served, and uses up no attempt",
        arguments: [
            Policy.Waiting.hold, .park,
        ])
    func rateLimitQueue(waiting: Policy.Waiting) {
        let host = TestHost(limited(waiting))
        let references = (0..<21).map { _ in host.consume() }
        #expect(host.sent.count == 1)
        #expect(host.dispatcher.waiting == 20)
        host.run(until: .zero + .seconds(1))
        #expect(host.sent.count == 11)
        host.drain()
        #expect(host.sent.map(\.reference) == references)
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
        #expect(host.settled.count == 21)
        #expect(host.dispatcher.counters.retries == 0)
        #expect(host.dispatcher.counters.firstAttempts == 21)
        #expect(host.dispatcher.counters.rateLimitWaits == 20)
    }

    @Test("who comes later doesn't overtake who waits")
    func fairness() {
        let host = TestHost(limited(.park))
        var consumed: [UInt64] = []
        for _ in 0..<10 { consumed.append(host.consume()) }
        for _ in 0..<10 {
            host.run(for: .milliseconds(70))
            consumed.append(host.consume())
        }
        host.drain()
        #expect(host.sent.map(\.reference) == consumed)
    }

    @Test("tokens that come between two wakes belong to those who wait")
    func fairnessBetweenWakes() {
        let host = TestHost(limited(.park, perSecond: 50_000, burst: 100))
        for _ in 0..<120 { host.consume() }
        host.run(until: .zero + .microseconds(500))
        let newcomer = host.consume()
        #expect(host.sent.count == 100, "there are tokens, but not for the newcomer")
        host.drain()
        #expect(host.sent.last?.reference == newcomer)
    }

    @Test("a token is kept for who has been called and not yet been granted a slot")
    func promisedToken() {
        let host = TestHost(limited(.park))
        host.grant = { .milliseconds(50) }
        host.consume()
        let called = host.consume()
        host.run(until: .zero + .milliseconds(120))
        let newcomer = host.consume()
        #expect(host.sent.count == 1)
        host.drain()
        #expect(host.sent.map(\.reference) == [1, called, newcomer])
        #expect(host.sent[1].at == .zero + .milliseconds(150))
    }

    @Test("a fast limit is handed out in batches: no more wakes than one in a millisecond")
    func coalescing() {
        let host = TestHost(limited(.park, perSecond: 50_000, burst: 100))
        for _ in 0..<10_100 { host.consume() }
        host.drain()
        let end = host.sent.last!.at
        #expect(end >= .zero + .milliseconds(200))
        #expect(end <= .zero + .milliseconds(206))
        #expect(host.wakes.count <= 250)
    }

    @Test("what expires while it waits is settled without a slot, within a second of its queue's head")
    func expiresInQueue() {
        let host = TestHost(limited(.park, perSecond: 0))
        host.consume()
        for _ in 0..<5 { host.consume(timeToLive: .seconds(30)) }
        host.run(until: .zero + .seconds(29))
        #expect(host.settled.count == 1)
        host.run(until: .zero + .seconds(31))
        #expect(host.settled.values.count { $0 == .expired } == 5)
        #expect(host.slotsHeld == 0)
        #expect(host.sent.count == 1)
    }

    @Test("through a retry topic nothing waits here: it comes back when there may be room, with its attempts unused")
    func rateLimitThroughRetryTopic() {
        let host = TestHost(limited(.retryTopic, perSecond: 1))
        for _ in 0..<5 { host.consume() }
        #expect(host.requeued.count == 4)
        #expect(host.requeued.allSatisfy { $0.attempts == 0 && $0.reason == .rateLimit })
        #expect(host.requeued.allSatisfy { $0.at >= .zero + .seconds(1) && $0.at <= .zero + .seconds(3) })
        #expect(host.dispatcher.waiting == 0)
    }

    @Test("a long queue drains through few outstanding requests for slots")
    func windowed() {
        var policy = Policy.plain(waiting: .park)
        policy.breaker = BreakerPolicy(open: .seconds(5), minimumCalls: 1, halfOpenProbes: 1)
        let host = TestHost(policy)
        host.respond = { $0.at < .zero + .seconds(1) ? (.zero, .overloaded) : (.milliseconds(1), .ok) }
        host.consume()
        host.run(until: .zero + .milliseconds(1))
        for _ in 0..<5_000 { host.consume() }
        var largest = 0
        host.grant = {
            largest = max(largest, host.dispatcher.queues.map(\.promised).max() ?? 0)
            return .microseconds(50)
        }
        host.drain()
        #expect(largest <= 64)
        #expect(host.settled.values.count { $0 == .delivered } == 5_001)
        #expect(host.sent.last!.at < .zero + .seconds(6))
    }
}
