// SPDX-License-Identifier: GPL-3.0-or-later

/// Batch means: an interval for the steady-state mean from one long run, whose samples depend on their neighbours.
///
/// The run is cut into batches of equal length. Where they are much longer than the memory of the samples, their means are
/// nearly independent and normal, and Student's t applies. Whether they are long enough is what `independence` looks at; it
/// can't see a dependence that is longer than the run. Remove the transient first (`TransientRemoval`). Source: A. M. Law,
/// *Simulation Modeling and Analysis* (5th ed., 2015), section 9.5.3.
public struct BatchMeans: Equatable, Sendable {
    /// In the order of the run.
    public let means: [Double]
    /// Samples of a batch.
    public let batchSize: Int
    /// Samples at the beginning of the run that fill no batch and are left out.
    public let leftOut: Int

    /// Cuts a run into that many batches.
    ///
    /// - Parameters:
    ///   - samples: in the order of the run, without its transient.
    ///   - batches: at least 2; 10 to 30 are usual. The rest of the division is left out at the beginning.
    /// - Throws: with fewer samples than batches, fewer than 2 batches, or a sample that is not finite.
    public init(_ samples: [Double], batches: Int) throws(StatisticsError) {
        guard batches >= 2 else { throw .tooFewSamples(count: batches, minimum: 2) }
        try StatisticsError.requireSamples(samples, atLeast: batches)
        self.init(cutting: samples.count, batches: batches) { batch in
            batch.reduce(0) { $0 + samples[$1] / Double(batch.count) }
        }
    }

    /// Cuts a ratio of sums, such as of latencies to messages by time slot: what is a mean elsewhere is a batch's ratio.
    ///
    /// - Parameters:
    ///   - numerators: in the order of the run, without its transient.
    ///   - denominators: as many. A batch of which they sum to 0 has no ratio.
    ///   - batches: at least 2.
    /// - Throws: as `init(_:batches:)`, when the counts differ, and when a batch has no ratio.
    public init(ratioOf numerators: [Double], to denominators: [Double], batches: Int) throws(StatisticsError) {
        guard numerators.count == denominators.count else {
            throw .unequalCounts(numerators.count, denominators.count)
        }
        guard batches >= 2 else { throw .tooFewSamples(count: batches, minimum: 2) }
        try StatisticsError.requireSamples(numerators, atLeast: batches)
        self.init(cutting: numerators.count, batches: batches) { batch in
            numerators[batch].reduce(0, +) / denominators[batch].reduce(0, +)
        }
        if let odd = means.first(where: { !$0.isFinite }) { throw .notFinite(odd) }
    }

    private init(cutting count: Int, batches: Int, mean: (Range<Int>) -> Double) {
        batchSize = count / batches
        leftOut = count - batchSize * batches
        means = stride(from: leftOut, to: count, by: batchSize).map { mean($0..<$0 + count / batches) }
    }

    /// Cuts a run into as many of 64, 48, 32, 24, 16 and 12 batches as still look independent at 20 %, or into 10.
    ///
    /// Fewer, longer batches depend less on each other, but give wider intervals. A loose level errs towards longer ones.
    /// - Throws: with fewer than 10 samples, or one that is not finite.
    public init(_ samples: [Double]) throws(StatisticsError) {
        try StatisticsError.requireSamples(samples, atLeast: 10)
        for batches in [64, 48, 32, 24, 16, 12] where samples.count >= batches {
            let cut = try BatchMeans(samples, batches: batches)
            if cut.independence > 0.2 {
                self = cut
                return
            }
        }
        try self.init(samples, batches: 10)
    }

    /// The correlation between neighbouring batch means; about 0 when they are independent, 0 when all are equal.
    public var lagOneAutocorrelation: Double {
        let deviations = self.deviations
        let squares = deviations.reduce(0) { $0 + $1 * $1 }
        guard squares > 0 else { return 0 }
        return zip(deviations, deviations.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / squares
    }

    /// The probability of a correlation at least this large if the batch means are independent and normal: small values speak for
    /// longer batches.
    ///
    /// J. von Neumann's test (1941): the lag-1 autocorrelation with its ends corrected has mean 0 and the variance
    /// (b − 2)/(b² − 1), and is nearly normal from 8 batches on.
    public var independence: Double {
        let deviations = self.deviations
        let squares = deviations.reduce(0) { $0 + $1 * $1 }
        let batches = Double(means.count)
        guard squares > 0, batches > 2 else { return 1 }
        let first = deviations[0]
        let last = deviations[means.count - 1]
        let corrected = lagOneAutocorrelation + (first * first + last * last) / (2 * squares)
        let deviation = ((batches - 2) / (batches * batches - 1)).squareRoot()
        return DistributionFunctions.normal(mean: 0, deviation: deviation).exceedance(corrected)
    }

    private var deviations: [Double] {
        let mean = means.reduce(0) { $0 + $1 / Double(means.count) }
        return means.map { $0 - mean }
    }

    /// Student's t interval over the batch means; its `count` is that of the batches.
    public func interval(level: Double = 0.95) throws(StatisticsError) -> ConfidenceInterval {
        try ConfidenceInterval(replications: means, level: level)
    }
}
