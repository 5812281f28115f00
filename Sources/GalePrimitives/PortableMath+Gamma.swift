// SPDX-License-Identifier: Apache-2.0

extension PortableMath {
    /// The logarithm of the gamma function, for `x > 0`; right to about 10⁻¹⁴ (absolute below 1, relative above).
    ///
    /// Stirling's series from 15 upwards, after the recurrence Γ(x + 1) = x Γ(x).
    public static func logGamma(_ x: Double) -> Double {
        if x.isNaN || x <= 0 { return .nan }
        var shifted = x
        var product = 1.0
        while shifted < 15 {
            product *= shifted
            shifted += 1
        }
        let inverse = 1 / shifted
        let square = inverse * inverse
        // B₂ₙ / (2n (2n − 1)), the next of which would add less than 10⁻¹⁸ here.
        let series =
            inverse
            * (1.0 / 12 - square
                * (1.0 / 360 - square
                    * (1.0 / 1260 - square
                        * (1.0 / 1680 - square * (1.0 / 1188 - square * (691.0 / 360_360 - square * (1.0 / 156)))))))
        let halfLogOfTwoPi = 0.918_938_533_204_672_74
        let stirling = (shifted - 0.5) * log(shifted) - shifted + halfLogOfTwoPi + series
        return product == 1 ? stirling : stirling - log(product)
    }

    /// The logarithms of the regularised incomplete gamma functions P(`shape`, `x`) and Q = 1 − P, for `shape > 0`, `x ≥ 0`.
    ///
    /// Each keeps its relative accuracy (about 10⁻¹², better for shapes up to 100) where it is the smaller of the two and
    /// beyond the range of a double. Series below `shape + 1`, Lentz's continued fraction above.
    public static func logIncompleteGamma(shape: Double, _ x: Double) -> (lower: Double, upper: Double) {
        logIncompleteGamma(shape: shape, x, logGamma: logGamma(shape))
    }

    /// The same, for callers that ask often and know `logGamma(shape)`.
    public static func logIncompleteGamma(
        shape: Double, _ x: Double, logGamma: Double
    ) -> (lower: Double, upper: Double) {
        if x <= 0 { return (-.infinity, 0) }
        let front = shape * log(x) - x - logGamma
        if x < shape + 1 {
            let lower = min(0, front + log(incompleteGammaSeries(shape, x)))
            return (lower, log(-expMinusOne(lower)))
        }
        let upper = min(0, front + log(incompleteGammaFraction(shape, x)))
        return (log(-expMinusOne(upper)), upper)
    }

    /// Σ xⁿ / (a (a + 1) … (a + n)).
    private static func incompleteGammaSeries(_ shape: Double, _ x: Double) -> Double {
        var term = 1 / shape
        var sum = term
        var divisor = shape
        for _ in 0..<100_000 {
            divisor += 1
            term *= x / divisor
            sum += term
            if term < sum * 1e-17 { break }
        }
        return sum
    }

    /// 1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − 2 (2 − a) / (x + 5 − a − …))), by the modified Lentz method.
    private static func incompleteGammaFraction(_ shape: Double, _ x: Double) -> Double {
        let tiny = 1e-290
        var b = x + 1 - shape
        var c = 1 / tiny
        var d = 1 / b
        var value = d
        var index = 1.0
        while index < 100_000 {
            let a = -index * (index - shape)
            b += 2
            d = a * d + b
            if d.magnitude < tiny { d = tiny }
            c = b + a / c
            if c.magnitude < tiny { c = tiny }
            d = 1 / d
            let factor = d * c
            value *= factor
            // Two units in the last place: rounding may keep the factor from ever being 1.
            if (factor - 1).magnitude < 5e-16 { break }
            index += 1
        }
        return value
    }

    /// The complementary error function, right to about 10⁻¹⁴ of itself.
    public static func complementaryErrorFunction(_ x: Double) -> Double {
        if x < 0 { return 2 - complementaryErrorFunction(-x) }
        if x < 1 { return 1 - errorFunction(x) }
        if x > 27.5 { return 0 }
        let square = DoubleDouble.product(x, x)
        let front = x * 0.564_189_583_547_756_29  // 1 / √π
        return exp(DoubleDouble(high: -square.high, low: -square.low)) * front
            * incompleteGammaFraction(0.5, square.high)
    }

    /// The error function, right to about 10⁻¹⁵ of itself.
    public static func errorFunction(_ x: Double) -> Double {
        if x < 0 { return -errorFunction(-x) }
        if x >= 1 { return 1 - complementaryErrorFunction(x) }
        if x == 0 { return 0 }
        return exp(-x * x) * x * 0.564_189_583_547_756_29 * incompleteGammaSeries(0.5, x * x)
    }
}
