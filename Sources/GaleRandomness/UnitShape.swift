// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The shape of a distribution at unit scale: mean 1 for gamma and hyperexponential, median 1 for lognormal, scale 1 for
/// Weibull, minimum 1 for Pareto.
///
/// Quantiles are asked by the probability of the nearer tail, so that they stay accurate down to 2⁻⁶⁴ on either side.
enum UnitShape: Hashable {
    case gamma(shape: Double)
    case lognormal(sigma: Double)
    case weibull(shape: Double)
    case pareto(alpha: Double)
    case hyperexponential(cv: Double)

    /// The value that is exceeded with probability `tail`, 0 < `tail` ≤ ½.
    func quantile(upperTail tail: Double) -> Double {
        switch self {
        case .gamma(let shape): GammaQuantile(shape: shape).value(upperTail: tail)
        case .lognormal(let sigma): PortableMath.exp(sigma * PortableMath.normalQuantile(upperTail: tail))
        case .weibull(let shape): PortableMath.power(-PortableMath.log(tail), 1 / shape)
        case .pareto(let alpha): PortableMath.power(tail, -1 / alpha)
        case .hyperexponential(let cv): HyperexponentialQuantile(cv: cv).value(upperTail: tail)
        }
    }

    /// The value that is not reached with probability `tail`, 0 < `tail` ≤ ½.
    func quantile(lowerTail tail: Double) -> Double {
        switch self {
        case .gamma(let shape): GammaQuantile(shape: shape).value(lowerTail: tail)
        case .lognormal(let sigma): PortableMath.exp(sigma * PortableMath.normalQuantile(tail))
        case .weibull(let shape): PortableMath.power(-PortableMath.logOnePlus(-tail), 1 / shape)
        case .pareto(let alpha): PortableMath.exp(-PortableMath.logOnePlus(-tail) / alpha)
        case .hyperexponential(let cv): HyperexponentialQuantile(cv: cv).value(lowerTail: tail)
        }
    }
}
