// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Quiet hours and nested deadlines in the dispatcher.
struct QuietDispatchTests {
    private static let berlin = TimeZoneTable.iana.zone(named: "Europe/Berlin")!
    private static let tokyo = TimeZoneTable.iana.zone(named: "Asia/Tokyo")!
    /// 28 March 2026, 20:00 in Berlin: the night in which the clock is put forward.
    private static let epoch: Int64 = 1_774_724_400

    private static func policy(_ quiet: QuietHours = QuietHours(epoch: epoch)) -> Policy {
        var policy = Policy.plain()
        policy.routing.quietHours = quiet
        return policy
    }

    private static func hours(_ count: Int64) -> Instant { .zero + .hours(count) }

    @Test("a message waits for the morning of the recipient's own zone; a critical one does not")
    func morning() {
        let host = TestHost(Self.policy())
        host.run(until: Self.hours(2))
        let here = host.consume(timeToLive: .hours(72), zone: Self.berlin)
        host.consume(priority: .critical, timeToLive: .hours(72), zone: Self.berlin)
        let there = host.consume(timeToLive: .hours(72), zone: Self.tokyo)  // 06:00
        host.drain()
        #expect(host.sent.map(\.reference) == [2, there, here])
        #expect(host.sent.map(\.at) == [Self.hours(2), Self.hours(4), Self.hours(11)])
        #expect(host.releases.map(\.reason) == [.quietHours, .quietHours])
        #expect(host.dispatcher.counters.quietWaits == 2)
    }

    @Test("a retry that would fall into the night waits as well")
    func retry() {
        let host = TestHost(Self.policy())
        host.run(until: Self.hours(1) + .nanoseconds(-1))
        host.respond = { sent in (.milliseconds(1), sent.ordinal == 1 ? .overloaded : .ok) }
        host.consume(timeToLive: .hours(72), zone: Self.berlin)
        host.drain()
        #expect(host.sent.map(\.at) == [Self.hours(1) + .nanoseconds(-1), Self.hours(11)])
    }

    @Test("what would expire in the night goes on another channel at once, or ends")
    func expires() {
        var policy = Self.policy().adding(.email, provider: 1)
        policy.fallbacks = [Policy.Fallback(from: .push, to: .email, after: nil)]
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.run(until: Self.hours(3))
        host.consume(timeToLive: .hours(1), zone: Self.berlin)
        #expect(host.sent.map(\.channel) == [.email])
        let plain = TestHost(Self.policy())
        plain.run(until: Self.hours(3))
        let reference = plain.consume(timeToLive: .hours(1), zone: Self.berlin)
        #expect(plain.settled[reference] == .expired)
    }

    @Test("what was held back is spread over the time that the policy says")
    func spread() {
        let host = TestHost(Self.policy(QuietHours(spread: .minutes(30), epoch: Self.epoch)))
        var words = SplitMix(seed: 3)
        host.random = { words.next() }
        host.run(until: Self.hours(3))
        for _ in 0..<300 { host.consume(timeToLive: .hours(72), zone: Self.berlin) }
        host.drain()
        let late = host.sent.map { ($0.at - Self.hours(11)).nanoseconds / 60_000_000_000 }
        #expect(late.allSatisfy { 0 <= $0 && $0 < 30 })
        #expect(Set(late).count > 25)
    }

    @Test("what would expire within the spread goes out in the time that is left, evenly")
    func spreadBeforeExpiry() {
        let host = TestHost(Self.policy(QuietHours(spread: .minutes(30), epoch: Self.epoch)))
        var words = SplitMix(seed: 3)
        host.random = { words.next() }
        host.run(until: Self.hours(3))
        for _ in 0..<300 { host.consume(timeToLive: .hours(8) + .minutes(10), zone: Self.berlin) }
        host.drain()
        let late = host.sent.map { ($0.at - Self.hours(11)).nanoseconds / 60_000_000_000 }
        #expect(late.count == 300 && late.allSatisfy { 0 <= $0 && $0 < 10 })
        #expect(Set(late).count == 10)
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
    }

    @Test("the provider's deadline moves a message to an equivalent, the channel's to another channel")
    func tiers() {
        var policy = Policy.plain(
            providers: [(0, 1), (1, 0)],
            retry: RetryPolicy(backoff: .fixed, jitter: .none, base: .seconds(60), attempts: 200)
        ).adding(.sms, provider: 2)
        policy.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: nil)]
        policy.routing.deadlines = .courier
        let host = TestHost(policy, providers: ProviderDescription.gateways(3))
        // An obstacle of the recipient's own keeps it with its provider, but not beyond the deadline.
        host.respond = { _ in (.milliseconds(1), .notConnected) }
        let reference = host.consume(timeToLive: .hours(100))
        host.run(until: .zero + .minutes(29))
        #expect(host.sent.filter { $0.at < .zero + .minutes(5) }.allSatisfy { $0.provider == 0 })
        #expect(host.sent.contains { $0.provider == 1 && $0.at < .zero + .minutes(7) })
        #expect(host.sent.allSatisfy { $0.channel == .push })
        host.run(until: .zero + .minutes(32))
        #expect(host.sent.last?.channel == .sms)
        host.drain()
        #expect(host.settled[reference] == .deadLettered || host.settled[reference] == .expired)
        #expect(host.settledAt[reference]! <= .zero + .hours(72))
    }

    @Test("the message's deadline is the earlier of its own and the policy's")
    func messageTier() {
        var policy = Policy.plain(retry: RetryPolicy(backoff: .fixed, jitter: .none, base: .seconds(1), attempts: 200))
        policy.routing.deadlines = TierDeadlines(message: .seconds(10))
        let host = TestHost(policy)
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        let long = host.consume(timeToLive: .hours(1))
        let short = host.consume(timeToLive: .seconds(5))
        host.drain()
        #expect(host.settled[long] == .expired && host.settledAt[long]! <= .zero + .seconds(10))
        #expect(host.settled[short] == .expired && host.settledAt[short]! <= .zero + .seconds(5))
        #expect(host.sent.count { $0.reference == long } == 10)
    }
}
