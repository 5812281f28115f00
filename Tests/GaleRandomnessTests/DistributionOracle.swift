// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics
import Testing

/// What GSL and closed forms say of a specification.
struct DistributionOracle: CustomTestStringConvertible {
    let specification: DistributionSpecification
    let cumulative: @Sendable (Double) -> Double
    let exceedance: @Sendable (Double) -> Double
    let mean: Double?
    let secondMoment: Double?

    var testDescription: String { "\(specification)" }

    private init(
        _ specification: DistributionSpecification, _ functions: DistributionFunctions, mean: Double?,
        secondMoment: Double?
    ) {
        self.specification = specification
        cumulative = { functions.cumulative($0) }
        exceedance = { functions.exceedance($0) }
        self.mean = mean
        self.secondMoment = secondMoment
    }

    static func lognormal(median: Double, sigma: Double) -> DistributionOracle {
        let factor = SpecialFunctions.exponential(sigma * sigma / 2)
        return DistributionOracle(
            .lognormal(median: median, sigma: sigma), .lognormal(median: median, sigma: sigma), mean: median * factor,
            secondMoment: median * median * SpecialFunctions.exponential(2 * sigma * sigma))
    }

    static func gamma(mean: Double, cv: Double) -> DistributionOracle {
        DistributionOracle(
            .gamma(mean: mean, cv: cv), .gamma(shape: 1 / (cv * cv), scale: mean * cv * cv), mean: mean,
            secondMoment: mean * mean * (1 + cv * cv))
    }

    static func erlang(shape: Int, mean: Double) -> DistributionOracle {
        DistributionOracle(
            .erlang(shape: shape, mean: mean), .gamma(shape: Double(shape), scale: mean / Double(shape)), mean: mean,
            secondMoment: mean * mean * (1 + 1 / Double(shape)))
    }

    static func weibull(shape: Double, scale: Double) -> DistributionOracle {
        func moment(_ order: Double) -> Double {
            SpecialFunctions.exponential(SpecialFunctions.logGamma(1 + order / shape))
        }
        return DistributionOracle(
            .weibull(shape: shape, scale: scale), .weibull(shape: shape, scale: scale), mean: scale * moment(1),
            secondMoment: scale * scale * moment(2))
    }

    /// Moments are nil where they are infinite, or where the tail beyond 2⁻⁶⁴ holds more than a thousandth of them.
    static func pareto(minimum: Double, alpha: Double) -> DistributionOracle {
        DistributionOracle(
            .pareto(minimum: minimum, alpha: alpha), .pareto(minimum: minimum, alpha: alpha),
            mean: alpha > 1.2 ? minimum * alpha / (alpha - 1) : nil,
            secondMoment: alpha > 2.4 ? minimum * minimum * alpha / (alpha - 2) : nil)
    }

    static func exponential(mean: Double) -> DistributionOracle {
        DistributionOracle(
            .exponential(mean: mean), .exponential(mean: mean), mean: mean, secondMoment: 2 * mean * mean)
    }

    static func uniform(low: Double, high: Double) -> DistributionOracle {
        DistributionOracle(
            .uniform(low: low, high: high), .uniform(low: low, high: high), mean: (low + high) / 2,
            secondMoment: (low * low + low * high + high * high) / 3)
    }

    /// Two exponential phases that contribute half of the mean each.
    static func hyperexponential(mean: Double, cv: Double) -> DistributionOracle {
        let root = ((cv * cv - 1) / (cv * cv + 1)).squareRoot()
        let weights = [0.5 * (1 + root), 0.5 * (1 - root)]
        let phases = weights.map { DistributionFunctions.exponential(mean: mean / (2 * $0)) }
        return DistributionOracle(
            specification: .hyperexponential(mean: mean, cv: cv),
            cumulative: { weights[0] * phases[0].cumulative($0) + weights[1] * phases[1].cumulative($0) },
            exceedance: { weights[0] * phases[0].exceedance($0) + weights[1] * phases[1].exceedance($0) },
            mean: mean, secondMoment: mean * mean * (1 + cv * cv))
    }

    private init(
        specification: DistributionSpecification, cumulative: @escaping @Sendable (Double) -> Double,
        exceedance: @escaping @Sendable (Double) -> Double, mean: Double?, secondMoment: Double?
    ) {
        self.specification = specification
        self.cumulative = cumulative
        self.exceedance = exceedance
        self.mean = mean
        self.secondMoment = secondMoment
    }

    /// Light and heavy tails, ordinary and extreme shapes, in nanoseconds.
    static let all: [DistributionOracle] = [
        uniform(low: 1e6, high: 3e6), exponential(mean: 1e7), lognormal(median: 45e6, sigma: 0.94),
        lognormal(median: 1e8, sigma: 2.5), gamma(mean: 2e7, cv: 0.5), gamma(mean: 2e7, cv: 1.7),
        gamma(mean: 2e9, cv: 5), gamma(mean: 2e7, cv: 0.05), erlang(shape: 4, mean: 1e7), erlang(shape: 1, mean: 1e7),
        weibull(shape: 0.5, scale: 1e8), weibull(shape: 3, scale: 1e7), pareto(minimum: 1e6, alpha: 3),
        pareto(minimum: 1e6, alpha: 1.5), pareto(minimum: 1e6, alpha: 0.8), hyperexponential(mean: 1e7, cv: 2),
        hyperexponential(mean: 1e9, cv: 20), hyperexponential(mean: 1e7, cv: 1),
    ]
}
