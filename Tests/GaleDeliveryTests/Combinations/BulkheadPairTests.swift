// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// A tenant's bulkhead together with what makes a notification wait on its way to a send.
struct BulkheadPairTests {
    private func policy(waiting: Policy.Waiting = .park) -> Policy {
        var policy = Policy.plain(waiting: waiting).adding(.email, provider: 1)
        policy.bulkheads = BulkheadPolicy(tenant: 1)
        return policy
    }

    private func host(_ policy: Policy) -> TestHost {
        TestHost(policy, providers: ProviderDescription.gateways(2))
    }

    @Test("bulkhead and breaker: what waits for a breaker keeps none of its tenant's permits")
    func breaker() {
        var policy = policy()
        policy.breaker = BreakerPolicy(window: .seconds(60), open: .seconds(30), minimumCalls: 3, halfOpenProbes: 1)
        let host = host(policy)
        host.respond = { $0.channel == .push ? (.milliseconds(1), .overloaded) : (.milliseconds(1), .ok) }
        host.grant = { .milliseconds(500) }
        host.consume(tenant: 7)
        // Its backoff of a second is over, and it has asked for a slot with its tenant's permit in its hand.
        host.run(until: .zero + .milliseconds(1_100))
        for tenant in [8, 9] as [UInt32] { host.consume(tenant: tenant) }
        host.run(until: .zero + .milliseconds(1_700))
        #expect(host.dispatcher.isBreakerOpen(ProviderIndex(rawValue: 0)))
        #expect(host.sent.map(\.reference) == [1, 2, 3], "the second attempt of the first waits for the breaker")
        let other = host.consume(channel: .email, tenant: 7)
        #expect(host.sent.last?.reference == other)
        host.drain()
        #expect(host.dispatcher.activeTenants == 0)
    }

    @Test("bulkhead and quiet hours: what waits for the morning keeps none of its tenant's permits")
    func quietHours() {
        var policy = policy()
        // Midnight is at two seconds, and the hour after it is quiet.
        policy.routing.quietHours = QuietHours(begin: 0, end: 60, channels: [.push], epoch: -2)
        let host = host(policy)
        host.respond = { $0.ordinal == 1 ? (.milliseconds(1), .overloaded) : (.milliseconds(1), .ok) }
        host.grant = { .milliseconds(1_500) }
        let first = host.consume(tenant: 7, timeToLive: .hours(2))
        host.run(until: .zero + .milliseconds(2_600))
        #expect(host.releases.map(\.reason) == [.backoff, .quietHours])
        let other = host.consume(channel: .email, tenant: 7)
        #expect(host.sent.last?.reference == other)
        host.drain()
        #expect(host.settled[first] == .delivered && host.settledAt[first]! > .zero + .minutes(60))
        #expect(host.dispatcher.activeTenants == 0)
    }

    @Test("bulkhead and park: who waits for a permit has no slot, who has a permit gets one, and the permits go round")
    func park() {
        let host = host(policy())
        host.respond = { $0.ordinal == 1 ? (.milliseconds(100), .overloaded) : (.milliseconds(100), .ok) }
        host.grant = { .milliseconds(10) }
        for _ in 0..<4 { host.consume(tenant: 7) }
        #expect(host.slotsHeld == 1 && host.sent.count == 1)
        #expect(host.releases.map(\.reason) == [.bulkhead, .bulkhead, .bulkhead])
        // The first backs off; its permit is the second's.
        host.run(until: .zero + .milliseconds(115))
        #expect(host.sent.map(\.reference) == [1, 2])
        host.drain()
        #expect(host.settled.values.count { $0 == .delivered } == 4)
        #expect(host.slotsHeld == 0 && host.dispatcher.activeTenants == 0)
    }

    @Test("bulkhead and retry topic: a message that goes there leaves no permit behind")
    func retryTopic() {
        let host = host(policy(waiting: .retryTopic))
        host.respond = { _ in (.milliseconds(100), .overloaded) }
        for _ in 0..<3 { host.consume(tenant: 7) }
        host.drain()
        #expect(host.requeued.map(\.reason) == [.bulkhead, .bulkhead, .backoff])
        #expect(host.dispatcher.activeTenants == 0)
    }

    @Test("what expires in a tenant's queue, or in line behind its recipient's other, is settled at its time")
    func expires() {
        var inOrder = Policy.plain()
        inOrder.order = .key
        for policy in [policy(), inOrder] {
            let host = host(policy)
            host.respond = { _ in nil }
            host.consume(timeToLive: .seconds(5))
            for _ in 0..<2_500 { host.consume(timeToLive: .seconds(1)) }
            let second = host.consume(timeToLive: .seconds(2))
            let last = host.consume(timeToLive: .hours(1))
            host.run(until: .zero + .milliseconds(1_999))
            #expect(host.settled.values.count { $0 == .expired } == 2_500)
            #expect(host.settledAt.values.allSatisfy { $0 < .zero + .milliseconds(1_004) })
            host.run(until: .zero + .milliseconds(2_002))
            #expect(host.settled[second] == .expired)
            host.handle(.responded(host.sent[0].attempt, .ok))
            host.run(for: .milliseconds(1))
            #expect(host.sent.map(\.reference) == [1, last])
            host.handle(.responded(host.sent[1].attempt, .ok))
            #expect(host.dispatcher.unsettled == 0 && host.dispatcher.waiting == 0)
            #expect(host.dispatcher.activeTenants == 0)
        }
    }

    @Test("what has expired takes up no place in a tenant's queue")
    func expiredPlaces() {
        var policy = policy()
        policy.bulkheads = BulkheadPolicy(tenant: 1, tenantQueue: 3)
        let host = host(policy)
        host.respond = { _ in (.seconds(5), .ok) }
        host.consume(tenant: 7)
        for _ in 0..<3 { host.consume(tenant: 7, timeToLive: .seconds(1)) }
        host.run(until: .zero + .seconds(2))
        let late = host.consume(tenant: 7)
        host.drain()
        #expect(host.settled[late] == .delivered)
    }

    @Test("tenants whose permits come back take turns: the first to have one back is the first to go on")
    func turns() {
        var policy = policy()
        policy.consent = ConsentPolicy(onFailure: .open)
        let host = host(policy)
        host.respond = { _ in (.seconds(5), .ok) }
        for tenant in [7, 8] as [UInt32] {
            host.consume(tenant: tenant, recipient: 1)
            host.run(for: .milliseconds(10))
            for _ in 0..<1_500 { host.consume(tenant: tenant, recipient: UInt64(tenant)) }
            host.consume(tenant: tenant, recipient: 2)
            host.run(for: .milliseconds(10))
        }
        for recipient in [7, 8] as [UInt64] {
            host.handle(.consentChanged(recipient: recipient, channel: nil, isGranted: false))
        }
        #expect(host.settled.count == 3_000)
        host.handle(.responded(host.sent[0].attempt, .ok))
        host.handle(.responded(host.sent[1].attempt, .ok))
        host.drain()
        #expect(host.sent.map { host.notification(of: $0.reference).tenant } == [7, 8, 7, 8])
    }
}
