// SPDX-License-Identifier: Apache-2.0

/// Elementary functions from IEEE 754 `+ − × ÷ √` alone.
///
/// A C library picks its kernels by CPU (with and without fused multiply-add), so its last bits differ between machines.
/// These functions have the same bits everywhere: Swift neither contracts `a * b + c` nor reorders additions. They are
/// made for building tables, not for speed (50 to 300 ns a call), and are right to about one unit in the last place
/// unless a function says otherwise.
public enum PortableMath {
    /// The natural logarithm of 2 as an unevaluated sum of two doubles, the first of which has 21 trailing zero bits, so
    /// that it can be multiplied by any exponent without rounding.
    static let logarithmOfTwo = DoubleDouble(high: 6.931_471_803_691_238_16e-01, low: 1.908_214_929_270_587_70e-10)

    /// The natural exponential of `x`: 0 below −745.2, infinity above 709.8, NaN for NaN.
    public static func exp(_ x: Double) -> Double {
        exp(DoubleDouble(high: x, low: 0))
    }

    /// `exp` of an unevaluated sum, whose low part is small against 1.
    static func exp(_ x: DoubleDouble) -> Double {
        if x.high.isNaN { return x.high }
        if x.high > 710 { return .infinity }
        if x.high < -746 { return 0 }
        let power = (x.high * 1.442_695_040_888_963_4).rounded()
        let reduced = (x.high - power * logarithmOfTwo.high)
        let correction = x.low - power * logarithmOfTwo.low
        let r = reduced + correction
        let lost = (reduced - r) + correction
        // 1 + r as an exact sum of two: the only rounding of weight is the last.
        let sum = 1 + r
        let value = sum + ((r - (sum - 1)) + (exponentialRemainder(r) + lost))
        return scaled(value, byPowerOfTwo: Int(power))
    }

    /// `exp(x) − 1`, accurate for small `x` too.
    public static func expMinusOne(_ x: Double) -> Double {
        if x.magnitude > 0.34 { return exp(x) - 1 }
        return x + exponentialRemainder(x)
    }

    /// `exp(r) − 1 − r` for |r| ≤ 0.35, by Taylor's series: the first term left out is below 2⁻⁵⁷ of the sum.
    private static func exponentialRemainder(_ r: Double) -> Double {
        var sum = 0.0
        var divisor = 15.0
        while divisor > 2 {
            sum = (sum + 1) * r / divisor
            divisor -= 1
        }
        return (sum + 1) * r * r * 0.5
    }

    /// The natural logarithm of `x`: −infinity at 0, NaN below.
    public static func log(_ x: Double) -> Double {
        let sum = extendedLog(x)
        return sum.high + sum.low
    }

    /// `log(1 + x)`, accurate for small `x` too.
    public static func logOnePlus(_ x: Double) -> Double {
        if x.magnitude > 0.3 { return log(1 + x) }
        let sum = twiceInverseHyperbolicTangent(DoubleDouble(high: x, low: 0) / DoubleDouble.sum(2, x))
        return sum.high + sum.low
    }

    /// The logarithm to about 2⁻⁶⁵ of itself, so that a power keeps its last bits.
    static func extendedLog(_ x: Double) -> DoubleDouble {
        if x.isNaN || x == .infinity { return DoubleDouble(high: x, low: 0) }
        if x <= 0 { return DoubleDouble(high: x == 0 ? -.infinity : .nan, low: 0) }
        var exponent = Double(x.exponent)
        var mantissa = x.significand
        if mantissa > 1.414_213_562_373_095 {
            mantissa *= 0.5
            exponent += 1
        }
        let ratio = DoubleDouble(high: mantissa - 1, low: 0) / DoubleDouble.sum(mantissa, 1)
        let fraction = twiceInverseHyperbolicTangent(ratio)
        let whole = DoubleDouble.sum(exponent * logarithmOfTwo.high, 0) + fraction
        return whole + DoubleDouble.product(exponent, logarithmOfTwo.low)
            + DoubleDouble(
                high: exponent * 1.161_222_722_936_253_2e-26, low: 0)
    }

    /// `log((1 + s) / (1 − s)) = 2 (s + s³/3 + s⁵/5 + …)` for |s| ≤ 0.1716.
    private static func twiceInverseHyperbolicTangent(_ s: DoubleDouble) -> DoubleDouble {
        let square = s * s
        let z = square.high
        var tail = 0.0
        var divisor = 25.0
        while divisor > 4 {
            tail = tail * z + 1 / divisor
            divisor -= 2
        }
        let cube = s * square
        let third = cube * DoubleDouble(high: 1.0 / 3, low: 1.850_371_707_708_594_1e-17)
        let sum = s + (third + DoubleDouble(high: cube.high * z * tail, low: 0))
        return DoubleDouble(high: sum.high * 2, low: sum.low * 2)
    }

    /// `x` to the power `y`, for `x ≥ 0`. `power(0, 0)` is 1.
    public static func power(_ x: Double, _ y: Double) -> Double {
        if y == 0 || x == 1 { return 1 }
        if x == 0 { return y > 0 ? 0 : .infinity }
        if x == .infinity { return y > 0 ? .infinity : 0 }
        let logarithm = extendedLog(x)
        let exponent = logarithm.high * y
        if !(exponent.magnitude < 800) { return exponent > 0 ? .infinity : (exponent < 0 ? 0 : .nan) }
        return exp(logarithm * DoubleDouble(high: y, low: 0))
    }

    /// `x · 2^power`, rounded once when the result is subnormal.
    public static func scaled(_ x: Double, byPowerOfTwo power: Int) -> Double {
        Double(sign: .plus, exponent: power, significand: x)
    }
}
