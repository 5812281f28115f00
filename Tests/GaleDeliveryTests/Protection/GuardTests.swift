// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Protection as the dispatcher applies it.
struct GuardTests {
    private let first = ProviderIndex(rawValue: 0)
    private let second = ProviderIndex(rawValue: 1)

    @Test("a provider's bulkhead lets so many attempts be under way and no more; each answer lets the next go")
    func providerBulkhead() {
        var policy = Policy.plain()
        policy.bulkheads = BulkheadPolicy(providers: [.init(provider: first, attempts: 3)])
        let host = TestHost(policy)
        host.respond = { _ in (.seconds(1), .ok) }
        for _ in 0..<10 { host.consume() }
        #expect(host.sent.count == 3)
        #expect(host.dispatcher.inFlight(first) == 3)
        #expect(host.releases.count == 7 && host.releases.allSatisfy { $0.reason == .concurrency })
        #expect(host.dispatcher.counters.concurrencyWaits == 7)
        host.run(for: .milliseconds(1_001))
        #expect(host.sent.count == 6)
        host.drain()
        #expect(host.settled.count == 10 && host.settled.values.allSatisfy { $0 == .delivered })
        #expect(host.now < .zero + .seconds(5), "four turns of a second")
        #expect(host.dispatcher.inFlight(first) == 0)
    }

    @Test("a full provider is passed over where there is an equivalent with room")
    func equivalent() {
        var policy = Policy.plain(providers: [(0, 1), (1, 0)])
        policy.bulkheads = BulkheadPolicy(providers: [.init(provider: first, attempts: 2)])
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.respond = { _ in (.seconds(1), .ok) }
        for _ in 0..<6 { host.consume() }
        #expect(host.sent.map(\.provider) == [0, 0, 1, 1, 1, 1])
    }

    @Test("AIMD: the limit grows with answers, falls with refusals for load, and holds what is under way")
    func concurrency() {
        var policy = Policy.plain()
        policy.concurrency = ConcurrencyPolicy(.aimd)
        let host = TestHost(policy)
        host.respond = { _ in (.milliseconds(100), .ok) }
        for _ in 0..<100 { host.consume() }
        #expect(host.sent.count == 10)
        host.run(for: .milliseconds(150))
        // The first four found less than half of the limit in use.
        #expect(host.dispatcher.concurrencyLimit(first) == 16)
        #expect(host.dispatcher.inFlight(first) == 16)
        host.respond = { _ in (.milliseconds(100), .overloaded) }
        host.run(for: .milliseconds(400))
        #expect(host.dispatcher.concurrencyLimit(first)! < 10)
    }

    @Test("one tenant's bulkhead holds that tenant alone, in its order; its queue is bounded")
    func tenantBulkhead() {
        var policy = Policy.plain()
        policy.bulkheads = BulkheadPolicy(tenant: 2, tenantQueue: 5)
        let host = TestHost(policy)
        host.respond = { _ in (.seconds(1), .ok) }
        for _ in 0..<9 { host.consume(tenant: 7) }
        let other = host.consume(tenant: 8)
        #expect(host.sent.map(\.reference) == [1, 2, other])
        #expect(host.releases.map(\.reference) == [3, 4, 5, 6, 7])
        #expect(host.releases.allSatisfy { $0.reason == .bulkhead })
        #expect(host.settled == [8: .shed, 9: .shed])
        #expect(host.dispatcher.activeTenants == 2)
        host.drain()
        #expect(host.sent.filter { $0.reference != other }.map(\.reference) == [1, 2, 3, 4, 5, 6, 7])
        #expect(host.settled.values.count { $0 == .delivered } == 8)
        #expect(host.dispatcher.activeTenants == 0)
    }

    @Test("what expires in a tenant's queue is settled no later than when an attempt of the tenant ends")
    func expiresInQueue() {
        var policy = Policy.plain()
        policy.bulkheads = BulkheadPolicy(tenant: 1)
        let host = TestHost(policy)
        host.respond = { _ in (.seconds(5), .ok) }
        host.consume()
        for _ in 0..<3_000 { host.consume(timeToLive: .seconds(1)) }
        let last = host.consume()
        host.run(until: .zero + .seconds(11))
        #expect(host.settled.values.count { $0 == .expired } == 3_000)
        #expect(host.settled[last] == .delivered)
    }

    @Test("an equivalent that fails five times in a row gets nothing for half a minute, though no breaker opens")
    func outlier() {
        var policy = Policy.plain(
            providers: [(0, 1), (1, 1)], retry: RetryPolicy(backoff: .none, jitter: .none, attempts: 6))
        policy.outlierEjection = OutlierPolicy()
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        var words = SplitMix(seed: 4)
        host.random = { words.next() }
        host.respond = { ($0.provider == 0 ? (.milliseconds(5), .overloaded) : (.milliseconds(5), .ok)) }
        for _ in 0..<600 {
            host.consume()
            host.run(for: .milliseconds(100))
        }
        let toFirst = host.sent.filter { $0.provider == 0 }.map { ($0.at - .zero).seconds }
        #expect(toFirst.count { $0 < 10 } == 5)
        #expect(toFirst.allSatisfy { $0 < 10 || $0 >= 30 })
        #expect(toFirst.contains { $0 >= 30 })
        #expect(host.dispatcher.counters.breakersOpened == 0)
        host.drain()
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
    }

    @Test("slow answers open a breaker that counts them, and quick ones don't")
    func slowCalls() {
        for (milliseconds, isOpen) in [(300, true), (200, false)] {
            var policy = Policy.plain()
            policy.breaker = BreakerPolicy(
                minimumCalls: 10, slowCallRateMicros: 500_000, slowCallDuration: .milliseconds(200))
            let host = TestHost(policy)
            host.respond = { _ in (.milliseconds(Int64(milliseconds)), .ok) }
            for _ in 0..<10 { host.consume() }
            host.run(for: .seconds(1))
            #expect(host.dispatcher.isBreakerOpen(first) == isOpen)
        }
    }

    @Test("GCRA lets so much through as the token bucket of the same rate and burst, at the same times")
    func gcra() {
        var sent: [[Instant]] = []
        for algorithm in Policy.RateLimit.Algorithm.allCases {
            var policy = Policy.plain()
            policy.limits = [
                Policy.RateLimit(
                    provider: first, ratePerSecondMicros: 300_000_000, burst: 20, algorithm: algorithm)
            ]
            let host = TestHost(policy)
            for _ in 0..<1_000 { host.consume() }
            host.drain()
            #expect(host.releases.first?.reason == .rateLimit)
            #expect(host.settled.count == 1_000)
            sent.append(host.sent.map(\.at))
        }
        #expect(sent[0] == sent[1])
    }

    @Test("what can't arrive in time any more is shed before it is sent, or goes by another channel that can make it")
    func deadline() {
        var policy = Policy.plain().adding(.email, provider: 1)
        policy.shedding = SheddingPolicy(deadlineShareMicros: 1_000_000)
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.respond = { ($0.provider == 0 ? (.seconds(2), .ok) : (.milliseconds(50), .ok)) }
        host.consume()
        host.run(for: .milliseconds(2_500))
        let hopeless = host.consume(timeToLive: .milliseconds(1_999))
        #expect(host.settled[hopeless] == .shed)
        #expect(host.dispatcher.counters.hopeless == 1)
        let inTime = host.consume(timeToLive: .milliseconds(2_001))
        host.run(for: .seconds(3))
        #expect(host.settled[inTime] == .delivered)

        policy.fallbacks = [Policy.Fallback(from: .push, to: .email, after: nil)]
        let other = TestHost(policy, providers: ProviderDescription.gateways(2))
        other.respond = host.respond
        other.consume()
        other.run(for: .milliseconds(2_500))
        let saved = other.consume(timeToLive: .seconds(1))
        other.drain()
        #expect(other.settled[saved] == .delivered)
        #expect(other.sent.last?.channel == .email)
    }

    @Test("under overload the unimportant is shed, the important isn't")
    func admission() {
        var policy = Policy.plain()
        policy.shedding = SheddingPolicy(admission: .init())
        let host = TestHost(policy)
        for index in 0..<30_000 {
            // Everything has waited for a second in the queue that it comes from.
            host.consume(priority: Priority.allCases[index % 3], created: host.now - .seconds(1))
            host.run(for: .microseconds(200))
        }
        host.drain()
        let shed = (0..<3).map { priority in
            (0..<30_000).count { $0 % 3 == priority && host.settled[UInt64($0 + 1)] == .shed }
        }
        #expect(shed[0] == 0)
        #expect(shed[1] < shed[2])
        #expect(shed[2] > 4_000)
    }

    @Test("an attempt that a late success makes pointless gives its place back")
    func lateSuccess() {
        var policy = Policy.plain(retry: RetryPolicy(backoff: .none, jitter: .none, attempts: 3))
        policy.bulkheads = BulkheadPolicy(providers: [.init(provider: first, attempts: 1)], tenant: 1)
        let host = TestHost(policy)
        host.respond = { $0.ordinal == 1 ? (.milliseconds(5), .timedOut) : nil }
        let reference = host.consume()
        host.run(for: .milliseconds(10))
        #expect(host.sent.count == 2 && host.dispatcher.inFlight(first) == 1)
        host.handle(.responded(host.sent[0].attempt, .ok))
        #expect(host.settled[reference] == .delivered)
        #expect(host.dispatcher.inFlight(first) == 0 && host.dispatcher.activeTenants == 0)
        host.handle(.responded(host.sent[1].attempt, .ok))
        #expect(host.dispatcher.inFlight(first) == 0)
    }
}
