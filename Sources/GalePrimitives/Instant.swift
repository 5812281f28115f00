// SPDX-License-Identifier: Apache-2.0

/// A point on a run's clock: whole nanoseconds since the run began.
///
/// Range: 0 to about 292 years. Arithmetic traps on overflow, which no checked scenario reaches.
@frozen
public struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since the run began.
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The beginning of the run.
    @inlinable public static var zero: Instant { Instant(nanoseconds: 0) }

    /// Later than any instant that a run can reach.
    @inlinable public static var distantFuture: Instant { Instant(nanoseconds: .max) }

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    @inlinable
    public static func + (instant: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + interval.nanoseconds)
    }

    @inlinable
    public static func - (instant: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: instant.nanoseconds - interval.nanoseconds)
    }

    @inlinable
    public static func - (later: Instant, earlier: Instant) -> Interval {
        Interval(nanoseconds: later.nanoseconds - earlier.nanoseconds)
    }

    @inlinable
    public static func += (instant: inout Instant, interval: Interval) { instant = instant + interval }
}

extension Instant: CustomStringConvertible {
    public var description: String { Interval(nanoseconds: nanoseconds).description }
}
