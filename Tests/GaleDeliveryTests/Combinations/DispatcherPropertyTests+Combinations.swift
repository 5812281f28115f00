// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Many policies at once.
extension DispatcherPropertyTests {
    /// Everything that was taken is given back, everything counted was so, and nothing was sent when it may not be.
    func expectBooks(_ host: TestHost, _ policy: Policy) {
        let counters = host.dispatcher.counters
        #expect(host.settled.count + host.requeued.count == host.consumedCount)
        #expect(host.endedCount == host.consumedCount)
        #expect(host.slotsHeld == 0)
        #expect(host.dispatcher.unsettled == 0)
        #expect(host.dispatcher.waiting == 0)
        #expect(host.dispatcher.queues.allSatisfy { $0.count == 0 && $0.promised == 0 })
        #expect(host.dispatcher.activeTenants == 0)
        for index in Self.providers.indices {
            #expect(host.dispatcher.inFlight(ProviderIndex(rawValue: UInt16(index))) ?? 0 == 0)
        }
        #expect(host.dispatcher.underWay == (0, 0))
        #expect(host.mostUnderWay <= max(1, policy.retry.hedging?.copies ?? 1))
        #expect(counters.cancels == Int64(host.cancelled.count))
        #expect(counters.hedges <= counters.retries)
        #expect(counters.settled == Int64(host.settled.count))
        #expect(counters.requeued == Int64(host.requeued.count))
        #expect(counters.attempts == Int64(host.sent.count))
        #expect(counters.attempts == counters.firstAttempts + counters.retries + counters.fallbackAttempts)
        #expect(host.writes.count == (policy.deduplication == nil ? 0 : Int(counters.delivered)))
        for index in Self.providers.indices {
            #expect(host.dispatcher.missingProbes(ProviderIndex(rawValue: UInt16(index))) == 0)
        }
        if let quiet = policy.routing.quietHours {
            for sent in host.sent where quiet.channels.contains(sent.channel) {
                let notification = host.notification(of: sent.reference)
                if notification.priority == .critical { continue }
                #expect(quiet.end(at: sent.at, in: notification.zone) == nil, "nothing is sent in quiet hours")
            }
        }
    }

    private func combine(_ policy: inout Policy, _ random: inout SplitMix) {
        protect(&policy, &random)
        secure(&policy, &random)
        if !policy.routes.contains(where: { $0.channel == .inApp }) {
            policy.routes.append(
                Policy.Route(channel: .inApp, platform: .none, providers: [(ProviderIndex(rawValue: 2), 1)]))
        }
        policy.routing = randomRouting(&random)
        if random.chance(50) { policy.routing.collapses = true }
        if random.chance(65) {
            policy.retry.hedging = HedgingPolicy(
                copies: 2 + random.below(4), delay: .milliseconds(Int64(random.below(250))))
        }
        if random.chance(50) {
            policy.retry.replay = DeadLetterReplay(
                after: .seconds(Int64(random.below(20))),
                ratePerSecondMicros: Int64(1_000_000 + random.below(9_000_000)))
        }
    }

    @Test(
        "with many policies at once everything ends once and everything taken is given back",
        arguments: Policy.Waiting.allCases, 1_000...1_029)
    func combinations(waiting: Policy.Waiting, seed: Int) {
        let purse = Purse()
        let (host, policy) = play(
            seed: UInt64(seed), waiting: waiting, messages: 250, readsBack: true, change: combine,
            watch: { purse.note($0, $1) })
        expectBooks(host, policy)
        purse.expectWithin(policy.routing.money)
        expectRetriesWithin(host, policy)
        // Each notification once, however often it went through a retry topic.
        let keys = host.settled.keys.map { host.notification(of: $0).key }
        #expect(Set(keys).count == keys.count && keys.count == host.freshCount)
        #expect(host.dispatcher.keysAway == 0, "all that left for a retry topic has come back")
        expectAttemptsWithin(host, policy)
    }

    @Test("the stories of combined policies reach what they are about")
    func reached() {
        var total: [String: Int64] = [:]
        for seed in 1_000...1_015 as ClosedRange<UInt64> {
            for waiting in [Policy.Waiting.park, .retryTopic] {
                let (host, _) = play(
                    seed: seed, waiting: waiting, messages: 250, readsBack: true, change: combine)
                let counters = host.dispatcher.counters
                let counts = [
                    "hedges": counters.hedges, "cancels": counters.cancels, "quiet": counters.quietWaits,
                    "seen": counters.seenWaits, "seenInApp": counters.seenInApp, "collapsed": counters.collapsed,
                    "bulkhead": counters.bulkheadWaits, "concurrency": counters.concurrencyWaits,
                    "struck": counters.suppressedByRecord, "revoked": counters.revoked, "order": counters.orderWaits,
                    "money": counters.moneyWaits, "breaker": counters.breakerWaits, "buried": counters.buried,
                    "requeued": counters.requeued, "hopeless": counters.hopeless, "risky": counters.riskyRetries,
                    "again": Int64(host.consumedCount - host.freshCount), "refusals": counters.refusals,
                ]
                total.merge(counts, uniquingKeysWith: +)
            }
        }
        #expect(total.allSatisfy { $0.value > 0 }, "\(total)")
    }

    /// Finagle's budget, where that is the admission.
    func expectRetriesWithin(_ host: TestHost, _ policy: Policy) {
        guard case .budget(let budget) = policy.retry.admission else { return }
        let counters = host.dispatcher.counters
        let windows = Int64((host.now - .zero).seconds / (budget.window.seconds * 0.9)) + 1
        let states = policy.retry.scope == .shared ? 1 : Int64(Self.providers.count)
        let reserve = states * windows * budget.reservePerSecond * budget.window.nanoseconds / 1_000_000_000
        #expect(counters.retries * 1_000_000 <= reserve * 1_000_000 + counters.firstAttempts * budget.ratioMicros)
    }

    /// No channel gets more attempts of a notification than the policy allows, the second life of a dead letter aside. A refused
    /// sender gives the attempt back, and the app comes before all others.
    func expectAttemptsWithin(_ host: TestHost, _ policy: Policy) {
        let stops = Self.providers.indices.reduce(0) {
            $0 + host.dispatcher.breakerTransitions(ProviderIndex(rawValue: UInt16($1))).stops
        }
        guard stops == 0 else { return }
        var sends: [String: Int] = [:]
        for sent in host.sent where sent.channel != .inApp {
            sends["\(host.notification(of: sent.reference).key) \(sent.channel)", default: 0] += 1
        }
        let lives = policy.waiting == .retryTopic && policy.retry.replay != nil ? 2 : 1
        #expect(sends.values.allSatisfy { $0 <= policy.retry.attempts * lives })
    }
}

/// What was spent, by period of the money budget.
private final class Purse {
    private var period: Int64 = -1
    private var before: Int64 = 0
    private var last: Int64 = 0
    private var most: Int64 = 0

    func note(_ sent: TestHost.Sent, _ host: TestHost) {
        let number = sent.at.nanoseconds / 20_000_000_000
        if number != period {
            period = number
            before = last
        }
        last = host.dispatcher.counters.spentMicros
        most = max(most, last - before)
    }

    func expectWithin(_ money: MoneyPolicy?) {
        guard let money, let budget = money.budgetMicros, money.whenUsedUp != .cheapest else { return }
        #expect(money.period == .seconds(20))
        #expect(most <= budget)
    }
}
