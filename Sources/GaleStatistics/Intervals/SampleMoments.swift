// SPDX-License-Identifier: GPL-3.0-or-later

/// Mean and spread of samples, by two passes in their order.
public struct SampleMoments: Equatable, Sendable {
    public let count: Int
    public let mean: Double
    /// The unbiased estimate, divided by `count` − 1; 0 for a single sample.
    public let variance: Double

    /// - Throws: when there is no sample, or one is not finite.
    public init(_ samples: [Double]) throws(StatisticsError) {
        try StatisticsError.requireSamples(samples, atLeast: 1)
        // Scaled first, so that the sum of large samples stays finite.
        let size = Double(samples.count)
        var mean = 0.0
        for sample in samples { mean += sample / size }
        var squares = 0.0
        var rest = 0.0
        for sample in samples {
            squares += (sample - mean) * (sample - mean)
            rest += sample - mean
        }
        count = samples.count
        self.mean = mean + rest / size
        // The second term takes out what rounding left in the mean (Chan, Golub and LeVeque, 1983).
        variance = samples.count > 1 ? max(0, squares - rest * rest / size) / (size - 1) : 0
    }

    public var deviation: Double { variance.squareRoot() }
    /// Of the mean, if the samples are independent.
    public var standardError: Double { (variance / Double(count)).squareRoot() }
}
