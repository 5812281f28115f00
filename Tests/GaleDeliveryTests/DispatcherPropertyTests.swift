// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// A host that does everything at random: answers, look-ups, delays, late, repeated and invented inputs. `TestHost` checks
/// each action as it comes; here is what must hold at the end.
struct DispatcherPropertyTests {
    @Test(
        "every notification ends exactly once, slots balance, nothing is left behind",
        arguments: Policy.Waiting.allCases,
        1...60)
    func endsOnce(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        expectBooks(host, policy)
        if waiting != .retryTopic { #expect(host.requeued.isEmpty) }
        if waiting != .park { #expect(host.releases.allSatisfy { $0.reason == .order }) }
        // What the app has taken stays.
        if waiting == .park { #expect(host.holds.isEmpty) }
        if waiting == .retryTopic { #expect(host.holds.allSatisfy { $0.reason == .seen || $0.reason == .backoff }) }
    }

    @Test("limits hold over any window", arguments: Policy.Waiting.allCases, 100...130)
    func limits(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        for limit in policy.limits {
            let times = host.sent.filter { $0.provider == Int(limit.provider.rawValue) }.map(\.at.nanoseconds)
            for first in times.indices {
                let last = first + Int(limit.burst)
                guard last < times.count else { break }
                // burst + 1 takes need at least the time in which one token comes
                #expect((times[last] - times[first]) * limit.ratePerSecondMicros >= 1_000_000_000_000_000)
            }
            guard times.count > 1 else { continue }
            let span = times.last! - times.first!
            let allowed = limit.burst + Int64(Double(span) / 1e15 * Double(limit.ratePerSecondMicros)) + 1
            #expect(Int64(times.count) <= allowed)
        }
    }

    @Test("retries stay within the budget", arguments: Policy.Waiting.allCases, 200...230)
    func budget(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        expectRetriesWithin(host, policy)
    }

    @Test("breakers move along their edges only", arguments: 300...330)
    func breakers(seed: Int) {
        let (host, _) = play(seed: UInt64(seed), waiting: .park)
        for index in Self.providers.indices {
            let provider = ProviderIndex(rawValue: UInt16(index))
            let edges = host.dispatcher.breakerTransitions(provider)
            let state = host.dispatcher.breakerState(provider)
            #expect(
                edges.closedToOpen + edges.halfOpenToOpen - edges.openToHalfOpen == (state == .open ? 1 : 0))
            #expect(edges.closedToOpen - edges.halfOpenToClosed == (state == .closed ? 0 : 1))
        }
    }

    @Test("no channel gets more attempts than the policy allows", arguments: Policy.Waiting.allCases, 400...415)
    func attempts(waiting: Policy.Waiting, seed: Int) {
        let (host, policy) = play(seed: UInt64(seed), waiting: waiting)
        var stops = 0
        for index in Self.providers.indices {
            stops += Int(host.dispatcher.breakerTransitions(ProviderIndex(rawValue: UInt16(index))).stops)
        }
        var perChannel: [String: Int] = [:]
        for sent in host.sent { perChannel["\(sent.reference) \(sent.channel)", default: 0] += 1 }
        // A refused sender gives the attempt back.
        if stops == 0 { #expect(perChannel.values.allSatisfy { $0 <= policy.retry.attempts }) }
    }

    @Test(
        "the same inputs, times and random words give the same actions", arguments: Policy.Waiting.allCases, 500...505)
    func deterministic(waiting: Policy.Waiting, seed: Int) {
        let (one, _) = play(seed: UInt64(seed), waiting: waiting)
        let (two, _) = play(seed: UInt64(seed), waiting: waiting)
        #expect(one.sent.map(\.attempt) == two.sent.map(\.attempt))
        #expect(one.sent.map(\.at) == two.sent.map(\.at))
        #expect(one.sent.map(\.provider) == two.sent.map(\.provider))
        #expect(one.settled == two.settled)
        #expect(one.settledAt == two.settledAt)
        #expect(one.requeued == two.requeued)
        #expect(one.dispatcher.counters == two.dispatcher.counters)
    }

    @Test("the random stories reach every outcome and every kind of wait")
    func coverage() {
        var total: [String: Int64] = [:]
        for seed in 1...60 as ClosedRange<UInt64> {
            let counters = play(seed: seed, waiting: .park).host.dispatcher.counters
            let reached = [
                "delivered": counters.delivered, "expired": counters.expired, "suppressed": counters.suppressed,
                "duplicates": counters.duplicates, "deadLettered": counters.deadLettered,
                "breakerWaits": counters.breakerWaits, "budgetWaits": counters.budgetWaits,
                "rateLimitWaits": counters.rateLimitWaits, "noRouteWaits": counters.noRouteWaits,
                "backoffs": counters.backoffs, "failovers": counters.failovers, "fallbacks": counters.fallbacks,
                "late": counters.lateSuccesses, "risky": counters.riskyRetries, "stale": counters.stale,
                "strikes": counters.strikes,
                "disbelieved": counters.disbelieved, "suppressedByRecord": counters.suppressedByRecord,
                "revoked": counters.revoked, "poisoned": counters.poisoned, "orderWaits": counters.orderWaits,
                "opened": counters.breakersOpened, "failedLookUps": counters.failedLookUps,
                "concurrencyWaits": counters.concurrencyWaits, "bulkheadWaits": counters.bulkheadWaits,
                "hopeless": counters.hopeless, "shed": counters.shed,
                "quiet": counters.quietWaits, "money": counters.moneyWaits, "seen": counters.seenWaits,
                "seenInApp": counters.seenInApp, "collapsed": counters.collapsed, "capped": counters.capped,
                "hedges": counters.hedges, "cancels": counters.cancels, "refusals": counters.refusals,
            ]
            for (name, count) in reached { total[name, default: 0] += count }
        }
        #expect(total.allSatisfy { $0.value > 0 }, "\(total)")
    }
}
