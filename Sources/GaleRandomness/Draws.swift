// SPDX-License-Identifier: Apache-2.0

/// Uniform random numbers by key: a pure function of (seed, purpose, a, b).
///
/// There is no state and no order of drawing, so a new component moves no other component's numbers and two policies meet the
/// same weather. Trivially copyable. About 2 ns a draw, 5 ns when the next step waits for it.
///
/// The function is three rounds of a 64 × 64 → 128 bit multiplication whose halves are carried over (as in wyhash and in
/// Philox). Each of `a` and `b` goes through a product that is quadratic in it, so counters make good keys.
@frozen public struct Draws: @unchecked Sendable {
    /// Version of the key layout and of the function. The golden vectors in the tests pin it.
    public static let layoutVersion = 1

    @usableFromInline let key0: UInt64
    @usableFromInline let key1: UInt64
    @usableFromInline let key2: UInt64
    @usableFromInline let key3: UInt64
    /// Immortal and immutable; nil when nothing is overridden, which is one predictable branch.
    @usableFromInline let overrides: UnsafePointer<DrawOverrideTable>?

    /// - Parameter seed: any number; neighbouring seeds give unrelated draws.
    public init(seed: UInt64) {
        var state = seed
        key0 = Self.splitMix(&state)
        key1 = Self.splitMix(&state)
        key2 = Self.splitMix(&state)
        key3 = Self.splitMix(&state)
        overrides = nil
    }

    init(_ other: Draws, overrides: UnsafePointer<DrawOverrideTable>?) {
        key0 = other.key0
        key1 = other.key1
        key2 = other.key2
        key3 = other.key3
        self.overrides = overrides
    }

    /// A uniform 64-bit number for the key.
    @inlinable @inline(__always) public func uniform(_ purpose: Purpose, _ a: UInt64, _ b: UInt64 = 0) -> UInt64 {
        if _slowPath(overrides != nil), let value = Self.overridden(overrides, purpose, a, b) { return value }
        let spread = UInt64(purpose.rawValue) &* 0x9E37_79B9_7F4A_7C15
        let first = (a ^ key0).multipliedFullWidth(by: spread ^ key1)
        let second = (first.low ^ b).multipliedFullWidth(by: first.high ^ (b &<< 32 | b &>> 32) ^ key2)
        let third = (second.low ^ key3).multipliedFullWidth(by: second.high ^ key0)
        return third.low ^ third.high
    }

    /// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
    private static func splitMix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
