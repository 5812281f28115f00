// SPDX-License-Identifier: Apache-2.0

/// An unevaluated sum of two doubles, `|low| ≤ ulp(high) / 2`: about 106 bits.
///
/// Sum: Knuth's two-sum; product: Dekker's, with Veltkamp's splitting (no fused multiply-add, which would differ between CPUs).
/// Operands must stay below 2⁹⁷⁰.
struct DoubleDouble {
    var high: Double
    var low: Double

    /// The exact sum of two doubles.
    static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
        let high = a + b
        let part = high - a
        return DoubleDouble(high: high, low: (a - (high - part)) + (b - part))
    }

    /// The exact product of two doubles.
    static func product(_ a: Double, _ b: Double) -> DoubleDouble {
        let high = a * b
        let (a1, a2) = split(a)
        let (b1, b2) = split(b)
        return DoubleDouble(high: high, low: ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2)
    }

    private static func split(_ a: Double) -> (Double, Double) {
        let scaled = a * 134_217_729  // 2²⁷ + 1
        let upper = scaled - (scaled - a)
        return (upper, a - upper)
    }

    static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let first = sum(a.high, b.high)
        return normal(first.high, first.low + (a.low + b.low))
    }

    static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let first = product(a.high, b.high)
        return normal(first.high, first.low + (a.high * b.low + a.low * b.high))
    }

    static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let quotient = a.high / b.high
        let back = product(quotient, b.high)
        let rest = (((a.high - back.high) - back.low) + a.low) - quotient * b.low
        return normal(quotient, rest / b.high)
    }

    /// Moves what fits from the low part into the high part; `|high| ≥ |low|`.
    private static func normal(_ high: Double, _ low: Double) -> DoubleDouble {
        let sum = high + low
        return DoubleDouble(high: sum, low: low - (sum - high))
    }
}
