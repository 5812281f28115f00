// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The first two moments of a service time: all that the Pollaczek–Khinchine formula asks for.
public struct ServiceTime: Equatable, Sendable {
    /// Seconds.
    public let mean: Double
    /// E[S²], square seconds.
    public let secondMoment: Double

    /// - Throws: unless the mean is above 0 and the second moment is finite and not below its square (less what rounding takes).
    public init(mean: Double, secondMoment: Double) throws(QueueingError) {
        try QueueingError.requirePositive(mean, "mean service time")
        try QueueingError.requirePositive(secondMoment, "second moment")
        guard secondMoment >= mean * mean * (1 - 1e-12) else {
            throw .impossibleMoments(mean: mean, secondMoment: secondMoment)
        }
        self.mean = mean
        self.secondMoment = secondMoment
    }

    /// Any distribution by its mean and its coefficient of variation (deviation over mean, 0 or more): gamma, hyperexponential,
    /// lognormal…; the wait in M/G/1 is the same for all of them.
    public init(mean: Double, coefficientOfVariation: Double) throws(QueueingError) {
        guard coefficientOfVariation >= 0, coefficientOfVariation.isFinite else {
            throw .notPositive(parameter: "coefficient of variation", value: coefficientOfVariation)
        }
        try self.init(mean: mean, secondMoment: mean * mean * (1 + coefficientOfVariation * coefficientOfVariation))
    }

    /// Standard deviation over mean.
    public var coefficientOfVariation: Double {
        max(0, secondMoment / (mean * mean) - 1).squareRoot()
    }

    public static func constant(_ seconds: Double) throws(QueueingError) -> ServiceTime {
        try ServiceTime(mean: seconds, secondMoment: seconds * seconds)
    }

    public static func exponential(mean: Double) throws(QueueingError) -> ServiceTime {
        try ServiceTime(mean: mean, secondMoment: 2 * mean * mean)
    }

    /// The sum of `shape` exponential phases.
    public static func erlang(shape: Int, mean: Double) throws(QueueingError) -> ServiceTime {
        try QueueingError.require(shape, atLeast: 1, "the shape")
        return try ServiceTime(mean: mean, secondMoment: mean * mean * (1 + 1 / Double(shape)))
    }

    /// By its median in seconds and the standard deviation of its logarithm: mean = m·e^(σ²/2), E[S²] = m²·e^(2σ²).
    public static func lognormal(median: Double, sigma: Double) throws(QueueingError) -> ServiceTime {
        try QueueingError.requirePositive(median, "median")
        guard sigma >= 0, sigma.isFinite else { throw .notPositive(parameter: "sigma", value: sigma) }
        return try ServiceTime(
            mean: median * exp(sigma * sigma / 2), secondMoment: median * median * exp(2 * sigma * sigma))
    }

    /// By its median and its 99th percentile, both in seconds.
    public static func lognormal(median: Double, p99: Double) throws(QueueingError) -> ServiceTime {
        try QueueingError.requirePositive(median, "median")
        try QueueingError.requirePositive(p99, "p99")
        let normal = DistributionFunctions.normal(mean: 0, deviation: 1).quantile(0.99)
        return try lognormal(median: median, sigma: log(p99 / median) / normal)
    }

    /// A mixture of exponential branches: each is chosen with its probability (they sum to 1) and has its mean, in seconds.
    public static func hyperexponential(
        branches: [(probability: Double, mean: Double)]
    ) throws(QueueingError) -> ServiceTime {
        var mean = 0.0
        var secondMoment = 0.0
        var total = 0.0
        for branch in branches {
            try QueueingError.requirePositive(branch.probability, "probability of a branch")
            try QueueingError.requirePositive(branch.mean, "mean of a branch")
            mean += branch.probability * branch.mean
            secondMoment += 2 * branch.probability * branch.mean * branch.mean
            total += branch.probability
        }
        guard (total - 1).magnitude < 1e-9 else {
            throw .notPositive(parameter: "sum of probabilities, 1,", value: total)
        }
        return try ServiceTime(mean: mean, secondMoment: secondMoment)
    }
}
