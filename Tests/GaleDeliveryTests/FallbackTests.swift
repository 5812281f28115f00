// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct FallbackTests {
    private func policy(after: Interval? = nil, waiting: Policy.Waiting = .park, attempts: Int = 2) -> Policy {
        var policy = Policy.plain(
            waiting: waiting, retry: RetryPolicy(jitter: .none, base: .seconds(1), attempts: attempts)
        ).adding(.sms, provider: 1)
        policy.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: after)]
        return policy
    }

    private let providers = ProviderDescription.gateways(3)

    @Test("what fails for good on one channel goes to the next, at once and with attempts of its own")
    func permanentFailure() {
        let host = TestHost(policy(), providers: providers)
        host.respond = { $0.channel == .push ? (.zero, .refused) : (.zero, $0.ordinal == 2 ? .overloaded : .ok) }
        let reference = host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.push, .sms, .sms])
        #expect(host.settled[reference] == .delivered)
        #expect(host.dispatcher.counters.fallbacks == 1)
    }

    @Test("a recipient that is gone from one channel is tried on the next")
    func suppressedRecipient() {
        let host = TestHost(policy(), providers: providers)
        host.respond = { $0.channel == .push ? (.zero, .gone) : (.zero, .ok) }
        let reference = host.consume()
        host.drain()
        #expect(host.settled[reference] == .delivered)
    }

    @Test("when the attempts on a channel are used up the next one follows; after the last comes the dead letter")
    func exhausted() {
        let host = TestHost(policy(), providers: providers)
        host.respond = { _ in (.zero, .overloaded) }
        let reference = host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.push, .push, .sms, .sms])
        #expect(host.settled[reference] == .deadLettered)
    }

    @Test("the end of the way decides the outcome: suppressed there is suppressed, refused there is a dead letter")
    func lastOutcome() {
        let host = TestHost(policy(), providers: providers)
        host.respond = { $0.channel == .push ? (.zero, .refused) : (.zero, .gone) }
        let reference = host.consume()
        host.drain()
        #expect(host.settled[reference] == .suppressed)
    }

    @Test("a channel's own deadline is honoured at the next decision, counted from the creation")
    func channelDeadline() {
        let host = TestHost(policy(after: .seconds(5), attempts: 10), providers: providers)
        host.respond = { $0.channel == .push ? (.seconds(2), .overloaded) : (.zero, .ok) }
        host.consume()
        host.drain()
        // Push at 0 s and 3 s; the next retry would start at 7 s, past the deadline: so SMS at 5 s.
        #expect(host.sent.map { $0.at.nanoseconds / 1_000_000_000 } == [0, 3, 5])
        #expect(host.sent.map(\.channel) == [.push, .push, .sms])

        let late = TestHost(policy(after: .seconds(5)), providers: providers)
        late.run(until: .zero + .seconds(6))
        late.consume(created: .zero)
        #expect(late.sent.map(\.channel) == [.sms], "what arrives after the deadline doesn't try the channel any more")
    }

    @Test("the deadline also ends a wait for an open breaker")
    func deadlineWhileWaiting() {
        var policy = policy(after: .seconds(5))
        policy.breaker = BreakerPolicy(open: .seconds(60), minimumCalls: 1)
        let host = TestHost(policy, providers: providers)
        host.respond = { $0.channel == .push ? (.zero, .overloaded) : (.zero, .ok) }
        let first = host.consume()
        host.run(until: .zero + .milliseconds(1))
        let second = host.consume()
        host.run(until: .zero + .seconds(7))
        #expect(host.settled == [first: .delivered, second: .delivered])
        #expect(host.sent.filter { $0.channel == .sms }.allSatisfy { $0.at >= .zero + .seconds(1) })
        #expect(host.settledAt[second]! >= .zero + .seconds(5))
        host.drain()
    }

    @Test("the notification's expiry bounds every channel")
    func expiry() {
        let host = TestHost(policy(), providers: providers)
        host.respond = { _ in (.seconds(3), .refused) }
        let reference = host.consume(timeToLive: .seconds(3))
        host.drain()
        #expect(host.sent.map(\.channel) == [.push])
        #expect(host.settled[reference] == .expired)
    }

    @Test("fallbacks that form a circle end, and a channel without a route is passed over")
    func circle() {
        var policy = policy(attempts: 1).adding(.email, provider: 2)
        policy.fallbacks = [
            Policy.Fallback(from: .push, to: .inApp, after: nil), Policy.Fallback(from: .push, to: .sms, after: nil),
            Policy.Fallback(from: .sms, to: .email, after: nil), Policy.Fallback(from: .email, to: .push, after: nil),
            Policy.Fallback(from: .inApp, to: .email, after: nil),
        ]
        let host = TestHost(policy, providers: providers)
        host.respond = { _ in (.zero, .refused) }
        let reference = host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.push, .sms, .email])
        #expect(host.settled[reference] == .deadLettered)
        // Its own channel has no route, but one to fall back to.
        host.consume(channel: .inApp)
        host.drain()
        #expect(host.sent.dropFirst(3).map(\.channel) == [.email, .push, .sms])
    }

    @Test("through a retry topic, the place on the way comes back as one number")
    func retryTopic() {
        let host = TestHost(policy(waiting: .retryTopic, attempts: 3), providers: providers)
        host.respond = { $0.channel == .push ? (.zero, .refused) : (.zero, .overloaded) }
        var attempts: UInt64 = 0
        var seen: [UInt64] = []
        var last: UInt64 = 0
        for _ in 0..<10 {
            last = host.consume(previousAttempts: attempts)
            host.drain()
            guard let requeued = host.requeued.last, requeued.reference == last else { break }
            attempts = requeued.attempts
            seen.append(attempts)
        }
        #expect(seen == [4, 5])
        #expect(host.sent.map(\.channel) == [.push, .sms, .sms, .sms])
        #expect(host.settled[last] == .deadLettered)
    }
}
