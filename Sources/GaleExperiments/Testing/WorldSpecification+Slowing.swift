// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GaleRandomness

extension WorldSpecification {
    /// Makes all work, and the time between the tokens of every limit, longer by a factor.
    mutating func slowDown(by factor: Double) {
        for stage in stages.indices {
            for step in stages[stage].steps.indices {
                guard case .compute(let duration) = stages[stage].steps[step] else { continue }
                stages[stage].steps[step] = .compute(duration.scaled(by: factor))
            }
        }
        for policy in policies.indices {
            for limit in policies[policy].policy.limits.indices {
                let rate = Double(policies[policy].policy.limits[limit].ratePerSecondMicros)
                policies[policy].policy.limits[limit].ratePerSecondMicros = Int64((rate / factor).rounded())
            }
        }
    }
}

extension DistributionSpecification {
    /// The distribution of `factor` times what this one draws.
    func scaled(by factor: Double) -> DistributionSpecification {
        switch self {
        case .constant(let value): .constant(value * factor)
        case .uniform(let low, let high): .uniform(low: low * factor, high: high * factor)
        case .exponential(let mean): .exponential(mean: mean * factor)
        case .lognormal(let median, let sigma): .lognormal(median: median * factor, sigma: sigma)
        case .gamma(let mean, let cv): .gamma(mean: mean * factor, cv: cv)
        case .erlang(let shape, let mean): .erlang(shape: shape, mean: mean * factor)
        case .weibull(let shape, let scale): .weibull(shape: shape, scale: scale * factor)
        case .pareto(let minimum, let alpha): .pareto(minimum: minimum * factor, alpha: alpha)
        case .hyperexponential(let mean, let cv): .hyperexponential(mean: mean * factor, cv: cv)
        case .empirical(let values): .empirical(values.map { $0 * factor })
        }
    }
}
