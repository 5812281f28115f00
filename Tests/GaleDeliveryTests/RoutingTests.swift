// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct RoutingTests {
    private func providers(_ host: TestHost) -> [Int] { host.sent.map(\.provider) }

    @Test("a route for the platform goes before one for any platform; without any the notification is a dead letter")
    func platforms() {
        func route(_ platform: Platform, _ provider: UInt16) -> Policy.Route {
            Policy.Route(channel: .push, platform: platform, providers: [(ProviderIndex(rawValue: provider), 1)])
        }
        let policy = Policy(routes: [route(.none, 0), route(.ios, 1)])
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.consume(platform: .ios)
        host.consume(platform: .android)
        let unrouted = host.consume(channel: .sms)
        host.drain()
        #expect(providers(host) == [1, 0])
        #expect(host.settled[unrouted] == .deadLettered)
    }

    @Test("equivalents get their share by weight; weight 0 stands by")
    func weights() {
        var random = SplitMix(seed: 11)
        let host = TestHost(
            .plain(providers: [(0, 3), (1, 1), (2, 0)]), providers: ProviderDescription.gateways(3))
        host.random = { random.next() }
        for _ in 0..<8_000 { host.consume() }
        host.drain()
        let counts = (0..<3).map { provider in host.sent.count { $0.provider == provider } }
        #expect(abs(counts[0] - 6_000) < 200)
        #expect(abs(counts[1] - 2_000) < 200)
        #expect(counts[2] == 0)
    }

    @Test("after a failure an equivalent gets the next attempt at once; when all have failed there is backoff")
    func failover() {
        let host = TestHost(
            .plain(providers: [(0, 1), (1, 1), (2, 0)], retry: RetryPolicy(jitter: .none, attempts: 5)),
            providers: ProviderDescription.gateways(3))
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        let reference = host.consume()
        host.run(until: .zero + .milliseconds(500))
        #expect(Set(providers(host)) == [0, 1, 2])
        #expect(host.sent.map { $0.at.nanoseconds } == [0, 1_000_000, 2_000_000])
        #expect(host.releases.map(\.reason) == [.backoff])
        #expect(host.dispatcher.counters.failovers == 2)
        host.drain()
        #expect(host.sent.count == 5, "failovers count as attempts")
        #expect(host.settled[reference] == .deadLettered)
    }

    @Test("an obstacle of the recipient's is retried at the same provider, not failed over")
    func retryHere() {
        var random = SplitMix(seed: 5)
        let host = TestHost(
            .plain(providers: [(0, 1), (1, 1)], retry: RetryPolicy(jitter: .none, attempts: 4)),
            providers: ProviderDescription.gateways(2))
        host.random = { random.next() }
        host.respond = { $0.ordinal < 4 ? (.zero, .notConnected) : (.zero, .ok) }
        for _ in 0..<20 { host.consume() }
        host.drain()
        for reference in 1...20 {
            let used = host.sent.filter { $0.reference == UInt64(reference) }.map(\.provider)
            #expect(used.count == 4)
            #expect(Set(used).count == 1)
        }
    }

    @Test("an equivalent whose breaker is open gets nothing while another is healthy")
    func unhealthyEquivalent() {
        var policy = Policy.plain(providers: [(0, 1), (1, 1)])
        policy.breaker = BreakerPolicy(minimumCalls: 5)
        var random = SplitMix(seed: 5)
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.random = { random.next() }
        host.respond = { $0.provider == 0 ? (.zero, .overloaded) : (.zero, .ok) }
        for _ in 0..<40 {
            host.consume()
            host.run(for: .milliseconds(1))
        }
        #expect(host.dispatcher.isBreakerOpen(ProviderIndex(rawValue: 0)))
        let before = host.sent.count
        for _ in 0..<100 { host.consume() }
        host.run(for: .milliseconds(1))
        #expect(host.sent.dropFirst(before).allSatisfy { $0.provider == 1 })
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
        #expect(host.settled.count == 140)
    }

    @Test("an equivalent out of tokens is passed over")
    func limitedEquivalent() {
        var policy = Policy.plain(providers: [(0, 1), (1, 0)])
        policy.limits = [
            Policy.RateLimit(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 1_000_000, burst: 3)
        ]
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        for _ in 0..<5 { host.consume() }
        #expect(providers(host) == [0, 0, 0, 1, 1])
    }
}
