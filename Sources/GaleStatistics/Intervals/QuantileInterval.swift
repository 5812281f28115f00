// SPDX-License-Identifier: GPL-3.0-or-later
import GaleMeasurement

/// A confidence interval for a quantile, without any assumption on the distribution of the samples but their independence.
///
/// The number of n samples up to the true q-quantile is binomial. So the r-th and the s-th smallest sample enclose it with the
/// probability P(r ≤ Bin(n, q) ≤ s − 1), for continuous distributions, and at least that for others. Source: H. A. David and
/// H. N. Nagaraja, *Order Statistics* (3rd ed., 2003), section 7.1. Latencies of one queue depend on their neighbours: for them
/// it is too narrow, and replications are the remedy.
public struct QuantileInterval: Equatable, Sendable {
    /// The rank (from 1) of the lower bound; 0 when no sample is low enough to be one.
    public let lowerRank: Int
    /// The rank of the upper bound; one more than there are samples when none is high enough.
    public let upperRank: Int
    /// The probability that the interval encloses the quantile: at least what was asked for.
    public let coverage: Double
    /// The rank of the estimate: ⌈qn⌉, at least 1.
    public let rank: Int

    /// The ranks for `count` samples: each side misses with at most half of what the level leaves.
    ///
    /// - Parameters:
    ///   - quantile: above 0 and below 1.
    ///   - count: at least 1.
    ///   - level: above 0 and below 1.
    public init(quantile: Double, count: Int, level: Double = 0.95) throws(StatisticsError) {
        try StatisticsError.requireLevel(level)
        guard quantile > 0, quantile < 1 else { throw .probabilityOutOfRange(quantile) }
        guard count >= 1 else { throw .tooFewSamples(count: count, minimum: 1) }
        let successes = BinomialDistribution(trials: count, probability: quantile)
        lowerRank = successes.lowest(tail: (1 - level) / 2)
        upperRank = successes.highest(tail: (1 - level) / 2) + 1
        coverage = successes.probability(of: lowerRank...upperRank - 1)
        let product = quantile * Double(count)
        // What rounding alone lifted above a whole number doesn't count.
        rank = min(count, max(1, Int((product * (1 - 0x1p-50)).rounded(.up))))
    }
}

extension ConfidenceInterval {
    /// The interval for a quantile from samples in rising order.
    ///
    /// - Throws: without samples, and when `quantile` or `level` is not above 0 and below 1.
    public init(quantile: Double, ofSorted samples: [Double], level: Double = 0.95) throws(StatisticsError) {
        let ranks = try QuantileInterval(quantile: quantile, count: samples.count, level: level)
        self.init(
            estimate: samples[ranks.rank - 1],
            lower: ranks.lowerRank >= 1 ? samples[ranks.lowerRank - 1] : -.infinity,
            upper: ranks.upperRank <= samples.count ? samples[ranks.upperRank - 1] : .infinity, level: level)
    }

    /// The interval for a quantile of what a histogram recorded: from the lowest value of the lower rank's bucket to the highest of the
    /// upper rank's, so that rounding to buckets only widens it.
    ///
    /// - Parameter infinite: samples above every value, such as messages that were never delivered.
    /// - Throws: without samples, and when `quantile` or `level` is not above 0 and below 1.
    public init(
        quantile: Double, of histogram: Histogram, plusInfinite infinite: Int64 = 0, level: Double = 0.95
    ) throws(StatisticsError) {
        guard infinite >= 0 else { throw .countOutOfRange(count: Int(infinite), trials: Int(histogram.count)) }
        let count = Int(histogram.count + infinite)
        let ranks = try QuantileInterval(quantile: quantile, count: count, level: level)
        var lower = ranks.lowerRank >= 1 ? Double.infinity : -Double.infinity
        var upper = Double.infinity
        var seen: Int64 = 0
        for bucket in histogram.buckets {
            let before = seen
            seen += bucket.count
            let held = Int(before) + 1...Int(seen)
            if held.contains(ranks.lowerRank) { lower = Double(max(bucket.lowest, histogram.min ?? 0)) }
            if held.contains(ranks.upperRank) { upper = Double(min(bucket.highest, histogram.max ?? .max)) }
        }
        let estimate = histogram.value(atQuantile: quantile, plusInfinite: infinite).map(Double.init) ?? .infinity
        self.init(estimate: estimate, lower: lower, upper: upper, level: level)
    }
}
