// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// How often intervals contained a truth that is known: the test of everything that led to them.
///
/// An interval that lies below or above the truth as a whole misses it; a 95 % interval may do so once in twenty.
public struct CoverageStudy: Equatable, Sendable, CustomStringConvertible {
    public let truth: Double
    /// Of the intervals.
    public let level: Double
    /// How many contain the truth.
    public let covered: Int
    /// How many end below the truth.
    public let below: Int
    /// How many begin above the truth.
    public let above: Int
    /// The mean of the estimates: their distance from the truth is the bias.
    public let meanEstimate: Double
    public let meanHalfWidth: Double

    /// - Parameter intervals: of equal level.
    /// - Throws: when there is none, or one is not finite.
    public init(_ intervals: [ConfidenceInterval], truth: Double) throws(StatisticsError) {
        meanEstimate = try SampleMoments(intervals.map(\.estimate)).mean
        meanHalfWidth = try SampleMoments(intervals.map(\.halfWidth)).mean
        level = intervals[0].level
        self.truth = truth
        covered = intervals.count { $0.contains(truth) }
        below = intervals.count { $0.upper < truth }
        above = intervals.count { $0.lower > truth }
    }

    public var count: Int { covered + below + above }
    /// From 0 to 1.
    public var share: Double { Double(covered) / Double(count) }

    /// Clopper and Pearson's interval for the probability that such an interval contains the truth.
    public func interval(level: Double = 0.95) throws(StatisticsError) -> ConfidenceInterval {
        try ConfidenceInterval(successes: covered, trials: count, level: level)
    }

    /// The probability of a share as unlikely as this if the intervals keep what their level promises.
    public var probability: Double {
        // Counts and level come from intervals, so the test has what it needs.
        (try? BinomialTest(successes: covered, trials: count, expected: level).probability) ?? .nan
    }

    /// `475 of 500 95 % intervals contain 10 (95.0 %); 19 lie below and 6 above; mean 9.987 ± 0.653`
    public var description: String {
        let percent = String(format: "%.1f %%", share * 100)
        let mean = String(format: "mean %.4g ± %.3g", meanEstimate, meanHalfWidth)
        let promised = ConfidenceInterval.percent(level)
        let known = String(format: "%.6g", truth)
        return
            "\(covered) of \(count) \(promised) intervals contain \(known) (\(percent)); \(below) lie below and \(above) above; \(mean)"
    }
}
