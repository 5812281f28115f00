// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Quantiles of the gamma distribution with mean 1, by Newton's method on the logarithm of the tail probability against the
/// logarithm of the value, kept inside a bracket.
struct GammaQuantile {
    let shape: Double
    private let logGamma: Double

    init(shape: Double) {
        self.shape = shape
        logGamma = PortableMath.logGamma(shape)
    }

    func value(upperTail tail: Double) -> Double {
        if shape == 1 { return -PortableMath.log(tail) }
        let z = PortableMath.normalQuantile(upperTail: tail)
        return value(logLower: PortableMath.logOnePlus(-tail), logUpper: PortableMath.log(tail), upper: true, z)
    }

    func value(lowerTail tail: Double) -> Double {
        if shape == 1 { return -PortableMath.logOnePlus(-tail) }
        let z = PortableMath.normalQuantile(tail)
        return value(logLower: PortableMath.log(tail), logUpper: PortableMath.logOnePlus(-tail), upper: false, z)
    }

    private func value(logLower: Double, logUpper: Double, upper: Bool, _ z: Double) -> Double {
        // Near 0 the distribution function is x^a / Γ(a + 1), but for a factor of 1 − O(x).
        let asymptote = (logLower + logGamma + PortableMath.log(shape)) / shape
        if asymptote < -36 { return PortableMath.exp(asymptote) / shape }
        return solve(upper ? logUpper : logLower, upper: upper, start: asymptote < -1 ? asymptote : start(z))
    }

    /// The logarithm of Wilson and Hilferty's approximation (1931) for the normal quantile `z`.
    private func start(_ z: Double) -> Double {
        let ninth = 1 / (9 * shape)
        let root = 1 - ninth + z * ninth.squareRoot()
        return root > 0.05 ? PortableMath.log(shape * root * root * root) : PortableMath.log(shape) - 3
    }

    /// Solves log P = `target` (log Q when `upper`) for the logarithm of x; returns x / shape.
    private func solve(_ target: Double, upper: Bool, start: Double) -> Double {
        var y = start
        var low = -800.0
        var high = 800.0
        var lastStep = Double.infinity
        for _ in 0..<200 {
            let x = PortableMath.exp(y)
            let logs = PortableMath.logIncompleteGamma(shape: shape, x, logGamma: logGamma)
            let reached = upper ? logs.upper : logs.lower
            let surplus = upper ? target - reached : reached - target
            if surplus > 0 { high = y } else { low = y }
            // d log P / d log x = x · density / P, and the same with a minus for Q.
            let slope = PortableMath.exp(shape * y - x - logGamma - reached)
            // Steps of at most 2: far out in a tail the slope drowns in rounding, and the step would be noise.
            var next = y - min(2, max(-2, surplus / slope))
            if !(next > low && next < high) { next = 0.5 * (max(low, y - 2) + min(high, y + 2)) }
            let step = (next - y).magnitude
            y = next
            // Rounding noise ends the quadratic convergence; from there on steps no longer shrink.
            if step <= 1e-14 || (step < 1e-6 && step >= lastStep) { break }
            lastStep = step
        }
        return PortableMath.exp(y) / shape
    }
}
