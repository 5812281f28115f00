// SPDX-License-Identifier: Apache-2.0

/// A digest of a multiset of digests: the order in which they are added doesn't matter, how often each occurs does.
///
/// Sums of parts merge to the sum of the whole, so that work can be split in any way.
@frozen
public struct FingerprintSum: Equatable, Sendable {
    @usableFromInline var high: UInt64 = 0
    @usableFromInline var low: UInt64 = 0
    @usableFromInline var added: UInt64 = 0

    @inlinable public init() {}

    @inlinable
    public mutating func add(_ digest: Digest128) {
        let (sum, carry) = low.addingReportingOverflow(digest.low)
        low = sum
        high = high &+ digest.high &+ (carry ? 1 : 0)
        added &+= 1
    }

    /// Adds all that another sum holds.
    public mutating func merge(_ other: FingerprintSum) {
        add(Digest128(high: other.high, low: other.low))
        added = added &- 1 &+ other.added
    }

    /// Digests added.
    @inlinable public var count: UInt64 { added }

    public var digest: Digest128 {
        var fingerprint = Fingerprint()
        fingerprint.absorb(high)
        fingerprint.absorb(low)
        fingerprint.absorb(added)
        return fingerprint.digest
    }
}
