// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct CircuitBreakerTests {
    @Test("over random calls it opens exactly when the window says so and makes no illegal move", arguments: 1...20)
    func againstModel(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let seconds = 1 + random.below(12)
        let policy = BreakerPolicy(
            failureRateMicros: Int64(100_000 + random.below(800_000)), window: .seconds(Int64(seconds)),
            open: .seconds(Int64(1 + random.below(5))), minimumCalls: 1 + random.below(30),
            halfOpenProbes: 1 + random.below(5))
        var breaker = CircuitBreaker(policy)
        defer { breaker.deallocate() }
        var results: [(second: Int64, failure: Bool)] = []
        var probesOut = 0
        var probeResults: [Bool] = []
        var now: Int64 = 0
        for step in 0..<5_000 {
            now += Int64(random.below(random.chance(2) ? 3_000_000_000 : 100_000_000))
            let before = breaker.state
            let permits = breaker.permits(at: now)
            if before == .open {
                #expect(breaker.state == (now >= breaker.openUntil ? .halfOpen : .open))
                if breaker.state == .halfOpen {
                    probesOut = 0
                    probeResults = []
                }
            } else {
                #expect(breaker.state == before)
            }
            switch breaker.state {
            case .open: #expect(permits == 0)
            case .closed: #expect(permits > 1_000_000)
            case .halfOpen: #expect(permits == Int64(policy.halfOpenProbes - probesOut))
            }
            guard permits > 0 else { continue }
            let from = breaker.state
            breaker.letThrough()
            // Good and bad times alternate.
            let failure = random.chance(step / 250 % 2 == 0 ? 5 : 95)
            let transition = breaker.record(failure: failure, epoch: breaker.epoch, at: now)
            switch from {
            case .closed:
                results.append((now / 1_000_000_000, failure))
                results.removeAll { $0.second <= now / 1_000_000_000 - Int64(seconds) }
                let failures = results.count { $0.failure }
                let isOver =
                    failures > 0 && results.count >= policy.minimumCalls
                    && Int64(failures) * 1_000_000 >= policy.failureRateMicros * Int64(results.count)
                #expect((transition == .opened) == isOver)
                #expect(transition != .closed)
                if isOver { results = [] }
            case .halfOpen:
                probesOut += 1
                probeResults.append(failure)
                if probesOut < policy.halfOpenProbes {
                    #expect(transition == .none)
                } else {
                    let share = Int64(probeResults.count { $0 }) * 1_000_000 / Int64(probesOut)
                    let fails = probeResults.contains(true) && share >= policy.failureRateMicros
                    #expect(transition == (fails ? .opened : .closed))
                    results = []
                }
            case .open: Issue.record("nothing goes through an open breaker")
            }
        }
        let edges = breaker.transitions
        #expect(edges.closedToOpen + edges.halfOpenToOpen - edges.openToHalfOpen == (breaker.state == .open ? 1 : 0))
        #expect(edges.closedToOpen - edges.halfOpenToClosed == (breaker.state == .closed ? 0 : 1))
        #expect(edges.closedToOpen > 0)
    }

    @Test("a result of a call from before a transition counts for nothing")
    func staleResults() {
        var breaker = CircuitBreaker(BreakerPolicy(open: .seconds(1), minimumCalls: 1, halfOpenProbes: 1))
        defer { breaker.deallocate() }
        let old = breaker.epoch
        #expect(breaker.record(failure: true, epoch: old, at: 0) == .opened)
        #expect(breaker.permits(at: 1_000_000_000) == 1)
        #expect(breaker.record(failure: false, epoch: old, at: 1_000_000_000) == .none)
        breaker.stop(epoch: old, at: 1_000_000_000)
        #expect(breaker.state == .halfOpen)
    }

    @Test("a permit that is given back can be used again")
    func withdrawnCall() {
        var breaker = CircuitBreaker(BreakerPolicy(open: .seconds(1), minimumCalls: 1, halfOpenProbes: 1))
        defer { breaker.deallocate() }
        _ = breaker.record(failure: true, epoch: breaker.epoch, at: 0)
        #expect(breaker.permits(at: 2_000_000_000) == 1)
        breaker.letThrough()
        #expect(breaker.permits(at: 2_000_000_000) == 0)
        breaker.withdrawCall(epoch: breaker.epoch)
        #expect(breaker.permits(at: 2_000_000_000) == 1)
    }
}
