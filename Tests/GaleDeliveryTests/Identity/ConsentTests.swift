// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct ConsentTests {
    private func host(waiting: Policy.Waiting = .park, fallback: Bool = false, limit: Bool = false) -> TestHost {
        var policy = Policy.plain(waiting: waiting)
        policy.consent = ConsentPolicy()
        if fallback {
            policy = policy.adding(.sms, provider: 1)
            policy.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: nil)]
        }
        if limit {
            policy.limits = [
                Policy.RateLimit(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 100_000, burst: 1)
            ]
        }
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.store.keeps = [.consent]
        return host
    }

    private func revoke(_ host: TestHost, recipient: UInt64 = 1, _ channel: Channel? = nil) {
        host.handle(.consentChanged(recipient: recipient, channel: channel, isGranted: false))
    }

    @Test("an objection in the store keeps a message from being sent")
    func lookedUp() {
        let host = host()
        host.store.apply(
            StateWrite(kind: .consent, key: StateKind.key(recipient: 1, .push), .set(1), lifetime: .hours(99)),
            at: .zero)
        host.consume(recipient: 1)
        host.consume(recipient: 2)
        host.drain()
        #expect(host.settled == [1: .suppressed, 2: .delivered])
        #expect(host.sent.map(\.reference) == [2])
    }

    @Test(
        "what waits in backoff is settled suppressed at once and never sent again",
        arguments: [Policy.Waiting.hold, .park])
    func backoff(waiting: Policy.Waiting) {
        let host = host(waiting: waiting)
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        host.consume(recipient: 1)
        host.consume(recipient: 2)
        host.run(for: .milliseconds(100))
        revoke(host)
        #expect(host.settled == [1: .suppressed])
        host.respond = { _ in (.milliseconds(1), .ok) }
        host.drain()
        #expect(host.settled == [1: .suppressed, 2: .delivered])
        #expect(host.sent.count { $0.reference == 1 } == 1)
    }

    @Test("so is what waits in a queue, for a slot, or for a store")
    func otherWaits() {
        let queue = host(limit: true)
        for recipient in [3, 1, 1] as [UInt64] { queue.consume(recipient: recipient) }
        queue.run(for: .milliseconds(500))
        #expect(queue.sent.count == 1)
        revoke(queue)
        #expect(queue.settled == [1: .delivered, 2: .suppressed, 3: .suppressed])
        queue.drain()
        #expect(queue.sent.count == 1 && queue.dispatcher.unsettled == 0)

        let slot = host()
        var grants: [Interval?] = [nil]
        slot.grant = { grants.popLast() ?? .zero }
        slot.respond = { _ in (.milliseconds(1), .overloaded) }
        slot.consume()
        slot.run(for: .seconds(2))
        let chain = slot.sent[0].chain
        revoke(slot)
        slot.handle(.granted(chain))
        #expect(slot.settled == [1: .suppressed] && slot.sent.count == 1)

        let store = host()
        store.store.behaviour = { _, _ in (.milliseconds(50), false) }
        store.consume()
        revoke(store)
        #expect(store.settled == [1: .suppressed])
        store.drain()
        #expect(store.sent.isEmpty && store.dispatcher.counters.stale == 1)
    }

    @Test("what a provider has can't be called back: taken it counts as delivered, refused it is not tried again")
    func inFlight() {
        for response in [ProviderResponse.ok, .overloaded] {
            let host = host()
            host.respond = { _ in (.seconds(1), response) }
            host.consume()
            host.run(for: .milliseconds(100))
            revoke(host)
            #expect(host.settled.isEmpty)
            host.drain()
            #expect(host.settled == [1: response == .ok ? .delivered : .suppressed])
            #expect(host.sent.count == 1)
        }
    }

    @Test("an objection to one channel leaves the others; one that is taken back in time changes nothing")
    func channels() {
        let one = host(fallback: true)
        one.respond = { sent in (.milliseconds(1), sent.provider == 0 ? .overloaded : .ok) }
        one.consume()
        one.run(for: .milliseconds(100))
        revoke(one, .sms)
        #expect(one.settled.isEmpty)
        revoke(one, .push)
        one.drain()
        #expect(one.settled == [1: .delivered])
        #expect(one.sent.map(\.provider) == [0, 1])

        let all = host(fallback: true)
        all.respond = { _ in (.milliseconds(1), .overloaded) }
        all.consume()
        all.run(for: .milliseconds(100))
        revoke(all)
        #expect(all.settled == [1: .suppressed])

        let back = host()
        back.respond = { sent in (.seconds(1), sent.ordinal == 1 ? .overloaded : .ok) }
        back.consume()
        back.run(for: .milliseconds(100))
        revoke(back)
        back.handle(.consentChanged(recipient: 1, channel: nil, isGranted: true))
        back.drain()
        #expect(back.settled == [1: .delivered])
    }

    @Test("by default nothing is sent while the store fails")
    func failsClosed() {
        let host = host()
        host.store.behaviour = { _, _ in (.milliseconds(1), true) }
        let reference = host.consume(timeToLive: .minutes(1))
        host.drain()
        #expect(host.settled[reference] == .expired && host.sent.isEmpty)
    }
}
