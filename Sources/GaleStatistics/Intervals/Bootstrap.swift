// SPDX-License-Identifier: GPL-3.0-or-later

/// The bootstrap: intervals for any statistic, by computing it again and again on samples drawn with replacement.
///
/// The samples must be independent: replications, not the customers of one queue. With few of them (below 20 or so) percentile
/// intervals are too narrow. Deterministic: equal samples and seed give equal intervals. Source: B. Efron and R. J. Tibshirani, *An
/// Introduction to the Bootstrap* (1993), chapters 13 and 14.
public struct Bootstrap: Sendable {
    /// The statistic of the samples themselves.
    public let estimate: Double
    /// The statistic of each resample, in rising order.
    public let replicates: [Double]
    /// Of the statistic over the samples with one left out, for BCa: a measure of how its spread changes with its value.
    private let acceleration: Double

    /// - Parameters:
    ///   - samples: at least two.
    ///   - resamples: at least 100; 2,000 give the ends of a 95 % interval to about a twentieth of its width.
    ///   - seed: of the resamples.
    ///   - statistic: is called with as many values as there are samples, and once for each sample with one fewer. It must be finite.
    /// - Throws: with too few samples or resamples, or when a sample or a statistic is not finite.
    public init(
        _ samples: [Double], resamples: Int = 2000, seed: UInt64 = 1, statistic: ([Double]) -> Double
    ) throws(StatisticsError) {
        try StatisticsError.requireSamples(samples, atLeast: 2)
        guard resamples >= 100 else { throw .tooFewSamples(count: resamples, minimum: 100) }
        estimate = statistic(samples)
        var generator = ResamplingGenerator(seed: seed)
        var resample = samples
        var replicates: [Double] = []
        replicates.reserveCapacity(resamples)
        for _ in 0..<resamples {
            for index in resample.indices { resample[index] = samples[generator.index(below: samples.count)] }
            replicates.append(statistic(resample))
        }
        acceleration = Self.acceleration(samples, statistic)
        for value in [estimate, acceleration] + replicates where !value.isFinite { throw .notFinite(value) }
        self.replicates = replicates.sorted()
    }

    /// A sixth of the skewness of the jackknife's values.
    private static func acceleration(_ samples: [Double], _ statistic: ([Double]) -> Double) -> Double {
        let values = samples.indices.map { left in
            var rest = samples
            rest.remove(at: left)
            return statistic(rest)
        }
        let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
        var squares = 0.0
        var cubes = 0.0
        for value in values {
            let difference = mean - value
            squares += difference * difference
            cubes += difference * difference * difference
        }
        return squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
    }

    /// The middle `level` of the replicates.
    public func percentileInterval(level: Double = 0.95) throws(StatisticsError) -> ConfidenceInterval {
        try StatisticsError.requireLevel(level)
        return interval(from: (1 - level) / 2, to: (1 + level) / 2, level: level)
    }

    /// The bias-corrected and accelerated interval: the percentiles moved by the bias of the replicates and by the skewness.
    ///
    /// Its error falls with 1/n rather than 1/√n; for the mean of skewed samples it covers more evenly on both sides.
    public func biasCorrectedInterval(level: Double = 0.95) throws(StatisticsError) -> ConfidenceInterval {
        try StatisticsError.requireLevel(level)
        let normal = DistributionFunctions.normal(mean: 0, deviation: 1)
        var below = 0.0
        for replicate in replicates {
            if replicate < estimate { below += 1 } else if replicate == estimate { below += 0.5 }
        }
        // Kept off 0 and 1, where the correction would be infinite.
        let share = min(
            max(below / Double(replicates.count), 0.5 / Double(replicates.count)), 1 - 0.5 / Double(replicates.count))
        let bias = normal.quantile(share)
        func moved(_ p: Double) -> Double {
            let z = bias + normal.quantile(p)
            // Beyond 1 the correction turns round; such an acceleration only comes from a handful of samples.
            return normal.cumulative(bias + z / max(0.05, 1 - acceleration * z))
        }
        return interval(from: moved((1 - level) / 2), to: moved((1 + level) / 2), level: level)
    }

    private func interval(from low: Double, to high: Double, level: Double) -> ConfidenceInterval {
        ConfidenceInterval(estimate: estimate, lower: replicate(low), upper: replicate(high), level: level)
    }

    /// The replicate at a probability, between the two nearest: rank p(B + 1), held within 1…B.
    private func replicate(_ p: Double) -> Double {
        let place = min(max(p * Double(replicates.count + 1), 1), Double(replicates.count)) - 1
        let index = min(Int(place), replicates.count - 2)
        let share = place - Double(index)
        return replicates[index] * (1 - share) + replicates[index + 1] * share
    }
}
