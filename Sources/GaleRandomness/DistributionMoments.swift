// SPDX-License-Identifier: Apache-2.0

/// The moments of a distribution, in the unit of what is drawn (and its square).
///
/// `.infinity` means that the moment is infinite; a finite one too large for a `Double` is `greatestFiniteMagnitude`.
public struct DistributionMoments: Equatable, Sendable {
    public var mean: Double
    /// The mean of the square: what waiting times depend on (Pollaczek and Khinchine).
    public var secondMoment: Double
    /// The mean square of the distance to the mean.
    public var variance: Double
    /// The mean cube of the distance to the mean over the cube of the standard deviation; nil without spread, or where the
    /// variance is not finite.
    public var skewness: Double?

    public init(mean: Double, secondMoment: Double, variance: Double, skewness: Double?) {
        self.mean = mean
        self.secondMoment = secondMoment
        self.variance = variance
        self.skewness = skewness
    }

    public var standardDeviation: Double { variance.squareRoot() }

    /// The standard deviation over the mean; nil where the mean is 0 or infinite.
    public var variationCoefficient: Double? {
        mean > 0 && mean < .infinity ? standardDeviation / mean : nil
    }

    /// From mean, variance and skewness.
    init(mean: Double, variance: Double, skewness: Double?) {
        self.init(mean: mean, secondMoment: variance + mean * mean, variance: variance, skewness: skewness)
    }

    /// Of a piecewise linear quantile function: `segments` calls its argument with each piece's ends and probability, twice
    /// the same.
    init(segments: ((_ low: Double, _ high: Double, _ width: Double) -> Void) -> Void) {
        var first = 0.0
        var second = 0.0
        segments { low, high, width in
            first += width * (low + high) / 2
            second += width * (low * low + low * high + high * high) / 3
        }
        // Central moments in a pass of their own: taken from the raw ones they would cancel where the spread is small.
        var variance = 0.0
        var third = 0.0
        segments { low, high, width in
            let a = low - first
            let b = high - first
            variance += width * (a * a + a * b + b * b) / 3
            third += width * (a + b) * (a * a + b * b) / 4
        }
        let deviation = variance.squareRoot()
        // A constant's knots differ from its mean by rounding at most.
        let isSpread = deviation > 1e-13 * first
        self.init(
            mean: first, secondMoment: second, variance: isSpread ? variance : 0,
            skewness: isSpread ? third / (deviation * variance) : nil)
    }
}
