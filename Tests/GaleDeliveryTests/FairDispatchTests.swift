// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Lanes, turns of tenants and collapse keys in the dispatcher.
struct FairDispatchTests {
    /// One attempt a second.
    private static func policy(_ routing: RoutingPolicy, waiting: Policy.Waiting = .park) -> Policy {
        var policy = Policy.plain(waiting: waiting)
        policy.limits = [
            Policy.RateLimit(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 1_000_000, burst: 1)
        ]
        policy.routing = routing
        return policy
    }

    @Test(
        "of those that wait the most urgent go first, until others have aged", arguments: [Policy.Waiting.park, .hold])
    func lanes(waiting: Policy.Waiting) {
        let host = TestHost(Self.policy(RoutingPolicy(lanes: .strict(ageing: .seconds(10))), waiting: waiting))
        let low = host.consume(priority: .low)  // takes the only token
        let older = host.consume(priority: .low)
        for _ in 0..<30 {
            host.consume(priority: .high)
            host.run(for: .seconds(1))
        }
        let order = host.sent.map(\.reference)
        #expect(order.first == low)
        let place = order.firstIndex(of: older)!
        #expect(host.sent[place].at >= .zero + .seconds(10) && host.sent[place].at <= .zero + .seconds(12))
    }

    @Test("one tenant's thousand doesn't keep another's one waiting")
    func tenants() {
        let host = TestHost(Self.policy(RoutingPolicy(isFair: true)))
        for _ in 0..<1_000 { host.consume(tenant: 1) }
        let small = host.consume(tenant: 2)
        host.run(for: .seconds(5))
        #expect(host.settled[small] == .delivered)
        let without = TestHost(Self.policy(RoutingPolicy()))
        for _ in 0..<1_000 { without.consume(tenant: 1) }
        let behind = without.consume(tenant: 2)
        without.run(for: .seconds(900))
        #expect(without.settled[behind] == nil)
    }

    @Test("what has expired or is gone takes no turn from its tenant's others", arguments: [false, true])
    func expiredTakesNoTurn(hasLanes: Bool) {
        let lanes: PriorityLanes.Discipline? = hasLanes ? .weighted([8, 4, 2, 1]) : nil
        let host = TestHost(Self.policy(RoutingPolicy(lanes: lanes, isFair: true)))
        var tenants: [UInt64: UInt32] = [:]
        for _ in 0..<40 { tenants[host.consume(tenant: 1)] = 1 }
        for _ in 0..<20 { tenants[host.consume(tenant: 2, timeToLive: .seconds(3))] = 2 }
        for _ in 0..<10 { tenants[host.consume(tenant: 2)] = 2 }
        host.run(for: .seconds(20))
        let order = host.sent.map { tenants[$0.reference]! }
        #expect(order.count >= 20)
        for place in 2..<20 where order[place] == 1 {
            #expect(order[place - 1] == 2 || order[place - 2] == 2, "tenant 2 waits while tenant 1 is served thrice")
        }
    }

    @Test("what expires in a lane whose turn doesn't come ends all the same")
    func expiresInLane() {
        let host = TestHost(Self.policy(RoutingPolicy(lanes: .strict(ageing: nil))))
        host.consume(priority: .high)
        let low = host.consume(priority: .low, timeToLive: .seconds(5))
        for _ in 0..<10 {
            host.consume(priority: .high)
            host.run(for: .seconds(1))
        }
        #expect(host.settled[low] == .expired)
        #expect(host.settledAt[low]! <= .zero + .seconds(6))
    }

    @Test("a later notification with the same collapse key replaces one that waits, of the same recipient alone")
    func collapse() {
        let host = TestHost(Self.policy(RoutingPolicy(collapses: true)))
        host.consume(recipient: 9)
        let first = host.consume(recipient: 1, collapseKey: 5)
        let other = host.consume(recipient: 2, collapseKey: 5)
        let plain = host.consume(recipient: 1)
        let second = host.consume(recipient: 1, collapseKey: 5)
        let third = host.consume(recipient: 1, collapseKey: 5)
        #expect(host.settled[first] == .suppressed)
        #expect(host.settled[second] == .suppressed)
        host.drain()
        #expect(host.settled[third] == .delivered)
        #expect(host.settled[other] == .delivered && host.settled[plain] == .delivered)
        #expect(host.dispatcher.counters.collapsed == 2)
        #expect(host.dispatcher.unsettled == 0)
    }

    @Test("what is under way is not called back, and an earlier one that comes late gives way")
    func collapseInFlight() {
        var policy = Policy.plain()
        policy.routing.collapses = true
        let host = TestHost(policy)
        host.respond = { _ in nil }
        let sent = host.consume(collapseKey: 5)
        let next = host.consume(collapseKey: 5)
        #expect(host.settled.isEmpty && host.sent.map(\.reference) == [sent, next])

        let limited = TestHost(Self.policy(RoutingPolicy(collapses: true)))
        limited.run(for: .seconds(1))
        limited.consume()
        limited.consume()
        let later = limited.consume(collapseKey: 5)
        let earlier = limited.consume(created: .zero, collapseKey: 5)
        #expect(limited.settled[earlier] == .suppressed)
        limited.drain()
        #expect(limited.settled[later] == .delivered)
    }
}
