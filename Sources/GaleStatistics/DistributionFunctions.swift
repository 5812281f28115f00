// SPDX-License-Identifier: GPL-3.0-or-later
import CGSL

/// A continuous distribution with its distribution function and quantiles, computed by GSL.
///
/// It uses the C library's mathematics, so its last bits depend on the CPU: for statistics and as the tests' oracle, never on a run's
/// path. Outside a function's domain the value is NaN.
public enum DistributionFunctions: Equatable, Sendable {
    case uniform(low: Double, high: Double)
    case normal(mean: Double, deviation: Double)
    case exponential(mean: Double)
    /// `sigma` is the standard deviation of the logarithm.
    case lognormal(median: Double, sigma: Double)
    /// Mean = `shape` · `scale`.
    case gamma(shape: Double, scale: Double)
    case weibull(shape: Double, scale: Double)
    case pareto(minimum: Double, alpha: Double)
    case studentT(degrees: Double)
    case chiSquared(degrees: Double)
    case fisherF(numerator: Double, denominator: Double)
    case beta(a: Double, b: Double)

    /// The probability of a value up to `x`.
    public func cumulative(_ x: Double) -> Double {
        _ = GSL.errorsAreValues
        switch self {
        case .uniform(let low, let high): return gsl_cdf_flat_P(x, low, high)
        case .normal(let mean, let deviation): return gsl_cdf_gaussian_P(x - mean, deviation)
        case .exponential(let mean): return gsl_cdf_exponential_P(x, mean)
        case .lognormal(let median, let sigma): return x <= 0 ? 0 : gsl_cdf_lognormal_P(x / median, 0, sigma)
        case .gamma(let shape, let scale): return gsl_cdf_gamma_P(x, shape, scale)
        case .weibull(let shape, let scale): return gsl_cdf_weibull_P(x, scale, shape)
        case .pareto(let minimum, let alpha): return gsl_cdf_pareto_P(x, alpha, minimum)
        case .studentT(let degrees): return gsl_cdf_tdist_P(x, degrees)
        case .chiSquared(let degrees): return gsl_cdf_chisq_P(x, degrees)
        case .fisherF(let numerator, let denominator): return gsl_cdf_fdist_P(x, numerator, denominator)
        case .beta(let a, let b): return gsl_cdf_beta_P(x, a, b)
        }
    }

    /// The probability of a value above `x`, accurate where it is small.
    public func exceedance(_ x: Double) -> Double {
        _ = GSL.errorsAreValues
        switch self {
        case .uniform(let low, let high): return gsl_cdf_flat_Q(x, low, high)
        case .normal(let mean, let deviation): return gsl_cdf_gaussian_Q(x - mean, deviation)
        case .exponential(let mean): return gsl_cdf_exponential_Q(x, mean)
        case .lognormal(let median, let sigma): return x <= 0 ? 1 : gsl_cdf_lognormal_Q(x / median, 0, sigma)
        case .gamma(let shape, let scale): return gsl_cdf_gamma_Q(x, shape, scale)
        case .weibull(let shape, let scale): return gsl_cdf_weibull_Q(x, scale, shape)
        case .pareto(let minimum, let alpha): return gsl_cdf_pareto_Q(x, alpha, minimum)
        case .studentT(let degrees): return gsl_cdf_tdist_Q(x, degrees)
        case .chiSquared(let degrees): return gsl_cdf_chisq_Q(x, degrees)
        case .fisherF(let numerator, let denominator): return gsl_cdf_fdist_Q(x, numerator, denominator)
        case .beta(let a, let b): return gsl_cdf_beta_Q(x, a, b)
        }
    }

    /// The value whose `cumulative` is `p`.
    public func quantile(_ p: Double) -> Double {
        _ = GSL.errorsAreValues
        switch self {
        case .uniform(let low, let high): return gsl_cdf_flat_Pinv(p, low, high)
        case .normal(let mean, let deviation): return mean + gsl_cdf_gaussian_Pinv(p, deviation)
        case .exponential(let mean): return gsl_cdf_exponential_Pinv(p, mean)
        case .lognormal(let median, let sigma): return median * gsl_cdf_lognormal_Pinv(p, 0, sigma)
        case .gamma(let shape, let scale): return gsl_cdf_gamma_Pinv(p, shape, scale)
        case .weibull(let shape, let scale): return gsl_cdf_weibull_Pinv(p, scale, shape)
        case .pareto(let minimum, let alpha): return gsl_cdf_pareto_Pinv(p, alpha, minimum)
        case .studentT(let degrees): return gsl_cdf_tdist_Pinv(p, degrees)
        case .chiSquared(let degrees): return gsl_cdf_chisq_Pinv(p, degrees)
        case .fisherF(let numerator, let denominator): return gsl_cdf_fdist_Pinv(p, numerator, denominator)
        case .beta(let a, let b): return gsl_cdf_beta_Pinv(p, a, b)
        }
    }

    /// The value whose `exceedance` is `q`, accurate where it is small.
    public func quantile(exceedance q: Double) -> Double {
        _ = GSL.errorsAreValues
        switch self {
        case .uniform(let low, let high): return gsl_cdf_flat_Qinv(q, low, high)
        case .normal(let mean, let deviation): return mean + gsl_cdf_gaussian_Qinv(q, deviation)
        case .exponential(let mean): return gsl_cdf_exponential_Qinv(q, mean)
        case .lognormal(let median, let sigma): return median * gsl_cdf_lognormal_Qinv(q, 0, sigma)
        case .gamma(let shape, let scale): return gsl_cdf_gamma_Qinv(q, shape, scale)
        case .weibull(let shape, let scale): return gsl_cdf_weibull_Qinv(q, scale, shape)
        case .pareto(let minimum, let alpha): return gsl_cdf_pareto_Qinv(q, alpha, minimum)
        case .studentT(let degrees): return gsl_cdf_tdist_Qinv(q, degrees)
        case .chiSquared(let degrees): return gsl_cdf_chisq_Qinv(q, degrees)
        case .fisherF(let numerator, let denominator): return gsl_cdf_fdist_Qinv(q, numerator, denominator)
        case .beta(let a, let b): return gsl_cdf_beta_Qinv(q, a, b)
        }
    }
}
