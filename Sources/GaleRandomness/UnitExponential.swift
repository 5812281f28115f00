// SPDX-License-Identifier: Apache-2.0

/// The exponential distribution with mean 1, in units of 2⁻³²: what a Poisson process' integrated rate advances by from one
/// arrival to the next.
///
/// Trivially copyable; keep one rather than asking for it at each arrival.
@frozen public struct UnitExponential: Sendable {
    /// 1 in the unit of `sample`.
    @inlinable public static var one: UInt64 { 1 << 32 }

    @usableFromInline let distribution: Distribution

    public init() {
        distribution = Distribution(.exponential(mean: 0x1p32))
    }

    /// Monotone in `u`; below 2³⁸.
    @inlinable public func sample(_ u: UInt64) -> UInt64 {
        UInt64(bitPattern: distribution.sample(u))
    }
}
