// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleScenarioLanguage
import GaleStatistics
import Testing

/// What GSL and closed forms say of a distribution's text. The numbers are given apart from the text, so reading it is tested too.
struct DistributionOracle: CustomTestStringConvertible {
    let text: String
    /// As the language reads the text; nil when it can't.
    let parsed: DistributionSpecification?
    let cumulative: @Sendable (Double) -> Double
    let exceedance: @Sendable (Double) -> Double
    /// Infinite where they are.
    let mean: Double
    let secondMoment: Double
    /// A density without jumps: its moments can be had by integrating the exceedance.
    let isSmooth: Bool
    /// k where quantiles near 0 go like u^k. Between knots, of which an octave has 64, a straight line is off by up to
    /// k (k − 1) / 8 · 64⁻² there: 1.9 % for the gamma distribution with cv 5, whose k is 25, and nothing to speak of for others.
    var steepness = 1.0

    var lowerTolerance: Double { max(1e-3, steepness * steepness / 8 / 4096) }
    var cumulativeTolerance: Double { max(2e-5, steepness / 8 / 4096) }

    var testDescription: String { text }

    /// `parsed`, or something that fails every test.
    var specification: DistributionSpecification { parsed ?? .constant(123_456_789) }

    init(
        _ text: String, mean: Double, secondMoment: Double, isSmooth: Bool = true,
        cumulative: @escaping @Sendable (Double) -> Double, exceedance: @escaping @Sendable (Double) -> Double
    ) {
        self.text = text
        parsed = try? DistributionReader.read(text).specification
        self.mean = mean
        self.secondMoment = secondMoment
        self.isSmooth = isSmooth
        self.cumulative = cumulative
        self.exceedance = exceedance
    }

    private init(
        _ text: String, _ functions: DistributionFunctions, mean: Double, secondMoment: Double, isSmooth: Bool = true
    ) {
        self.init(
            text, mean: mean, secondMoment: secondMoment, isSmooth: isSmooth,
            cumulative: { functions.cumulative($0) }, exceedance: { functions.exceedance($0) })
    }

    static func constant(_ text: String, _ value: Double) -> DistributionOracle {
        DistributionOracle(
            text, mean: value, secondMoment: value * value, isSmooth: false, cumulative: { $0 >= value ? 1 : 0 },
            exceedance: { $0 >= value ? 0 : 1 })
    }

    static func uniform(_ text: String, low: Double, high: Double) -> DistributionOracle {
        DistributionOracle(
            text, .uniform(low: low, high: high), mean: (low + high) / 2,
            secondMoment: (low * low + low * high + high * high) / 3, isSmooth: false)
    }

    static func exponential(_ text: String, mean: Double) -> DistributionOracle {
        DistributionOracle(text, .exponential(mean: mean), mean: mean, secondMoment: 2 * mean * mean)
    }

    static func lognormal(_ text: String, median: Double, sigma: Double) -> DistributionOracle {
        DistributionOracle(
            text, .lognormal(median: median, sigma: sigma),
            mean: median * SpecialFunctions.exponential(sigma * sigma / 2),
            secondMoment: median * median * SpecialFunctions.exponential(2 * sigma * sigma))
    }

    /// `p` of all draws do not exceed `value`.
    static func lognormal(_ text: String, median: Double, p: Double, value: Double) -> DistributionOracle {
        let quantile = DistributionFunctions.normal(mean: 0, deviation: 1).quantile(p)
        return lognormal(text, median: median, sigma: SpecialFunctions.logarithm(value / median) / quantile)
    }

    static func gamma(_ text: String, mean: Double, cv: Double) -> DistributionOracle {
        var oracle = DistributionOracle(
            text, .gamma(shape: 1 / (cv * cv), scale: mean * cv * cv), mean: mean,
            secondMoment: mean * mean * (1 + cv * cv))
        oracle.steepness = max(1, cv * cv)
        return oracle
    }

    static func erlang(_ text: String, shape: Double, mean: Double) -> DistributionOracle {
        DistributionOracle(
            text, .gamma(shape: shape, scale: mean / shape), mean: mean, secondMoment: mean * mean * (1 + 1 / shape))
    }

    static func weibull(_ text: String, shape: Double, scale: Double) -> DistributionOracle {
        func moment(_ order: Double) -> Double {
            SpecialFunctions.exponential(SpecialFunctions.logGamma(1 + order / shape))
        }
        return DistributionOracle(
            text, .weibull(shape: shape, scale: scale), mean: scale * moment(1),
            secondMoment: scale * scale * moment(2))
    }

    static func pareto(_ text: String, minimum: Double, alpha: Double) -> DistributionOracle {
        DistributionOracle(
            text, .pareto(minimum: minimum, alpha: alpha),
            mean: alpha > 1 ? minimum * alpha / (alpha - 1) : .infinity,
            secondMoment: alpha > 2 ? minimum * minimum * alpha / (alpha - 2) : .infinity)
    }

    /// Two exponential phases that contribute half of the mean each.
    static func hyperexponential(_ text: String, mean: Double, cv: Double) -> DistributionOracle {
        let root = ((cv * cv - 1) / (cv * cv + 1)).squareRoot()
        let weights = [0.5 * (1 + root), 0.5 * (1 - root)]
        let phases = weights.map { DistributionFunctions.exponential(mean: mean / (2 * $0)) }
        return DistributionOracle(
            text, mean: mean, secondMoment: mean * mean * (1 + cv * cv),
            cumulative: { weights[0] * phases[0].cumulative($0) + weights[1] * phases[1].cumulative($0) },
            exceedance: { weights[0] * phases[0].exceedance($0) + weights[1] * phases[1].exceedance($0) })
    }

    /// A mixture of uniform distributions between neighbours, each as likely; between equal ones it jumps.
    static func empirical(_ text: String, _ values: [Double]) -> DistributionOracle {
        let pairs = Array(zip(values, values.dropFirst()))
        let share = 1 / Double(pairs.count)
        return DistributionOracle(
            text, mean: share * pairs.reduce(0) { $0 + ($1.0 + $1.1) / 2 },
            secondMoment: share * pairs.reduce(0) { $0 + ($1.0 * $1.0 + $1.0 * $1.1 + $1.1 * $1.1) / 3 },
            isSmooth: false,
            cumulative: { x in
                share
                    * pairs.reduce(0) { sum, pair in
                        let part = DistributionFunctions.uniform(low: pair.0, high: pair.1)
                        return sum + (pair.0 < pair.1 ? part.cumulative(x) : x >= pair.0 ? 1 : 0)
                    }
            },
            exceedance: { x in
                share
                    * pairs.reduce(0) { sum, pair in
                        let part = DistributionFunctions.uniform(low: pair.0, high: pair.1)
                        return sum + (pair.0 < pair.1 ? part.exceedance(x) : x >= pair.0 ? 0 : 1)
                    }
            })
    }

    /// The means of min(X, `limit`) and of its square by integrating GSL's exceedance over a logarithmic scale.
    func integratedMoments(limit: Double) -> (mean: Double, secondMoment: Double) {
        let centre = SpecialFunctions.logarithm(specification.quantile(0.5))
        let end = min(centre + 80, SpecialFunctions.logarithm(limit))
        let step = 0.004
        var first = 0.0
        var second = 0.0
        var position = end - step / 2
        while position > centre - 60 {
            let x = SpecialFunctions.exponential(position)
            let weight = x * exceedance(x) * step
            first += weight
            second += 2 * x * weight
            position -= step
        }
        return (first, second)
    }
}
