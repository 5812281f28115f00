// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics

/// One line of the table: a quantity as several runs measured it, and as theory has it.
///
/// It is judged twice, each time so that a true theory is rejected once in a thousand times. The interval of the mean over all
/// runs must contain the theory. And the runs' own 95 % intervals must contain it as often as a two-sided binomial test accepts:
/// too many misses speak against the theory or for intervals that are too narrow, too few (none of 160 runs) for
/// intervals that are too wide. Of 20 runs none misses in one case out of three, so there only too many can be told.
public struct TheoryRow: Codable, Equatable, Sendable {
    public var unit: TheoryQuantity.Unit
    /// For people: `mean latency of second`.
    public var name: String
    /// The mean over all runs.
    public var measured: Double
    /// At 99.9 %; for what is exact, what rounding to whole messages may make of it.
    public var lower, upper: Double
    public var theory: Double
    /// Runs whose own interval does not contain the theory, of those that have an interval.
    public var misses, intervals: Int
    /// The probability of a number of misses that is no likelier than this one; nil: no run has an interval.
    public var missesProbability: Double?
    /// The probability of a mean at least so far from the theory; nil: the quantity is exact.
    public var meanProbability: Double?
    public var accepted: Bool
    /// The run that is farthest from theory.
    public var worstSeed: UInt64

    /// Below this a probability rejects.
    static let significance = 0.001

    /// - Parameter observations: by seed; at least two, unless the quantity is exact.
    /// - Throws: `StatisticsError` when there is nothing to estimate from.
    package init(
        _ prediction: TheoryPrediction, name: String, observations: [(seed: UInt64, observation: TheoryEstimate)]
    ) throws {
        unit = prediction.quantity.unit
        self.name = name
        theory = prediction.value
        let values = observations.map(\.observation.value)
        let worst = observations.max {
            abs($0.observation.value - prediction.value) < abs($1.observation.value - prediction.value)
        }
        worstSeed = worst?.seed ?? 0
        let own = observations.compactMap(\.observation.interval)
        intervals = own.count
        misses = own.count { !$0.contains(prediction.value) }
        if let tolerance = prediction.quantity.tolerance {
            measured = worst?.observation.value ?? .nan
            (lower, upper) = (prediction.value - tolerance, prediction.value + tolerance)
            missesProbability = nil
            meanProbability = nil
            accepted = abs(measured - prediction.value) <= tolerance
            return
        }
        let pooled = try ConfidenceInterval(replications: values, level: 1 - Self.significance)
        (measured, lower, upper) = (pooled.estimate, pooled.lower, pooled.upper)
        missesProbability = own.isEmpty ? nil : try Self.probability(ofMisses: misses, of: own.count)
        meanProbability = try Self.probability(ofMeanOf: values, theory: prediction.value)
        accepted = pooled.contains(prediction.value) && (missesProbability ?? 1) >= Self.significance
    }

    /// By the exact binomial test, to both sides: the runs are independent.
    private static func probability(ofMisses misses: Int, of runs: Int) throws -> Double {
        try BinomialTest(successes: misses, trials: runs, expected: 1 - TheoryEstimate.level).probability
    }

    /// Student's t, to both sides.
    private static func probability(ofMeanOf values: [Double], theory: Double) throws -> Double {
        let moments = try SampleMoments(values)
        if moments.mean == theory { return 1 }
        let distance = abs(moments.mean - theory) / moments.standardError
        return 2 * DistributionFunctions.studentT(degrees: Double(values.count - 1)).exceedance(distance)
    }
}
