// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A circuit breaker over a sliding window (resilience4j `CircuitBreakerStateMachine`, `CircuitBreakerMetrics`).
///
///     closed ──a rate reached──► open ──time over──► half-open ──enough probes back──► closed or open
///                                 ▲                     │
///                                 └──── half for too long
///
/// While closed, each result is counted and the breaker opens when at least `minimumCalls` are in the window and the share of
/// failures, or of slow calls, has reached its threshold. Open, it lets nothing through. Half-open, it lets `halfOpenProbes`
/// calls through; as soon as `minimumCalls` of them have come back (all of them where that is more than there are), the same
/// shares decide. Where `maximumHalfOpen` is given, it opens again when they haven't decided in that time.
///
/// It becomes half-open at the first call that asks after its time is over; with `automaticHalfOpen`, at that time itself.
/// No timer is needed for either: nobody can tell before asking.
///
/// Unlike resilience4j, a result counts only in the state in which its call was let through (`epoch`): what a slow provider
/// says late about calls from before says nothing about its health now.
///
/// A *stop* (credentials refused) opens it at once for `stopTime`, also when the policy names no breaker; then a single
/// probe looks whether somebody has repaired it.
///
/// Scope: one dispatcher. It needs no store.
package struct CircuitBreaker {
    package enum State: UInt8, CaseIterable, Sendable { case closed, open, halfOpen }

    /// What a result did to the state.
    package enum Transition: UInt8, Sendable { case none, opened, closed }

    /// Longer times than half the clock's range can't be added to a time.
    private static let longest = Int64.max / 2
    /// How long a stop lasts at least: an operator has to act, and one probe a minute harms nobody. Estimate.
    package static let minimumStop = Interval.seconds(60)

    // What a result in the closed state needs stands first, in one cache line.
    package private(set) var state: State
    /// Changes with every transition; wraps.
    package private(set) var epoch: UInt8
    private let counts: Bool
    /// Whether it is open because the provider refused us altogether.
    package private(set) var isStopped: Bool
    /// Whether a success moves a counter and nothing else: over time, without a share of slow calls.
    private let isPlain: Bool
    /// Whether `record` has to be told how long calls took.
    package let measuresDuration: Bool
    private let isAutomatic: Bool
    private var window: BreakerWindow
    private let minimumCalls: Int64
    private let failureRateMicros: Int64
    private let slowRateMicros: Int64
    private let slowDuration: Int64

    private let openTime: Int64
    private let stopTime: Int64
    private let policyProbes: Int64
    /// The longest half-open state; `longest`: no limit.
    private let maximumHalfOpen: Int64
    package private(set) var openUntil: Int64
    /// When a half-open breaker opens again whatever comes; `Int64.max`: never.
    private var halfOpenUntil: Int64
    package private(set) var transitions: BreakerTransitions
    /// The current half-open state's: probes, permits left, results, failures and slow calls among them.
    private var probes: Int64
    private var permits: Int64
    private var probed: Int64
    private var probeFailures: Int64
    private var probeSlow: Int64

    /// `policy` nil: it opens on a stop alone.
    package init(_ policy: BreakerPolicy?, now: Int64 = 0) {
        counts = policy != nil
        let policy = policy ?? BreakerPolicy()
        window = BreakerWindow(length: policy.window.nanoseconds, count: policy.windowCalls.map(Int64.init), now: now)
        failureRateMicros = min(max(1, policy.failureRateMicros), 1_000_001)  // more than all calls: never
        measuresDuration = counts && policy.slowCallRateMicros != nil
        slowRateMicros = min(max(1, policy.slowCallRateMicros ?? 1_000_001), 1_000_001)
        slowDuration = policy.slowCallDuration.nanoseconds
        isPlain = counts && !window.isOverCalls && !measuresDuration
        openTime = min(max(1, policy.open.nanoseconds), Self.longest)
        stopTime = max(openTime, Self.minimumStop.nanoseconds)
        maximumHalfOpen = min(max(1, policy.maximumHalfOpen?.nanoseconds ?? Self.longest), Self.longest)
        isAutomatic = policy.automaticHalfOpen
        minimumCalls = min(Int64(max(1, policy.minimumCalls)), window.capacity)
        policyProbes = Int64(max(1, policy.halfOpenProbes))
        state = .closed
        isStopped = false
        epoch = 0
        openUntil = 0
        halfOpenUntil = .max
        transitions = BreakerTransitions()
        probes = 0
        permits = 0
        probed = 0
        probeFailures = 0
        probeSlow = 0
    }

    package func deallocate() { window.deallocate() }

    /// Memory beyond its own.
    var bytes: Int { window.bytes }

    /// Calls that it lets through now. An open breaker whose time is over becomes half-open here.
    @inline(__always)
    package mutating func permits(at now: Int64) -> Int64 {
        state == .closed ? .max / 2 : permitsUnlessClosed(at: now)
    }

    private mutating func permitsUnlessClosed(at now: Int64) -> Int64 {
        advance(to: now)
        return state == .open ? 0 : permits
    }

    /// When it may next let a call through by time alone, once `permits` has said that now it doesn't; `Int64.max`: no time
    /// is known, and a probe's end decides.
    package var nextPermit: Int64 {
        switch state {
        case .closed: 0
        case .open: openUntil
        case .halfOpen: halfOpenUntil == .max ? .max : halfOpenUntil + openTime
        }
    }

    /// Lets one of the calls through that `permits` has just promised; its result is recorded with `epoch`.
    @inline(__always)
    package mutating func letThrough() {
        if state == .closed { return }
        precondition(state == .halfOpen && permits > 0, "an open breaker lets nothing through")
        permits -= 1
    }

    /// Probes that have neither come back nor are left, once no call is under way: none, or permits were lost. For tests.
    package var missingProbes: Int64 { state == .halfOpen ? probes - probed - permits : 0 }

    /// A call that was let through will have no result: its permit returns.
    package mutating func withdrawCall(epoch: UInt8) {
        if state == .halfOpen && epoch == self.epoch { permits += 1 }
    }

    /// The result of a call that was let through in `epoch` and took `duration` nanoseconds.
    @inline(__always)
    package mutating func record(failure: Bool, duration: Int64 = 0, epoch: UInt8, at now: Int64) -> Transition {
        if state == .halfOpen { advance(to: now) }
        guard epoch == self.epoch else { return .none }
        let isSlow = measuresDuration && duration > slowDuration
        if state == .closed {
            if !counts { return .none }
            return recordClosed(failure: failure, slow: isSlow, at: now)
        }
        return recordHalfOpen(failure: failure, slow: isSlow, at: now)
    }

    /// Records a success if that moves nothing but a counter, as nearly always.
    ///
    /// - Returns: false: nothing was done, and it is `record` that must.
    @inline(__always)
    mutating func recordPlainSuccess(epoch: UInt8, at now: Int64) -> Bool {
        if epoch != self.epoch { return state != .halfOpen }
        if state != .closed { return false }
        if !isPlain { return !counts }
        let (calls, failures) = (window.calls &+ 1, window.failures)
        if now >= window.bucketEnd || (failures > 0 && calls >= minimumCalls && reachesFailures(failures, of: calls)) {
            return false
        }
        window.recordPlainSuccess()
        return true
    }

    /// The provider refused us altogether in `epoch`: nothing is let through until `stopTime` has passed.
    package mutating func stop(epoch: UInt8, at now: Int64) {
        if state == .halfOpen { advance(to: now) }
        guard epoch == self.epoch else { return }
        open(until: now + stopTime)
        isStopped = true
        transitions.stops += 1
    }

    @inline(__always)
    private mutating func recordClosed(failure: Bool, slow: Bool, at now: Int64) -> Transition {
        window.record(failure: failure, slow: slow, at: now)
        if !exceeds(window.failures, window.slow, of: window.calls, atLeast: minimumCalls) { return .none }
        open(until: now + openTime)
        return .opened
    }

    private mutating func recordHalfOpen(failure: Bool, slow: Bool, at now: Int64) -> Transition {
        probed += 1
        if failure { probeFailures += 1 }
        if slow { probeSlow += 1 }
        let enough = min(minimumCalls, probes)
        if probed < enough { return .none }
        if counts && exceeds(probeFailures, probeSlow, of: probed, atLeast: enough) {
            open(until: now + openTime)
            return .opened
        }
        isStopped = false
        window.clear()
        move(to: .closed)
        transitions.halfOpenToClosed += 1
        return .closed
    }

    @inline(__always)
    private func exceeds(_ failures: Int64, _ slow: Int64, of calls: Int64, atLeast minimum: Int64) -> Bool {
        if (failures == 0 && slow == 0) || calls < minimum { return false }
        return reachesFailures(failures, of: calls) || (slow > 0 && slow &* 1_000_000 >= slowRateMicros &* calls)
    }

    @inline(__always)
    private func reachesFailures(_ failures: Int64, of calls: Int64) -> Bool {
        failures > 0 && failures &* 1_000_000 >= failureRateMicros &* calls
    }

    /// Takes the steps that time alone has brought.
    private mutating func advance(to now: Int64) {
        while true {
            if state == .open && now >= openUntil {
                halfOpen(at: isAutomatic ? openUntil : now)
            } else if state == .halfOpen && now >= halfOpenUntil {
                let since = halfOpenUntil
                open(until: since + openTime)
                if isAutomatic { skipCycles(to: now) }
            } else {
                return
            }
        }
    }

    /// Open and half-open by turns, and nobody asked: all whole turns at once.
    private mutating func skipCycles(to now: Int64) {
        let cycle = openTime + maximumHalfOpen
        let turns = (now - openUntil) / cycle
        guard now >= openUntil, turns > 0 else { return }
        openUntil += turns * cycle
        transitions.openToHalfOpen += turns
        transitions.halfOpenToOpen += turns
        epoch &+= UInt8(truncatingIfNeeded: turns &* 2)
    }

    private mutating func halfOpen(at time: Int64) {
        probes = isStopped ? 1 : policyProbes
        permits = probes
        probed = 0
        probeFailures = 0
        probeSlow = 0
        halfOpenUntil = maximumHalfOpen == Self.longest ? .max : time + maximumHalfOpen
        move(to: .halfOpen)
        transitions.openToHalfOpen += 1
    }

    private mutating func open(until time: Int64) {
        if state == .closed { transitions.closedToOpen += 1 } else { transitions.halfOpenToOpen += 1 }
        isStopped = false
        openUntil = time
        move(to: .open)
    }

    private mutating func move(to state: State) {
        self.state = state
        epoch &+= 1
    }
}

/// How often a breaker took each of its edges.
public struct BreakerTransitions: Equatable, Sendable {
    public internal(set) var closedToOpen: Int64 = 0
    public internal(set) var openToHalfOpen: Int64 = 0
    public internal(set) var halfOpenToClosed: Int64 = 0
    public internal(set) var halfOpenToOpen: Int64 = 0
    /// Openings (of either kind) because the provider refused us altogether.
    public internal(set) var stops: Int64 = 0
}
