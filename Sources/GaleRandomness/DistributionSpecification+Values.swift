// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension DistributionSpecification {
    /// The lognormal distribution with this median whose 99th percentile is `p99`.
    public static func lognormal(median: Double, p99: Double) -> DistributionSpecification {
        lognormal(median: median, quantile: 0.99, value: p99)
    }

    /// The lognormal distribution with this median and the given quantile, ½ < `quantile` < 1.
    ///
    /// A value below the median gives a negative sigma, and a median of 0 one that is not finite: `problem` says so.
    public static func lognormal(median: Double, quantile: Double, value: Double) -> DistributionSpecification {
        if value == median { return .lognormal(median: median, sigma: 0) }
        let sigma = PortableMath.log(value / median) / PortableMath.normalQuantile(upperTail: 1 - quantile)
        return .lognormal(median: median, sigma: sigma)
    }

    /// The mean of a checked specification; infinite for Pareto with alpha ≤ 1.
    public var mean: Double { moments.mean }

    /// The value that is not exceeded with probability `p`, 0 ≤ `p` ≤ 1, of a checked specification.
    public func quantile(_ p: Double) -> Double {
        switch self {
        case .constant(let value): return value
        case .uniform(let low, let high): return low + (high - low) * p
        case .lognormal(let median, 0): return median
        case .gamma(let mean, 0): return mean
        case .exponential(let mean): return mean * Self.quantile(.gamma(shape: 1), p)
        case .lognormal(let median, let sigma): return median * Self.quantile(.lognormal(sigma: sigma), p)
        case .gamma(let mean, let cv): return mean * Self.quantile(.gamma(shape: 1 / (cv * cv)), p)
        case .erlang(let shape, let mean): return mean * Self.quantile(.gamma(shape: Double(shape)), p)
        case .weibull(let shape, let scale): return scale * Self.quantile(.weibull(shape: shape), p)
        case .pareto(let minimum, let alpha): return minimum * Self.quantile(.pareto(alpha: alpha), p)
        case .hyperexponential(let mean, let cv): return mean * Self.quantile(.hyperexponential(cv: cv), p)
        case .empirical(let values):
            let position = p * Double(values.count - 1)
            let index = min(Int(position), values.count - 1)
            let next = min(index + 1, values.count - 1)
            return values[index] + (values[next] - values[index]) * (position - Double(index))
        }
    }

    private static func quantile(_ shape: UnitShape, _ p: Double) -> Double {
        let tail = 0x1p-64
        return p > 0.5 ? shape.quantile(upperTail: max(1 - p, tail)) : shape.quantile(lowerTail: max(p, tail))
    }
}
