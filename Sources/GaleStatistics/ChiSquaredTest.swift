// SPDX-License-Identifier: GPL-3.0-or-later

/// Pearson's chi-squared test of counts against expected counts.
public struct ChiSquaredTest: Equatable, Sendable {
    /// Σ (observed − expected)² / expected.
    public let statistic: Double
    public let degrees: Int

    /// - Parameters:
    ///   - observed: at least two counts.
    ///   - expected: as many, each above 0 (and best above 5), with the same sum.
    public init(observed: [Int], expected: [Double]) {
        precondition(observed.count == expected.count && observed.count > 1, "counts and expectations must pair")
        var sum = 0.0
        for (count, mean) in zip(observed, expected) {
            sum += (Double(count) - mean) * (Double(count) - mean) / mean
        }
        statistic = sum
        degrees = observed.count - 1
    }

    /// The probability of a statistic at least this large if the expectations are right.
    public var probability: Double {
        DistributionFunctions.chiSquared(degrees: Double(degrees)).exceedance(statistic)
    }
}
