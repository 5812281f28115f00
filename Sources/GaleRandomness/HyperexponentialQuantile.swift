// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Quantiles of the two-phase hyperexponential distribution with mean 1 and balanced means (each phase contributes half of
/// the mean): p = ½ (1 ± √((c² − 1) / (c² + 1))), rates 2 p (Whitt 1982; Allen, "Probability, statistics and queueing theory").
///
/// Newton's method from the left: ln S is convex and F concave, so it closes in on the root from one side.
struct HyperexponentialQuantile {
    let often: Double
    let seldom: Double

    init(cv: Double) {
        let square = cv * cv
        let root = ((square - 1) / (square + 1)).squareRoot()
        often = 0.5 * (1 + root)
        // (1 − root) / 2 without cancellation, for large cv.
        seldom = 1 / ((square + 1) * (1 + root))
    }

    func value(upperTail tail: Double) -> Double {
        let target = PortableMath.log(tail)
        var x = 0.0
        for _ in 0..<200 {
            let first = often * PortableMath.exp(-2 * often * x)
            let second = seldom * PortableMath.exp(-2 * seldom * x)
            let survival = first + second
            let step = (PortableMath.log(survival) - target) * survival / (2 * (often * first + seldom * second))
            x += step
            if step <= 1e-15 * x { break }
        }
        return max(0, x)
    }

    func value(lowerTail tail: Double) -> Double {
        var x = 0.0
        for _ in 0..<200 {
            let first = PortableMath.expMinusOne(-2 * often * x)
            let second = PortableMath.expMinusOne(-2 * seldom * x)
            let reached = -(often * first + seldom * second)
            let density = 2 * (often * often * (first + 1) + seldom * seldom * (second + 1))
            let step = (tail - reached) / density
            x += step
            if step <= 1e-15 * x { break }
        }
        return max(0, x)
    }
}
