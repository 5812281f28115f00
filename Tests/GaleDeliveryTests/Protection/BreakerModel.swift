// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// resilience4j's breaker as its documentation tells it, by the most naive means: a list of results, looked through each time.
struct BreakerModel {
    enum State { case closed, open, halfOpen }

    private struct Result {
        var second: Int64
        var failure: Bool
        var slow: Bool
    }

    let policy: BreakerPolicy
    private(set) var state = State.closed
    private(set) var openedAt: Int64 = 0
    private(set) var openings = 0
    private var halfOpenAt: Int64 = 0
    private var results: [Result] = []
    private var probesLeft = 0
    /// Grows with each change of state.
    private(set) var generation = 0

    init(_ policy: BreakerPolicy) { self.policy = policy }

    private mutating func enter(_ state: State, at now: Int64) {
        self.state = state
        generation += 1
        results = []
        switch state {
        case .open:
            openedAt = now
            openings += 1
        case .halfOpen:
            halfOpenAt = now
            probesLeft = policy.halfOpenProbes
        case .closed: break
        }
    }

    /// What a scheduler would have done by itself until now.
    mutating func pass(to now: Int64) {
        while true {
            let open = policy.open.nanoseconds
            if state == .halfOpen, let most = policy.maximumHalfOpen?.nanoseconds, now >= halfOpenAt + most {
                enter(.open, at: halfOpenAt + most)
            } else if state == .open, policy.automaticHalfOpen, now >= openedAt + open {
                enter(.halfOpen, at: openedAt + open)
            } else {
                return
            }
        }
    }

    /// Whether a call may start.
    mutating func acquire(at now: Int64) -> Bool {
        pass(to: now)
        if state == .open, now >= openedAt + policy.open.nanoseconds { enter(.halfOpen, at: now) }
        switch state {
        case .closed: return true
        case .open: return false
        case .halfOpen:
            if probesLeft == 0 { return false }
            probesLeft -= 1
            return true
        }
    }

    /// A call that started in `generation` has ended.
    mutating func end(failure: Bool, duration: Int64, generation: Int, at now: Int64) {
        pass(to: now)
        guard generation == self.generation else { return }
        let slow = policy.slowCallRateMicros != nil && duration > policy.slowCallDuration.nanoseconds
        results.append(Result(second: now / 1_000_000_000, failure: failure, slow: slow))
        var size = policy.halfOpenProbes
        var minimum = policy.minimumCalls
        if state == .halfOpen {
            results = results.suffix(size)
            if policy.windowCalls != nil { minimum = min(minimum, policy.windowCalls!) }
            minimum = min(minimum, size)
        } else if let calls = policy.windowCalls {
            size = calls
            minimum = min(minimum, size)
            results = results.suffix(size)
        } else {
            let seconds = policy.window.nanoseconds / 1_000_000_000
            results.removeAll { $0.second <= now / 1_000_000_000 - seconds }
        }
        guard results.count >= minimum else { return }
        let failures = Double(results.count { $0.failure }) / Double(results.count) * 1_000_000
        let slows = Double(results.count { $0.slow }) / Double(results.count) * 1_000_000
        let exceeds =
            failures >= Double(policy.failureRateMicros) || slows >= Double(policy.slowCallRateMicros ?? 2_000_000)
        if exceeds { enter(.open, at: now) } else if state == .halfOpen { enter(.closed, at: now) }
    }
}
