// SPDX-License-Identifier: Apache-2.0

/// A length of time in whole nanoseconds. May be negative (a difference).
@frozen
public struct Interval: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static var zero: Interval { Interval(nanoseconds: 0) }
    @inlinable public static var max: Interval { Interval(nanoseconds: .max) }

    @inlinable public static func nanoseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count) }
    @inlinable public static func microseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000) }
    @inlinable public static func milliseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000) }
    @inlinable public static func seconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000_000) }
    @inlinable public static func minutes(_ count: Int64) -> Interval { .seconds(count * 60) }
    @inlinable public static func hours(_ count: Int64) -> Interval { .seconds(count * 3_600) }

    /// The same length in seconds, for reports. Nothing on the run path uses it.
    @inlinable public var seconds: Double { Double(nanoseconds) / 1e9 }

    @inlinable
    public static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable
    public static func + (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds + right.nanoseconds)
    }
    @inlinable
    public static func - (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
    @inlinable
    public static func * (interval: Interval, count: Int64) -> Interval {
        Interval(nanoseconds: interval.nanoseconds * count)
    }
    @inlinable
    public static func / (interval: Interval, count: Int64) -> Interval {
        Interval(nanoseconds: interval.nanoseconds / count)
    }
    @inlinable
    public static func += (left: inout Interval, right: Interval) { left = left + right }
    @inlinable
    public static func -= (left: inout Interval, right: Interval) { left = left - right }
}

extension Interval: CustomStringConvertible {
    /// The largest unit that divides it, as a scenario writes it: `250us`, `10s`, `5min`.
    public var description: String {
        let units: [(Int64, String)] = [
            (3_600_000_000_000, "h"), (60_000_000_000, "min"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"),
        ]
        if nanoseconds == 0 { return "0s" }
        for (size, name) in units where nanoseconds % size == 0 { return "\(nanoseconds / size)\(name)" }
        return "\(nanoseconds)ns"
    }
}
