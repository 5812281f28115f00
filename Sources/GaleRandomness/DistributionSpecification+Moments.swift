// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension DistributionSpecification {
    /// The moments of a checked specification, in closed form.
    public var moments: DistributionMoments {
        switch self {
        case .constant(let value), .lognormal(let value, 0), .gamma(let value, 0):
            return DistributionMoments(mean: value, variance: 0, skewness: nil)
        case .uniform(let low, let high):
            let width = high - low
            return DistributionMoments(
                mean: (low + high) / 2, variance: width * width / 12, skewness: width > 0 ? 0 : nil)
        case .exponential(let mean): return Self.gammaMoments(mean: mean, cv: 1)
        case .lognormal(let median, let sigma): return Self.lognormalMoments(median: median, sigma: sigma)
        case .gamma(let mean, let cv): return Self.gammaMoments(mean: mean, cv: cv)
        case .erlang(let shape, let mean): return Self.gammaMoments(mean: mean, cv: 1 / Double(shape).squareRoot())
        case .weibull(let shape, let scale): return Self.weibullMoments(shape: shape, scale: scale)
        case .pareto(let minimum, let alpha): return Self.paretoMoments(minimum: minimum, alpha: alpha)
        case .hyperexponential(let mean, let cv): return Self.hyperexponentialMoments(mean: mean, cv: cv)
        case .empirical(let values):
            if values.count == 1 { return DistributionMoments(mean: values[0], variance: 0, skewness: nil) }
            let width = 1 / Double(values.count - 1)
            return DistributionMoments { add in
                for (low, high) in zip(values, values.dropFirst()) { add(low, high, width) }
            }
        }
    }

    private static func gammaMoments(mean: Double, cv: Double) -> DistributionMoments {
        DistributionMoments(mean: mean, variance: mean * cv * (mean * cv), skewness: mean > 0 ? 2 * cv : nil)
    }

    private static func lognormalMoments(median: Double, sigma: Double) -> DistributionMoments {
        let mean = median * PortableMath.exp(sigma * sigma / 2)
        // exp(sigma²) − 1, without cancellation for a small sigma.
        let excess = PortableMath.expMinusOne(sigma * sigma)
        func limited(_ value: Double) -> Double { min(value, .greatestFiniteMagnitude) }
        return DistributionMoments(
            mean: mean, secondMoment: limited(mean * mean * (1 + excess)), variance: limited(mean * mean * excess),
            skewness: median > 0 ? limited((excess + 3) * excess.squareRoot()) : nil)
    }

    private static func weibullMoments(shape: Double, scale: Double) -> DistributionMoments {
        func raw(_ order: Double) -> Double { PortableMath.exp(PortableMath.logGamma(1 + order / shape)) }
        let mean = raw(1)
        let variance = raw(2) - mean * mean
        let third = raw(3) - 3 * mean * variance - mean * mean * mean
        return DistributionMoments(
            mean: scale * mean, variance: scale * scale * variance,
            skewness: scale > 0 ? third / (variance * variance.squareRoot()) : nil)
    }

    private static func paretoMoments(minimum: Double, alpha: Double) -> DistributionMoments {
        guard alpha > 1 else {
            return DistributionMoments(mean: .infinity, variance: .infinity, skewness: nil)
        }
        let mean = minimum * alpha / (alpha - 1)
        guard alpha > 2 else { return DistributionMoments(mean: mean, variance: .infinity, skewness: nil) }
        let variance = mean * mean / (alpha * (alpha - 2))
        let skewness = alpha > 3 ? 2 * (1 + alpha) / (alpha - 3) * ((alpha - 2) / alpha).squareRoot() : .infinity
        return DistributionMoments(mean: mean, variance: variance, skewness: skewness)
    }

    private static func hyperexponentialMoments(mean: Double, cv: Double) -> DistributionMoments {
        // Two phases of rates 2p: E X³ = Σ p · 3! / (2p)³.
        let phases = HyperexponentialQuantile(cv: cv)
        let square = cv * cv
        let raw = 0.75 * (1 / (phases.often * phases.often) + 1 / (phases.seldom * phases.seldom))
        let third = raw - 3 * square - 1
        return DistributionMoments(
            mean: mean, variance: mean * mean * square, skewness: mean > 0 ? third / (square * cv) : nil)
    }
}
