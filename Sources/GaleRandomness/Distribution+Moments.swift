// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension Distribution {
    /// The mean of what `sample` draws.
    public var mean: Double { moments.mean }

    /// The mean square of what `sample` draws.
    public var secondMoment: Double { moments.secondMoment }

    /// The moments of what `sample` draws, by integrating the table over every draw, before rounding to whole numbers.
    ///
    /// They are always finite: a draw has 64 bits, so nothing rarer than 2⁻⁶³ is drawn, and `Int64.max` is the largest sample.
    /// Where a specification has much of a moment beyond that (Pareto with a mean and alpha below 1.2, a second moment and
    /// alpha below 2.4) these are smaller than what was asked for.
    public var moments: DistributionMoments {
        if isConstant { return DistributionMoments(mean: Double(mantissa), variance: 0, skewness: nil) }
        return DistributionMoments { add in
            if steps > 0 { forEachStep(add) } else { forEachCell(add) }
        }
    }

    private var scale: Double {
        Double(sign: .plus, exponent: -Int(exponent), significand: Double(mantissa))
    }

    private func forEachStep(_ add: (_ low: Double, _ high: Double, _ width: Double) -> Void) {
        let width = 1 / Double(steps)
        for index in 0..<Int(steps) {
            addLimited(knot(words, index), knot(words, index + 1), width, add)
        }
    }

    private func forEachCell(_ add: (_ low: Double, _ high: Double, _ width: Double) -> Void) {
        let blocks = 2 * QuantileTable.blocksPerSide
        for block in 0..<blocks {
            let octave = Swift.min(block, blocks - 1 - block)
            // Octaves with fewer draws than this are not a continuum; `addEnds` counts their draws one by one.
            if octave < Self.countedOctaves { continue }
            let width = PortableMath.scaled(1 / Double(QuantileTable.cells), byPowerOfTwo: octave - 64)
            let start = words + block * QuantileTable.blockWords
            for cell in 0..<QuantileTable.cells {
                addLimited(knot(start, cell), knot(start, cell + 1), width, add)
            }
        }
        addEnds(add)
    }

    private static var countedOctaves: Int { 8 }

    /// The draws nearest to 0 and to 1: `sample` tells only every second one apart there.
    private func addEnds(_ add: (_ low: Double, _ high: Double, _ width: Double) -> Void) {
        for distance: UInt64 in stride(from: 1, to: 1 << UInt64(Self.countedOctaves), by: 2) {
            for u in [distance, ~distance] {
                let value = Double(sample(u))
                add(value, value, 0x1p-63)
            }
        }
    }

    private func knot(_ block: UnsafePointer<UInt64>, _ index: Int) -> Double {
        PortableMath.scaled(Double(block[1 + index]), byPowerOfTwo: -Int(Int64(bitPattern: block[0]))) * scale
    }

    /// A linear piece, level from where it reaches the largest sample.
    private func addLimited(
        _ low: Double, _ high: Double, _ width: Double, _ add: (_ low: Double, _ high: Double, _ width: Double) -> Void
    ) {
        let limit = Double(Int64.max)
        if high <= limit { return add(low, high, width) }
        if low >= limit { return add(limit, limit, width) }
        let below = (limit - low) / (high - low)
        add(low, limit, width * below)
        add(limit, limit, width * (1 - below))
    }
}
