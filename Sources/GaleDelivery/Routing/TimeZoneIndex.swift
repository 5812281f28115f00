// SPDX-License-Identifier: Apache-2.0

/// A time zone by its place in a `TimeZoneTable`.
@frozen
public struct TimeZoneIndex: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Nobody knows: the policy's own zone counts.
    @inlinable public static var unknown: TimeZoneIndex { TimeZoneIndex(rawValue: .max) }
}
