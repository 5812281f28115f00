// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A quantile function at unit scale, as integers.
///
/// By octaves (`steps` 0): 126 blocks in the order of u, 63 for u below ½ (u in 2⁻⁶⁴ × [1, 2), [2, 4), …) and 63 above
/// (1 − u in the same octaves, falling). A block is the exponent e that its knots share and 65 knots, value · 2^e, at
/// equal distances; neighbours repeat the knot between them. An exponent per block lets heavy tails span any range.
///
/// By equal steps: the exponent and `steps` + 1 knots.
@usableFromInline struct QuantileTable: @unchecked Sendable {
    @usableFromInline static let blockWords = 66
    static let cells = 64
    static let blocksPerSide = 63

    /// Knots are not finer than 2⁻⁶⁴: at scales up to 2⁶⁰ that is a sixteenth of the unit drawn, and it keeps the shift after
    /// scaling within the fast path of `Distribution.sample`.
    static let finestExponent = 64

    let words: UnsafePointer<UInt64>
    let steps: UInt32

    var count: Int { steps == 0 ? 2 * Self.blocksPerSide * Self.blockWords : Int(steps) + 2 }

    init(words: UnsafePointer<UInt64>, steps: UInt32) {
        self.words = words
        self.steps = steps
    }

    /// Tabulates a shape by octaves. The memory is never freed.
    init(octavesOf shape: UnitShape) {
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * Self.blocksPerSide * Self.blockWords)
        var next = words
        var floor = 0.0
        for octave in 0..<Self.blocksPerSide {
            next = Self.write(Self.knots(of: shape, octave: octave, upper: false, atLeast: &floor), to: next)
        }
        for octave in (0..<Self.blocksPerSide).reversed() {
            next = Self.write(Self.knots(of: shape, octave: octave, upper: true, atLeast: &floor), to: next)
        }
        self.init(words: words, steps: 0)
    }

    /// A piecewise linear quantile function through `values`, which don't fall.
    init(linear values: [Double]) {
        let points = values.count == 1 ? [values[0], values[0]] : values
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: points.count + 1)
        _ = Self.write(points, to: words)
        self.init(words: words, steps: UInt32(points.count - 1))
    }

    /// The quantiles at one octave's 65 knots in rising order, none below `floor`, which moves up to the last.
    private static func knots(of shape: UnitShape, octave: Int, upper: Bool, atLeast floor: inout Double) -> [Double] {
        (0...cells).map { index in
            let cell = upper ? cells - index : index
            let tail = PortableMath.scaled(1 + Double(cell) / Double(cells), byPowerOfTwo: octave - 64)
            let value = upper ? shape.quantile(upperTail: tail) : shape.quantile(lowerTail: tail)
            floor = max(floor, min(value, 0x1p900))
            return floor
        }
    }

    /// Writes the common exponent and the knots; returns where the next block starts.
    private static func write(
        _ values: [Double], to words: UnsafeMutablePointer<UInt64>
    ) -> UnsafeMutablePointer<UInt64> {
        let largest = values[values.count - 1]
        let exponent = largest > 0x1p-900 ? min(61 - Int(largest.exponent), Self.finestExponent) : 0
        words.initialize(to: UInt64(bitPattern: Int64(exponent)))
        var previous: UInt64 = 0
        for (index, value) in values.enumerated() {
            let fixed = largest > 0x1p-900 ? PortableMath.scaled(value, byPowerOfTwo: exponent) : 0
            // The first is rounded up, so that it is not below the same knot at the end of the block before.
            previous = max(previous, UInt64(fixed.rounded(index == 0 ? .up : .toNearestOrEven)))
            (words + 1 + index).initialize(to: previous)
        }
        return words + 1 + values.count
    }
}
