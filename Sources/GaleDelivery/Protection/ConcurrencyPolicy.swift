// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A limit on the attempts under way at each provider that follows what the provider can take (Netflix
/// `concurrency-limits`: `AIMDLimit`, `VegasLimit`, `Gradient2Limit`; Envoy's adaptive concurrency). An attempt beyond the limit
/// waits, without using anything up.
///
/// Scope: one dispatcher; a fleet's limit is as many times as high. It needs no store.
public struct ConcurrencyPolicy: Equatable, Sendable {
    public enum Algorithm: String, CaseIterable, Sendable {
        /// One more for each answer while the limit is in use; times `backoffRatioMicros` for each drop.
        case aimd
        /// By the length of the queue that round-trip times betray (TCP Vegas).
        case vegas
        /// By the ratio of the long-term round-trip time to the last one.
        case gradient2
        /// By the ratio of the least round-trip time, measured now and then with few attempts under way, to the usual one (Envoy).
        case envoyGradient = "envoy-gradient"
    }

    public var algorithm: Algorithm
    /// The limit at the start. Defaults: 10, 20, 20, 3.
    public var initial: Int
    /// The limit never falls below this, which is at least 1. Defaults: 1, 1, 20, 3. Envoy's gradient has
    /// it while it measures the least round-trip time (`min_concurrency`).
    public var minimum: Int
    /// The limit never rises above this. Defaults: 200, 1,000, 200, 1,000.
    public var maximum: Int
    /// AIMD: what is left of the limit after a drop, in millionths; 500,000 to 999,999. Default 900,000.
    public var backoffRatioMicros: Int64
    /// AIMD: a longer round trip counts as a drop. Default 5 s.
    public var slowAfter: Interval
    /// Gradient2: how many times the long-term round-trip time an answer may take before the limit falls, in millionths.
    /// Default 1,500,000.
    public var toleranceMicros: Int64
    /// Gradient2: attempts that may queue at the provider. Default 4.
    public var queue: Int
    /// Gradient2 and Vegas: the weight of a new estimate, in millionths. Defaults 200,000 and 1,000,000.
    public var smoothingMicros: Int64
    /// Gradient2: answers over which the long-term round-trip time is averaged. Default 600.
    public var longWindow: Int
    /// Vegas: it looks for a new least round-trip time every half to one times so many times the limit answers. Default 30.
    public var probeMultiplier: Int
    /// Envoy's gradient: the percentile of round trips that counts, in millionths. Default 50 % (`sample_aggregate_percentile`).
    public var percentileMicros: Int64
    /// Envoy's gradient: from one update of the limit to the next. Required there; default 100 ms, its documentation's example.
    public var updateInterval: Interval
    /// Envoy's gradient: from one measurement of the least round trip to the next. Default 60 s, its documentation's example.
    public var probeInterval: Interval
    /// Envoy's gradient: a measurement begins up to this share of `probeInterval` later, in millionths. Default 15 % (`jitter`).
    public var probeJitterMicros: Int64
    /// Envoy's gradient: answers that make a measurement. Default 50 (`request_count`).
    public var probeAnswers: Int
    /// Envoy's gradient: what the least round trip may grow before the limit falls, in millionths. Default 25 % (`buffer`).
    public var bufferMicros: Int64

    /// The published defaults of an algorithm.
    public init(_ algorithm: Algorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .aimd: (initial, minimum, maximum) = (10, 1, 200)
        case .vegas: (initial, minimum, maximum) = (20, 1, 1_000)
        case .gradient2: (initial, minimum, maximum) = (20, 20, 200)
        case .envoyGradient: (initial, minimum, maximum) = (3, 3, 1_000)
        }
        backoffRatioMicros = 900_000
        slowAfter = .seconds(5)
        toleranceMicros = 1_500_000
        queue = 4
        smoothingMicros = algorithm == .vegas ? 1_000_000 : 200_000
        longWindow = 600
        probeMultiplier = 30
        percentileMicros = 500_000
        updateInterval = .milliseconds(100)
        probeInterval = .seconds(60)
        probeJitterMicros = 150_000
        probeAnswers = 50
        bufferMicros = 250_000
    }
}
