// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct CircuitBreakerTests {
    private func randomPolicy(_ random: inout SplitMix) -> BreakerPolicy {
        // Thresholds in eighths, so that the model's floating point is exact.
        BreakerPolicy(
            failureRateMicros: Int64(125_000 * (1 + random.below(7))), window: .seconds(Int64(1 + random.below(12))),
            windowCalls: random.chance(50) ? 1 + random.below(40) : nil, open: .seconds(Int64(1 + random.below(5))),
            minimumCalls: 1 + random.below(30), halfOpenProbes: 1 + random.below(8),
            slowCallRateMicros: random.chance(50) ? Int64(125_000 * (1 + random.below(8))) : nil,
            slowCallDuration: .milliseconds(300),
            maximumHalfOpen: random.chance(50) ? .milliseconds(Int64(200 + random.below(3_000))) : nil,
            automaticHalfOpen: random.chance(50))
    }

    @Test("over random calls that overlap it does what resilience4j does, call by call", arguments: 1...30)
    func againstModel(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let policy = randomPolicy(&random)
        var breaker = CircuitBreaker(policy)
        defer { breaker.deallocate() }
        var model = BreakerModel(policy)
        var calls: [(ends: Int64, began: Int64, failure: Bool, epoch: UInt8, generation: Int)] = []
        var (now, started) = (Int64(0), 0)
        for step in 0..<4_000 {
            now += Int64(random.below(random.chance(1) ? 9_000_000_000 : 60_000_000))
            for call in calls.filter({ $0.ends <= now }).sorted(by: { $0.ends < $1.ends }) {
                let duration = call.ends - call.began
                let before = breaker.state
                let transition = breaker.record(
                    failure: call.failure, duration: duration, epoch: call.epoch, at: call.ends)
                model.end(failure: call.failure, duration: duration, generation: call.generation, at: call.ends)
                expectLegal(before, transition, breaker.state)
                expectEqual(&breaker, model)
            }
            calls.removeAll { $0.ends <= now }
            let isAllowed = breaker.permits(at: now) > 0
            #expect(isAllowed == model.acquire(at: now))
            if isAllowed {
                breaker.letThrough()
                started += 1
                let isBad = step / 250 % 2 == 1
                let lasts = Int64(random.below(isBad && random.chance(70) ? 900_000_000 : 250_000_000))
                calls.append((now + lasts, now, random.chance(isBad ? 80 : 5), breaker.epoch, model.generation))
            }
            expectEqual(&breaker, model)
        }
        #expect(started > 100 && model.openings > 0)
        let edges = breaker.transitions
        #expect(edges.closedToOpen + edges.halfOpenToOpen - edges.openToHalfOpen == (breaker.state == .open ? 1 : 0))
        #expect(edges.closedToOpen - edges.halfOpenToClosed == (breaker.state == .closed ? 0 : 1))
        #expect(edges.closedToOpen + edges.halfOpenToOpen == Int64(model.openings))
    }

    private func expectEqual(_ breaker: inout CircuitBreaker, _ model: BreakerModel) {
        // What time alone does is seen when somebody asks.
        switch model.state {
        case .closed: #expect(breaker.state == .closed)
        case .open, .halfOpen: #expect(breaker.state != .closed)
        }
    }

    private func expectLegal(
        _ before: CircuitBreaker.State, _ transition: CircuitBreaker.Transition, _ after: CircuitBreaker.State
    ) {
        switch transition {
        case .opened: #expect(before != .open && after == .open)
        case .closed: #expect(before == .halfOpen && after == .closed)
        case .none: #expect(before == after || (before == .halfOpen && after == .open), "but for the half-open limit")
        }
    }

    @Test("over calls: resilience4j's defaults open at the 50th failure of the last 100 calls, not at the 99th call")
    func lastHundred() {
        var breaker = CircuitBreaker(BreakerPolicy(windowCalls: 100, open: .seconds(60)))
        defer { breaker.deallocate() }
        // 40 failures that will have left the window, then a hundred good calls: no share is reached.
        for call in 0..<200 {
            #expect(breaker.record(failure: call < 40, epoch: 0, at: Int64(call)) == .none)
        }
        for _ in 0..<49 { #expect(breaker.record(failure: true, epoch: 0, at: 300) == .none) }
        #expect(breaker.record(failure: true, epoch: 0, at: 300) == .opened)
        #expect(breaker.permits(at: 300 + 59_999_999_999) == 0)
        #expect(breaker.permits(at: 300 + 60_000_000_000) == 10)
    }

    @Test("slow calls open it when their share is reached, though all succeed; exactly at the limit they are not slow")
    func slowCalls() {
        let policy = BreakerPolicy(minimumCalls: 10, slowCallRateMicros: 500_000, slowCallDuration: .seconds(2))
        var breaker = CircuitBreaker(policy)
        defer { breaker.deallocate() }
        for _ in 0..<20 {
            #expect(breaker.record(failure: false, duration: 2_000_000_000, epoch: 0, at: 1) == .none)
        }
        for _ in 0..<19 {
            #expect(breaker.record(failure: false, duration: 2_000_000_001, epoch: 0, at: 2) == .none)
        }
        #expect(breaker.record(failure: false, duration: 2_000_000_001, epoch: 0, at: 2) == .opened)
    }

    @Test("half-open it decides as soon as the minimum of calls is back, also with probes still out")
    func decidesEarly() {
        var breaker = CircuitBreaker(BreakerPolicy(open: .seconds(1), minimumCalls: 2, halfOpenProbes: 10))
        defer { breaker.deallocate() }
        for _ in 0..<2 { _ = breaker.record(failure: true, epoch: 0, at: 0) }
        #expect(breaker.permits(at: 1_000_000_000) == 10)
        for _ in 0..<5 { breaker.letThrough() }
        #expect(breaker.record(failure: false, epoch: breaker.epoch, at: 1_000_000_000) == .none)
        #expect(breaker.record(failure: false, epoch: breaker.epoch, at: 1_000_000_000) == .closed)
    }

    @Test("half-open for too long it opens again; how long that is depends on when it became half-open")
    func maximumHalfOpen() {
        for isAutomatic in [false, true] {
            let policy = BreakerPolicy(
                open: .seconds(10), minimumCalls: 1, halfOpenProbes: 1, maximumHalfOpen: .seconds(3),
                automaticHalfOpen: isAutomatic)
            var breaker = CircuitBreaker(policy)
            defer { breaker.deallocate() }
            _ = breaker.record(failure: true, epoch: 0, at: 0)
            // Half-open since 10 s, or since now.
            #expect(breaker.permits(at: 12_000_000_000) == 1)
            breaker.letThrough()
            let epoch = breaker.epoch
            #expect(breaker.permits(at: 12_999_999_999) == 0)
            let ends: Int64 = isAutomatic ? 13_000_000_000 : 15_000_000_000
            #expect(breaker.nextPermit == ends + 10_000_000_000)
            #expect(breaker.record(failure: false, epoch: epoch, at: ends) == .none, "too late")
            #expect(breaker.state == .open)
            #expect(breaker.permits(at: ends + 9_999_999_999) == 0)
            #expect(breaker.permits(at: ends + 10_000_000_000) == 1)
        }
    }

    @Test("left alone for years it finds its place at once")
    func longSilence() {
        let policy = BreakerPolicy(
            open: .nanoseconds(1), minimumCalls: 1, halfOpenProbes: 2, maximumHalfOpen: .nanoseconds(2),
            automaticHalfOpen: true)
        var breaker = CircuitBreaker(policy)
        defer { breaker.deallocate() }
        _ = breaker.record(failure: true, epoch: 0, at: 0)
        // Open at 0, half-open 1 and 2, open at 3, …: at 3n + 1 half-open.
        let now: Int64 = 3_000_000_000_000_000_000
        #expect(breaker.permits(at: now) == 0)
        #expect(breaker.permits(at: now + 1) == 2)
        #expect(breaker.transitions.openToHalfOpen == now / 3 + 1)
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
