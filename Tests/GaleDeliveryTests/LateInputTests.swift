// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct LateInputTests {
    @Test("inputs about a chain that has ended do nothing, also when its record serves another")
    func stale() {
        let host = TestHost(.plain())
        host.respond = { _ in nil }
        host.consume()
        let old = host.sent[0]
        host.handle(.responded(old.attempt, .ok))
        #expect(host.settled == [1: .delivered])
        host.consume()
        host.handle(.responded(old.attempt, .refused))
        host.handle(.granted(old.chain))
        host.handle(.lookedUp(LookupID(rawValue: old.chain.rawValue), .present))
        host.handle(.woken(TimerID(rawValue: old.attempt.rawValue)))
        host.handle(.woken(TimerID(rawValue: .max)))
        host.handle(.responded(AttemptID(rawValue: .max), .ok))
        #expect(host.settled.count == 1)
        #expect(host.dispatcher.unsettled == 1)
        #expect(host.dispatcher.counters.stale == 6)
        host.handle(.responded(host.sent[1].attempt, .ok))
        #expect(host.settled == [1: .delivered, 2: .delivered])
    }

    @Test("an answer that comes twice counts once")
    func twice() {
        let host = TestHost(.plain())
        host.respond = { _ in nil }
        host.consume()
        host.handle(.responded(host.sent[0].attempt, .overloaded))
        host.handle(.responded(host.sent[0].attempt, .overloaded))
        host.drain()
        #expect(host.sent.count == 2)
        #expect(host.dispatcher.counters.stale == 1)
        #expect(host.wakes.count == 1)
    }

    @Test("a wake that comes again later doesn't end another backoff")
    func repeatedWake() {
        let host = TestHost(.plain())
        host.respond = { _ in (.zero, .overloaded) }
        host.consume()
        host.run(until: .zero + .seconds(2))
        #expect(host.sent.count == 2)
        host.handle(.woken(host.timers[0]))
        host.run(for: .zero)
        #expect(host.sent.count == 2)
        #expect(host.dispatcher.counters.stale == 1)
        host.drain()
        #expect(host.sent.map { $0.at.nanoseconds / 1_000_000_000 } == [0, 1, 3, 7])
    }

    @Test("a probe whose chain ended by a late success leaves its permit to another")
    func withdrawnProbe() {
        var policy = Policy.plain(retry: RetryPolicy(jitter: .none, base: .seconds(6), attempts: 3))
        policy.breaker = BreakerPolicy(open: .seconds(5), minimumCalls: 1, halfOpenProbes: 1)
        let host = TestHost(policy)
        host.respond = { _ in nil }
        host.consume()
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        host.run(until: .zero + .seconds(7))
        #expect(host.sent.count == 2, "the probe")
        let next = host.consume()
        #expect(host.sent.count == 2, "there is only one")
        host.handle(.responded(host.sent[0].attempt, .ok))
        #expect(host.settled == [1: .delivered])
        host.run(for: .seconds(2))
        #expect(host.sent.count == 3)
        #expect(host.sent[2].reference == next)
        host.handle(.responded(host.sent[2].attempt, .ok))
        #expect(host.dispatcher.breakerTransitions(ProviderIndex(rawValue: 0)).halfOpenToClosed == 1)
        host.drain()
    }

    @Test("a late success ends the chain during the backoff", arguments: [Policy.Waiting.hold, .park])
    func lateDuringBackoff(waiting: Policy.Waiting) {
        let host = TestHost(.plain(waiting: waiting))
        host.respond = { _ in nil }
        host.consume()
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        host.run(for: .milliseconds(100))
        host.handle(.responded(host.sent[0].attempt, .ok))
        #expect(host.settled == [1: .delivered])
        host.drain()
        #expect(host.sent.count == 1)
        #expect(host.slotsHeld == 0)
        #expect(host.dispatcher.counters.lateSuccesses == 1)
        #expect(host.dispatcher.waiting == 0)
    }

    @Test("a late success ends the chain while another attempt is under way; that one's answer is stale")
    func lateDuringAttempt() {
        let host = TestHost(.plain())
        host.respond = { _ in nil }
        host.consume()
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        host.drain()
        #expect(host.sent.count == 2)
        host.handle(.responded(host.sent[0].attempt, .overloaded))
        #expect(host.settled.isEmpty, "a late failure says nothing")
        host.handle(.responded(host.sent[0].attempt, .ok))
        #expect(host.settled == [1: .delivered])
        host.handle(.responded(host.sent[1].attempt, .ok))
        #expect(host.settled == [1: .delivered])
        #expect(host.dispatcher.counters.delivered == 1)
    }

    @Test("a late success ends the chain while it waits in a queue, and while it waits for a slot")
    func lateWhileWaiting() {
        var policy = Policy.plain()
        policy.breaker = BreakerPolicy(open: .seconds(5), minimumCalls: 2)
        let host = TestHost(policy)
        host.respond = { _ in nil }
        host.grant = { nil }
        host.consume()
        host.consume()
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        host.handle(.responded(host.sent[1].attempt, .timedOut))
        host.run(until: .zero + .seconds(2))
        #expect(host.dispatcher.queues[0].count == 2)
        host.handle(.responded(host.sent[0].attempt, .ok))
        #expect(host.settled == [1: .delivered])
        #expect(host.dispatcher.unsettled == 1)
        host.run(until: .zero + .seconds(6))
        #expect(host.dispatcher.queues[0].count == 0)
        #expect(host.dispatcher.queues[0].promised == 1)
        host.handle(.responded(host.sent[1].attempt, .ok))
        #expect(host.settled == [1: .delivered], "the host is about to grant the slot")
        host.handle(.granted(host.sent[1].chain))
        #expect(host.settled == [1: .delivered, 2: .delivered])
        #expect(host.slotsHeld == 0)
        #expect(host.dispatcher.unsettled == 0)
        host.drain()
    }

    @Test("a late answer counts as a success only where no provider's dialect reads it as anything else")
    func lateDialect() {
        let providers = [
            ProviderDescription(name: "sms", dialect: .sms), ProviderDescription(name: "gateway", dialect: .gateway),
        ]
        let host = TestHost(.plain(providers: [(0, 1), (1, 0)]), providers: providers)
        host.respond = { _ in nil }
        let reference = host.consume()
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        #expect(host.sent.map(\.provider) == [0, 1])
        // The message's resource is there, and says that a filter of the carrier's took it.
        let filtered = ProviderResponse(status: 200, reason: .named("30007", in: .sms))
        host.handle(.responded(host.sent[0].attempt, filtered))
        #expect(host.settled[reference] == nil && host.dispatcher.counters.stale == 1)
        host.handle(.responded(host.sent[0].attempt, ProviderResponse(status: 201)))
        #expect(host.settled[reference] == .delivered)
    }
}
