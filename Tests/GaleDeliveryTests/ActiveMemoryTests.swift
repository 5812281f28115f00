// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Tenants and endpoints cost memory only while they are active, counted by what the tables have allocated.
struct ActiveMemoryTests {
    @Test("a million tenants take their 20 bytes a place while they hold permits, and none of it afterwards")
    func tenants() {
        var bulkhead = TenantBulkhead(limit: 2)
        defer { bulkhead.deallocate() }
        let before = bulkhead.bytes
        for tenant in 0..<1_000_000 as Range<UInt32> { _ = bulkhead.take(tenant) }
        #expect(bulkhead.count == 1_000_000)
        #expect(bulkhead.bytes >= 20_000_000 && bulkhead.bytes <= 64_000_000, "\(bulkhead.bytes)")
        for tenant in 0..<1_000_000 as Range<UInt32> { _ = bulkhead.giveBack(tenant) }
        #expect(bulkhead.count == 0 && bulkhead.bytes == before)
    }

    @Test("through a dispatcher with a bulkhead for each: calls and tenants give back what they took")
    func dispatcher() {
        var policy = Policy.plain()
        policy.bulkheads = BulkheadPolicy(tenant: 1)
        let dispatcher = Dispatcher(policy: policy, providers: ProviderDescription.gateways(1))
        var actions = Actions()
        let before = dispatcher.activeBytes
        let now = Instant.zero + .seconds(1)
        var attempts: [AttemptID] = []
        for number in 1...50_000 as ClosedRange<UInt64> {
            let notification = Notification(
                reference: number, key: number, recipient: number, tenant: UInt32(number), channel: .push,
                platform: .ios,
                created: now, expires: now + .seconds(60))
            dispatcher.handle(.consumed(notification), now: now, random: 0, into: &actions)
            for index in 0..<actions.count {
                if case .send(let attempt, _, _, _, _, _, _) = actions[index] { attempts.append(attempt) }
            }
            actions.removeAll()
        }
        #expect(attempts.count == 50_000 && dispatcher.activeTenants == 50_000)
        #expect(dispatcher.activeBytes >= before + 50_000 * (32 + 20))
        for attempt in attempts {
            dispatcher.handle(.responded(attempt, .ok), now: now + .seconds(1), random: 0, into: &actions)
            actions.removeAll()
        }
        #expect(dispatcher.unsettled == 0 && dispatcher.activeTenants == 0)
        #expect(dispatcher.activeBytes == before)
    }

    @Test("of ten thousand endpoints with windows over calls and gradients, those never used take no memory for them")
    func idleWindows() {
        var policy = Policy(
            routes: [],
            breaker: BreakerPolicy(windowCalls: 100_000), concurrency: ConcurrencyPolicy(.envoyGradient))
        policy.routes = [
            Policy.Route(channel: .push, platform: .none, providers: [(ProviderIndex(rawValue: 3_000), 1)])
        ]
        let host = TestHost(policy, providers: ProviderDescription.gateways(10_000))
        let idle = host.dispatcher.activeBytes
        #expect(idle < 10_000)
        host.consume()
        host.drain()
        #expect(host.dispatcher.activeBytes - idle >= 100_000 + 4_096 && host.dispatcher.activeBytes < 120_000)
    }

    @Test("of ten thousand endpoints with breaker and budget, those never used take no memory for windows")
    func endpoints() {
        let count = 10_000
        var policy = Policy(
            routes: [], retry: RetryPolicy(budget: RetryBudgetPolicy(ratioMicros: 200_000)),
            breaker: BreakerPolicy(window: .seconds(60)))
        policy.routes = [
            Policy.Route(
                channel: .push, platform: .none,
                providers: (0..<3).map { (ProviderIndex(rawValue: UInt16($0 * 3_000)), 1) })
        ]
        let host = TestHost(policy, providers: ProviderDescription.gateways(count))
        var random = SplitMix(seed: 1)
        host.random = { random.next() }
        #expect(host.dispatcher.activeBytes < 1_000)
        for _ in 0..<300 {
            host.consume()
            host.run(for: .milliseconds(100))
        }
        host.drain()
        // Three breakers with sixty slices of 24 bytes, three budgets with ten of 8.
        #expect(host.dispatcher.activeBytes < 3 * (60 * 24 + 10 * 8) + 1_000, "\(host.dispatcher.activeBytes)")
        #expect(host.dispatcher.activeBytes > 3 * 60 * 24)
    }
}
