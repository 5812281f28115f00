// SPDX-License-Identifier: Apache-2.0

extension DistributionSpecification {
    /// What is wrong with the parameters, as the end of a sentence ("the mean must …"), or nil when they can be drawn from.
    public var problem: String? {
        switch self {
        case .constant(let value): return Self.quantity(value, "the value")
        case .uniform(let low, let high):
            return Self.quantity(low, "the lower end") ?? Self.quantity(high, "the upper end")
                ?? (low <= high ? nil : "the lower end must not be above the upper end")
        case .exponential(let mean): return Self.quantity(mean, "the mean")
        case .lognormal(let median, let sigma):
            return Self.quantity(median, "the median") ?? Self.number(sigma, "sigma", 0, 20)
        case .gamma(let mean, let cv):
            return Self.quantity(mean, "the mean") ?? (cv == 0 ? nil : Self.number(cv, "cv", 0.01, 100))
        case .erlang(let shape, let mean):
            return Self.quantity(mean, "the mean")
                ?? ((1...10_000).contains(shape)
                    ? nil : "the shape must be a whole number from 1 to 10000, not \(shape)")
        case .weibull(let shape, let scale):
            return Self.quantity(scale, "the scale") ?? Self.number(shape, "the shape", 0.05, 1000)
        case .pareto(let minimum, let alpha):
            return Self.quantity(minimum, "the minimum") ?? Self.number(alpha, "alpha", 0.05, 1000)
                ?? (minimum > 0 ? nil : "the minimum must be above 0")
        case .hyperexponential(let mean, let cv):
            return Self.quantity(mean, "the mean") ?? Self.number(cv, "cv", 1, 10_000)
        case .empirical(let values): return Self.sampleProblem(values)
        }
    }

    /// The largest quantity accepted: in nanoseconds, 31 years.
    private static let largest = 1e18

    private static func quantity(_ value: Double, _ name: String) -> String? {
        if !value.isFinite { return "\(name) must be a finite number" }
        if value < 0 { return "\(name) must not be negative, but is \(value)" }
        return value <= largest ? nil : "\(name) is absurdly large: \(value) is above \(largest)"
    }

    private static func number(_ value: Double, _ name: String, _ low: Double, _ high: Double) -> String? {
        if !value.isFinite { return "\(name) must be a finite number" }
        return value >= low && value <= high ? nil : "\(name) must lie between \(low) and \(high), but is \(value)"
    }

    private static func sampleProblem(_ values: [Double]) -> String? {
        if values.isEmpty { return "an empirical distribution needs at least one value" }
        if values.count > 10_000_000 { return "an empirical distribution must not have more than 10 million values" }
        var previous = 0.0
        for value in values {
            if let problem = quantity(value, "a value") { return problem }
            if value < previous { return "the values must be sorted, but \(value) follows \(previous)" }
            previous = value
        }
        return nil
    }
}
