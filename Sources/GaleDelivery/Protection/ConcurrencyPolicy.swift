// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A limit on the attempts under way at each provider that follows what the provider can take (Netflix
/// `concurrency-limits`: `AIMDLimit`, `VegasLimit`, `Gradient2Limit`). An attempt beyond the limit waits, without using
/// anything up.
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
    }

    public var algorithm: Algorithm
    /// The limit at the start. Defaults: 10, 20, 20.
    public var initial: Int
    /// The limit never falls below this, which is at least 1. Defaults: 1, 1, 20.
    public var minimum: Int
    /// The limit never rises above this. Defaults: 200, 1,000, 200.
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

    /// The published defaults of an algorithm.
    public init(_ algorithm: Algorithm) {
        self.algorithm = algorithm
        initial = algorithm == .aimd ? 10 : 20
        minimum = algorithm == .gradient2 ? 20 : 1
        maximum = algorithm == .vegas ? 1_000 : 200
        backoffRatioMicros = 900_000
        slowAfter = .seconds(5)
        toleranceMicros = 1_500_000
        queue = 4
        smoothingMicros = algorithm == .vegas ? 1_000_000 : 200_000
        longWindow = 600
        probeMultiplier = 30
    }
}
