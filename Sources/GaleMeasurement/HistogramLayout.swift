// SPDX-License-Identifier: Apache-2.0

/// Which bucket a value falls into: HdrHistogram's log-linear layout (Gil Tene, hdrhistogram.org).
///
/// Values below 2^bits have a bucket of their own. Above, every octave is cut into 2^(bits − 1) buckets of equal width, so
/// a bucket's midpoint is at most 2^−bits away from any value in it, relatively.
@frozen
public struct HistogramLayout: Equatable, Sendable {
    /// From 2 to 16.
    public let subBucketBits: UInt8
    /// `subBucketBits` − 1, and the largest value with a bucket of its own: what finding a bucket takes, at hand.
    @usableFromInline let octaveBits: UInt8
    @usableFromInline let lowBits: UInt64

    @inlinable
    public init(subBucketBits: Int) {
        precondition((2...16).contains(subBucketBits), "a histogram has from 2 to 16 sub-bucket bits")
        self.subBucketBits = UInt8(truncatingIfNeeded: subBucketBits)
        octaveBits = UInt8(truncatingIfNeeded: subBucketBits &- 1)
        lowBits = UInt64(1) &<< UInt64(truncatingIfNeeded: subBucketBits) &- 1
    }

    /// Buckets of an octave.
    @inlinable public var octave: Int { 1 &<< (Int(subBucketBits) &- 1) }

    /// Buckets that cover 0 to `Int64.max`.
    @inlinable public var bucketCount: Int { (65 - Int(subBucketBits)) * octave }

    /// The bucket of a value. A negative value gives an index that is no bucket's: `bucketCount` or more.
    @inlinable @inline(__always)
    public func index(of value: Int64) -> Int {
        let magnitude = UInt64(bitPattern: value)
        // With the low bits set, values below 2^bits have no shift, and need no branch.
        let topBit = (magnitude | lowBits).leadingZeroBitCount ^ 63
        let shift = topBit &- Int(octaveBits)
        return shift &<< Int(octaveBits) &+ Int(truncatingIfNeeded: magnitude &>> UInt64(truncatingIfNeeded: shift))
    }

    /// The bucket that holds all of a finer layout's bucket; nil for the lowest of those, which it is not told for. `finer` must have
    /// no fewer bits.
    @inlinable @inline(__always)
    public func bucket(holding index: Int, of finer: HistogramLayout) -> Int? {
        // Whole octaves of the finer layout begin here.
        guard index >= finer.octave else { return nil }
        let coarser = Int(finer.subBucketBits &- subBucketBits)
        return index &>> coarser &+ coarser &* octave
    }

    /// The smallest value of a bucket.
    @inlinable
    public func lowestValue(of index: Int) -> Int64 {
        let shift = self.shift(of: index)
        return Int64(index &- shift &<< (Int(subBucketBits) &- 1)) &<< Int64(shift)
    }

    /// How many values a bucket holds.
    @inlinable
    public func width(of index: Int) -> Int64 { 1 &<< Int64(shift(of: index)) }

    @inlinable
    func shift(of index: Int) -> Int {
        Swift.max(0, index &>> (Int(subBucketBits) &- 1) &- 1)
    }
}
