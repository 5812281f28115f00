// SPDX-License-Identifier: Apache-2.0

/// A non-negative distribution, ready to be sampled with integers only: a pointer to an immortal table and a scale.
///
/// Trivially copyable, 24 bytes, safe to keep anywhere. A sample takes 32 instructions (21 when piecewise linear, 4 of a
/// constant).
///
/// The quantile function is tabulated at unit scale, with 64 knots in each octave of u and of 1 − u (`QuantileTable`), or at equal
/// steps of u for what is piecewise linear (constant, uniform, empirical). Between knots it is linear. Interpolation and
/// scaling are 64 × 64 → 128 bit products, rounded to the nearest integer at the end, so samples are equal on every CPU.
@frozen public struct Distribution: @unchecked Sendable {
    @usableFromInline let words: UnsafePointer<UInt64>
    /// Scale = `mantissa · 2^−exponent`, the mantissa's top bit set (or 0 for a scale of 0). Of a constant, the sample itself.
    @usableFromInline let mantissa: UInt64
    @usableFromInline let exponent: Int32
    /// The number of equal steps of a piecewise linear quantile function; 0 for a table by octaves.
    @usableFromInline let steps: UInt32

    /// Every draw gives `mantissa`. It is told by the exponent, and only where there are steps, so that a table by octaves is
    /// recognised by one test.
    @inlinable var isConstant: Bool { exponent == .min }

    /// - Parameter specification: has no `problem`.
    public init(_ specification: DistributionSpecification) {
        precondition(specification.problem == nil, "a distribution must be checked before it is built")
        let (table, scale) = QuantileTable.table(for: specification)
        self.init(table: table, scale: scale)
    }

    init(table: QuantileTable, scale: Double) {
        let normal = scale > 0x1p-900
        let scaled = Distribution(
            words: table.words, mantissa: normal ? UInt64(scale.significand * 0x1p63) : 0,
            exponent: normal ? Int32(63 - Int(scale.exponent)) : 0, steps: table.steps)
        guard !normal || (table.steps == 1 && table.words[1] == table.words[2]) else {
            self = scaled
            return
        }
        let value = UInt64(bitPattern: scaled.sample(0))
        self.init(words: table.words, mantissa: value, exponent: .min, steps: 1)
    }

    private init(words: UnsafePointer<UInt64>, mantissa: UInt64, exponent: Int32, steps: UInt32) {
        self.words = words
        self.mantissa = mantissa
        self.exponent = exponent
        self.steps = steps
    }

    /// The quantile at the draw `u` (as a fraction of 2⁶⁴): monotone non-decreasing in `u`, at least 0, at most `Int64.max`.
    @inlinable @inline(__always) public func sample(_ u: UInt64) -> Int64 {
        if steps != 0 { return isConstant ? Int64(bitPattern: mantissa) : stepSample(u) }
        // Octave blocks: v is the distance to the nearer end, its leading bit names the block, the next 6 bits the cell.
        let side = UInt64(bitPattern: Int64(bitPattern: u) &>> 63)
        let distance = (u ^ side) | 1
        let octave = distance.leadingZeroBitCount ^ 63
        // Rotated so that what follows the leading bit comes first. The leading bit itself comes last, where it's cut off.
        let turn = UInt64(truncatingIfNeeded: octave)
        let within = (distance &>> turn | distance &<< (0 &- turn)) ^ side
        // The octave below ½, and 125 − octave above, its mirror image.
        let block = (octave ^ Int(truncatingIfNeeded: side)) &+ Int(truncatingIfNeeded: side & 126)
        let start = words + block &* QuantileTable.blockWords
        let knots = start + 1 + Int(truncatingIfNeeded: within &>> 58)
        return interpolated(knots, at: within &<< 6, shift: Int(truncatingIfNeeded: start.pointee))
    }

    /// `sample` of a piecewise linear quantile function.
    @inlinable @inline(__always) func stepSample(_ u: UInt64) -> Int64 {
        let product = u.multipliedFullWidth(by: UInt64(steps))
        return interpolated(
            words + 1 + Int(truncatingIfNeeded: product.high), at: product.low,
            shift: Int(truncatingIfNeeded: words.pointee))
    }

    /// Between a knot and the next, scaled and rounded.
    @inlinable @inline(__always)
    func interpolated(_ knots: UnsafePointer<UInt64>, at position: UInt64, shift: Int) -> Int64 {
        let low = knots[0]
        let unit = low &+ (knots[1] &- low).multipliedFullWidth(by: position).high
        let product = unit.multipliedFullWidth(by: mantissa)
        // A shift of 65 to 127 only needs the product's upper half; others belong to values near 0 or beyond 2⁶⁰.
        let surplus = shift &+ Int(exponent) &- 65
        if _fastPath(UInt(bitPattern: surplus) <= 62) {
            let rounded = ((product.high &>> UInt64(truncatingIfNeeded: surplus)) &+ 1) &>> 1
            return Int64(bitPattern: rounded)
        }
        return Self.shifted(product.high, product.low, by: surplus &+ 65)
    }

    /// The product shifted right and rounded, or `Int64.max` when it doesn't fit.
    @usableFromInline @inline(never) static func shifted(_ high: UInt64, _ low: UInt64, by shift: Int) -> Int64 {
        if high == 0 && low == 0 { return 0 }
        if shift > 127 { return 0 }
        if shift <= 0 { return .max }
        let product = UInt128(high) << 64 | UInt128(low)
        let rounded = (product + (UInt128(1) << UInt128(shift - 1))) >> UInt128(shift)
        return rounded > UInt128(Int64.max) ? .max : Int64(rounded)
    }
}
