// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A circuit breaker for each provider over a sliding window, with the states closed, open and half-open (resilience4j
/// `CircuitBreakerConfig`).
///
/// Scope: a provider in one replica: replicas don't tell each other, and no store is asked that could fail. While it is open the
/// provider is passed over; without another of the route what waits is kept, not sent.
///
/// resilience4j's own defaults (`Preset.resilience4j`) are a window of the last 100 calls, 100 calls at least, 50 %, open for 60 s,
/// 10 probes, and slow calls of more than 60 s at 100 %. Here 50 %, 100 calls and 10 probes are the same, but the window is 10 s
/// long and it opens for 30 s, which are estimates: a dispatcher sends hundreds of attempts a second, of which the last 100 are a
/// moment.
public struct BreakerPolicy: Equatable, Sendable {
    /// Share of failures that opens it, in millionths, 1 to 1,000,000. Default 50 % (resilience4j, `failureRateThreshold`).
    public var failureRateMicros: Int64
    /// The window's length, unless it is over calls. Default 10 s: estimate.
    public var window: Interval
    /// The window in calls: the last so many, at most 1,000,000. Nil: it is over time.
    public var windowCalls: Int?
    /// How long it stays open before it lets probes through. Default 30 s: estimate.
    public var open: Interval
    /// Calls in the window below which it never opens. Default 100 (resilience4j, `minimumNumberOfCalls`).
    public var minimumCalls: Int
    /// Calls that it lets through while half-open. Default 10 (resilience4j, `permittedNumberOfCallsInHalfOpenState`).
    public var halfOpenProbes: Int
    /// Share of slow calls that opens it, in millionths. Nil: how long calls take is not looked at.
    public var slowCallRateMicros: Int64?
    /// A call that took longer than this is slow. resilience4j's default.
    public var slowCallDuration: Interval
    /// How long it may be half-open without a decision before it opens again. Nil: without limit, as resilience4j has it
    /// unless it is told (`maxWaitDurationInHalfOpenState`).
    public var maximumHalfOpen: Interval?
    /// Whether it becomes half-open by itself when its time is over, and not at the next call that asks
    /// (`automaticTransitionFromOpenToHalfOpenEnabled`). It makes a difference only to `maximumHalfOpen`.
    public var automaticHalfOpen: Bool

    public init(
        failureRateMicros: Int64 = 500_000, window: Interval = .seconds(10), windowCalls: Int? = nil,
        open: Interval = .seconds(30), minimumCalls: Int = 100, halfOpenProbes: Int = 10,
        slowCallRateMicros: Int64? = nil, slowCallDuration: Interval = .seconds(60),
        maximumHalfOpen: Interval? = nil, automaticHalfOpen: Bool = false
    ) {
        self.failureRateMicros = failureRateMicros
        self.window = window
        self.windowCalls = windowCalls
        self.open = open
        self.minimumCalls = minimumCalls
        self.halfOpenProbes = halfOpenProbes
        self.slowCallRateMicros = slowCallRateMicros
        self.slowCallDuration = slowCallDuration
        self.maximumHalfOpen = maximumHalfOpen
        self.automaticHalfOpen = automaticHalfOpen
    }
}
