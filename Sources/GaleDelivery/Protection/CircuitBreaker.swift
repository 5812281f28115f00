// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A circuit breaker over a sliding time window (resilience4j `CircuitBreakerStateMachine`, `SlidingTimeWindowMetrics`).
///
///     closed ──failure rate reached──► open ──time over──► half-open ──all probes back──► closed or open
///
/// The window is made of buckets of one second (longer ones when the window is no multiple of it). While closed, each result is
/// counted and the breaker opens when at least `minimumCalls` are in the window and the failures' share has reached the
/// threshold. Open, it lets nothing through. Half-open, it lets `halfOpenProbes` calls through, and when all of them
/// have come back their failures' share decides.
///
/// Unlike resilience4j, a result counts only in the state in which its call was let through (`epoch`): what a slow provider
/// says late about calls from before says nothing about its health now.
///
/// A *stop* (credentials refused) opens it at once for `stopTime`, also when the policy names no breaker; then a single
/// probe looks whether somebody has repaired it.
package struct CircuitBreaker {
    package enum State: UInt8, CaseIterable, Sendable { case closed, open, halfOpen }

    /// What a result did to the state.
    package enum Transition: UInt8, Sendable { case none, opened, closed }

    private struct Bucket {
        var calls: Int64
        var failures: Int64
    }

    private static let maximumBuckets: Int64 = 600
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
    /// When the current bucket ends.
    private var bucketEnd: Int64
    /// In the window, the current bucket included.
    private var calls: Int64
    private var failures: Int64
    private let minimumCalls: Int64
    private let failureRateMicros: Int64

    private let bucketLength: Int64
    private let bucketCount: Int
    private let openTime: Int64
    private let stopTime: Int64
    private let policyProbes: Int64
    /// The complete buckets; the current one is what `calls` and `failures` have beyond them.
    private let buckets: UnsafeMutablePointer<Bucket>
    private var complete: Bucket
    private var bucket: Int
    package private(set) var openUntil: Int64
    package private(set) var transitions: BreakerTransitions
    private var probes: Int64
    private var permits: Int64
    private var probed: Int64
    private var probeFailures: Int64

    /// `policy` nil: it opens on a stop alone.
    package init(_ policy: BreakerPolicy?, now: Int64 = 0) {
        counts = policy != nil
        let policy = policy ?? BreakerPolicy()
        let window = min(max(1, policy.window.nanoseconds), Self.longest)
        let count = min(max(1, window / 1_000_000_000), Self.maximumBuckets)
        bucketCount = Int(count)
        bucketLength = (window + count - 1) / count
        buckets = .allocate(capacity: bucketCount)
        buckets.initialize(repeating: Bucket(calls: 0, failures: 0), count: bucketCount)
        failureRateMicros = min(policy.failureRateMicros, 1_000_001)  // more than all calls: never
        openTime = min(max(1, policy.open.nanoseconds), Self.longest)
        stopTime = max(openTime, Self.minimumStop.nanoseconds)
        minimumCalls = Int64(max(1, policy.minimumCalls))
        policyProbes = Int64(max(1, policy.halfOpenProbes))
        state = .closed
        isStopped = false
        epoch = 0
        openUntil = 0
        transitions = BreakerTransitions()
        complete = Bucket(calls: 0, failures: 0)
        bucket = 0
        bucketEnd = now - now % bucketLength + bucketLength
        calls = 0
        failures = 0
        probes = 0
        permits = 0
        probed = 0
        probeFailures = 0
    }

    package func deallocate() { buckets.deallocate() }

    /// Calls that it lets through now. An open breaker whose time is over becomes half-open here.
    @inline(__always)
    package mutating func permits(at now: Int64) -> Int64 {
        state == .closed ? .max / 2 : permitsUnlessClosed(at: now)
    }

    private mutating func permitsUnlessClosed(at now: Int64) -> Int64 {
        if state == .open {
            if now < openUntil { return 0 }
            probes = isStopped ? 1 : policyProbes
            permits = probes
            probed = 0
            probeFailures = 0
            move(to: .halfOpen)
            transitions.openToHalfOpen += 1
        }
        return permits
    }

    /// Lets one of the calls through that `permits` has just promised; its result is recorded with `epoch`.
    @inline(__always)
    package mutating func letThrough() {
        if state == .closed { return }
        precondition(state == .halfOpen && permits > 0, "an open breaker lets nothing through")
        permits -= 1
    }

    /// A call that was let through will have no result: its permit returns.
    package mutating func withdrawCall(epoch: UInt8) {
        if state == .halfOpen && epoch == self.epoch { permits += 1 }
    }

    /// The result of a call that was let through in `epoch`.
    @inline(__always)
    package mutating func record(failure: Bool, epoch: UInt8, at now: Int64) -> Transition {
        guard epoch == self.epoch else { return .none }
        if state == .closed {
            if !counts { return .none }
            return recordClosed(failure: failure, at: now)
        }
        return recordHalfOpen(failure: failure, at: now)
    }

    /// Records a success if that moves nothing but a counter, as nearly always.
    ///
    /// - Returns: false: nothing was done, and it is `record` that must.
    @inline(__always)
    mutating func recordPlainSuccess(epoch: UInt8, at now: Int64) -> Bool {
        if epoch != self.epoch { return true }
        if state != .closed { return false }
        if !counts { return true }
        let calls = calls &+ 1
        if now >= bucketEnd || (failures > 0 && calls >= minimumCalls && reaches(failures, of: calls)) { return false }
        self.calls = calls
        return true
    }

    /// The provider refused us altogether in `epoch`: nothing is let through until `stopTime` has passed.
    package mutating func stop(epoch: UInt8, at now: Int64) {
        guard epoch == self.epoch else { return }
        open(until: now + stopTime)
        isStopped = true
        transitions.stops += 1
    }

    @inline(__always)
    private mutating func recordClosed(failure: Bool, at now: Int64) -> Transition {
        if now >= bucketEnd { rotate(to: now) }
        calls &+= 1
        if failure { failures &+= 1 }
        if failures == 0 || calls < minimumCalls || !reaches(failures, of: calls) { return .none }
        open(until: now + openTime)
        return .opened
    }

    private mutating func recordHalfOpen(failure: Bool, at now: Int64) -> Transition {
        probed += 1
        if failure { probeFailures += 1 }
        if probed < probes { return .none }
        if probeFailures > 0 && counts && reaches(probeFailures, of: probed) {
            open(until: now + openTime)
            return .opened
        }
        isStopped = false
        for index in 0..<bucketCount { buckets[index] = Bucket(calls: 0, failures: 0) }
        complete = Bucket(calls: 0, failures: 0)
        calls = 0
        failures = 0
        move(to: .closed)
        transitions.halfOpenToClosed += 1
        return .closed
    }

    @inline(__always)
    private func reaches(_ failures: Int64, of calls: Int64) -> Bool {
        failures &* 1_000_000 >= failureRateMicros &* calls
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

    @inline(never)
    private mutating func rotate(to now: Int64) {
        let passed = (now - bucketEnd) / bucketLength + 1
        buckets[bucket] = Bucket(calls: calls - complete.calls, failures: failures - complete.failures)
        for _ in 0..<min(passed, Int64(bucketCount)) {
            bucket = bucket + 1 == bucketCount ? 0 : bucket + 1
            calls -= buckets[bucket].calls
            failures -= buckets[bucket].failures
            buckets[bucket] = Bucket(calls: 0, failures: 0)
        }
        complete = Bucket(calls: calls, failures: failures)
        bucketEnd += passed * bucketLength
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
