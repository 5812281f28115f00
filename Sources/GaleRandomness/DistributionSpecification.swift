// SPDX-License-Identifier: Apache-2.0

/// A distribution by name and parameters, as a scenario writes it. Quantities are in the unit of what is drawn:
/// nanoseconds for times, bytes for sizes, one for counts.
public enum DistributionSpecification: Equatable, Sendable {
    case constant(Double)
    case uniform(low: Double, high: Double)
    case exponential(mean: Double)
    /// `sigma` is the standard deviation of the logarithm.
    case lognormal(median: Double, sigma: Double)
    case gamma(mean: Double, cv: Double)
    case erlang(shape: Int, mean: Double)
    case weibull(shape: Double, scale: Double)
    case pareto(minimum: Double, alpha: Double)
    /// Two-phase, balanced means; `cv` above 1.
    case hyperexponential(mean: Double, cv: Double)
    /// Sorted sample values, each equally likely, interpolated between.
    case empirical([Double])
}
