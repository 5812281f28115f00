// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct ProviderChoiceTests {
    private static func index(_ provider: Int) -> ProviderIndex { ProviderIndex(rawValue: UInt16(provider)) }

    private static func policy(_ weights: [UInt32], _ routing: RoutingPolicy) -> Policy {
        var policy = Policy.plain(providers: weights.enumerated().map { ($0, $1) })
        policy.routing = routing
        return policy
    }

    private static func money(
        _ prices: [Int64], budget: Int64? = nil, _ whenUsedUp: MoneyPolicy.WhenUsedUp = .onlyCheaper
    ) -> MoneyPolicy {
        MoneyPolicy(
            prices: prices.enumerated().map { MoneyPolicy.Price(provider: index($0), micros: $1) },
            budgetMicros: budget, period: .seconds(10), whenUsedUp: whenUsedUp)
    }

    /// Hosts whose random words are spread evenly.
    private static func host(_ policy: Policy, providers: Int) -> TestHost {
        let host = TestHost(policy, providers: ProviderDescription.gateways(providers))
        var words = SplitMix(seed: 1)
        host.random = { words.next() }
        return host
    }

    private static func counts(_ host: TestHost, _ providers: Int) -> [Int] {
        (0..<providers).map { provider in host.sent.count { $0.provider == provider } }
    }

    @Test("where cost counts the cheapest goes first, and a dearer one when it has failed")
    func cost() {
        let routing = RoutingPolicy(choice: .cost, money: Self.money([7_500, 4_000, 4_000]))
        let host = Self.host(Self.policy([100, 1, 1], routing), providers: 3)
        for _ in 0..<200 { host.consume() }
        let counts = Self.counts(host, 3)
        #expect(counts[0] == 0 && counts[1] > 60 && counts[2] > 60)
        host.respond = { $0.provider == 0 ? (.milliseconds(1), .ok) : (.milliseconds(1), .overloaded) }
        host.consume()
        host.run(for: .milliseconds(10))
        #expect(host.sent.suffix(3).map(\.provider).last == 0)
        #expect(host.dispatcher.counters.failovers == 2)
    }

    @Test("where health counts a provider that fails half its calls gets less")
    func health() {
        let host = Self.host(Self.policy([1, 1], RoutingPolicy(choice: .health)), providers: 2)
        var answers = SplitMix(seed: 7)
        host.respond = { sent in (.milliseconds(1), sent.provider == 0 && answers.chance(80) ? .overloaded : .ok) }
        for _ in 0..<2_000 {
            host.consume()
            host.run(for: .milliseconds(5))
        }
        let firsts = (0..<2).map { provider in host.sent.count { $0.provider == provider && $0.ordinal == 1 } }
        #expect(firsts[0] > 100 && firsts[0] * 2 < firsts[1], "\(firsts)")
        // It recovers when it is well again.
        host.respond = { _ in (.milliseconds(1), .ok) }
        let before = host.sent.count
        for _ in 0..<2_000 {
            host.consume()
            host.run(for: .milliseconds(5))
        }
        let later = host.sent[before...].count { $0.provider == 0 }
        #expect(later > 700, "\(later)")
    }

    @Test("where quota counts a provider whose limit is nearly used up is spared", arguments: [false, true])
    func quota(isCellRate: Bool) {
        var policy = Self.policy([1, 1], RoutingPolicy(choice: .quota))
        policy.limits = [
            Policy.RateLimit(provider: Self.index(0), ratePerSecondMicros: 1_000_000, burst: 100),
            Policy.RateLimit(provider: Self.index(1), ratePerSecondMicros: 1_000_000, burst: 1_000),
        ]
        if isCellRate { for place in policy.limits.indices { policy.limits[place].algorithm = .gcra } }
        let host = Self.host(policy, providers: 2)
        for _ in 0..<400 { host.consume() }
        let counts = Self.counts(host, 2)
        #expect(counts[0] < 100 && counts[0] > 60, "by weight alone the smaller would be empty: \(counts)")
    }

    @Test("when money is used up: cheaper ones go on, or the cheapest beyond it, or none")
    func usedUp() {
        // 20,000 pay for two at 7,500, and then one at 4,000.
        func counts(_ whenUsedUp: MoneyPolicy.WhenUsedUp) -> (sent: [Int], waiting: Int, spent: Int64) {
            let routing = RoutingPolicy(money: Self.money([7_500, 4_000], budget: 20_000, whenUsedUp))
            let host = TestHost(Self.policy([1, 0], routing), providers: ProviderDescription.gateways(2))
            for _ in 0..<6 { host.consume() }
            host.run(for: .seconds(5))
            return (Self.counts(host, 2), host.dispatcher.waiting, host.dispatcher.counters.spentMicros)
        }
        #expect(counts(.onlyCheaper) == ([2, 1], 3, 19_000))
        #expect(counts(.none) == ([2, 0], 4, 15_000))
        #expect(counts(.cheapest) == ([2, 4], 0, 31_000))
    }

    @Test("the next period's money lets the waiting go, and what was surely refused is booked back")
    func nextPeriod() {
        let host = TestHost(Self.policy([1], RoutingPolicy(money: Self.money([6_000], budget: 20_000))))
        for _ in 0..<8 { host.consume() }
        host.run(until: Instant(nanoseconds: 9_999_000_000))
        #expect(host.sent.count == 3)
        #expect(host.releases.map(\.reason) == Array(repeating: .money, count: 5))
        host.run(until: Instant(nanoseconds: 19_999_000_000))
        #expect(host.sent.count == 6)
        host.drain()
        #expect(host.sent.count == 8)
        #expect(host.dispatcher.counters.spentMicros == 48_000)

        host.respond = { _ in (.milliseconds(1), .refused) }
        host.consume()
        host.run(for: .seconds(1))
        #expect(host.dispatcher.counters.spentMicros == 48_000)
    }
}

extension ProviderChoiceTests {
    @Test("money that is promised to those on their way to a slot is not spent twice", arguments: 1...30)
    func neverExceeded(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let prices = (0..<3).map { _ in Int64(random.below(5) * 1_000) }
        let budget = Int64(random.below(30_000))
        let mode: MoneyPolicy.WhenUsedUp = random.chance(50) ? .onlyCheaper : .none
        var policy = Self.policy(
            [3, 2, 1],
            RoutingPolicy(choice: random.chance(50) ? .cost : [], money: Self.money(prices, budget: budget, mode)))
        policy.waiting = Policy.Waiting.allCases[random.below(3)]
        let host = Self.host(policy, providers: 3)
        var answers = SplitMix(seed: UInt64(seed) &+ 99)
        host.respond = { _ in (.milliseconds(Int64(answers.below(900))), answers.chance(60) ? .ok : .timedOut) }
        host.grant = { .milliseconds(Int64(answers.below(200))) }
        for _ in 0..<300 {
            host.consume(timeToLive: .seconds(Int64(1 + answers.below(60))))
            host.run(for: .milliseconds(Int64(answers.below(400))))
        }
        host.drain()
        var spent: [Int64: Int64] = [:]
        for sent in host.sent { spent[sent.at.nanoseconds / 10_000_000_000, default: 0] += prices[sent.provider] }
        // Nothing was surely refused, so nothing was booked back.
        #expect(spent.values.allSatisfy { $0 <= budget })
        #expect(host.dispatcher.unsettled == 0)
    }
}
