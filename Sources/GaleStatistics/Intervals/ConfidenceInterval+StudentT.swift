// SPDX-License-Identifier: GPL-3.0-or-later

extension ConfidenceInterval {
    /// Student's t interval for the mean of independent replications, each of which gave one number (such as its mean latency).
    ///
    /// Exact when these numbers are normal. Means of long runs are nearly so; a few short runs of a skewed quantity give intervals
    /// that miss on the skewed side.
    /// - Throws: with fewer than two replications, one that is not finite, or a level that is not above 0 and below 1.
    public init(replications: [Double], level: Double = 0.95) throws(StatisticsError) {
        try StatisticsError.requireLevel(level)
        try StatisticsError.requireSamples(replications, atLeast: 2)
        let moments = try SampleMoments(replications)
        self.init(
            moments.mean,
            halfWidth: Self.studentQuantile(level: level, degrees: Double(moments.count - 1)) * moments.standardError,
            level: level, count: moments.count)
    }

    /// The quantile of Student's t that a two-sided interval at this level takes: 2.262 for 95 % and 9 degrees of freedom.
    public static func studentQuantile(level: Double, degrees: Double) -> Double {
        DistributionFunctions.studentT(degrees: degrees).quantile(exceedance: (1 - level) / 2)
    }

    /// The interval for the mean difference second − first of paired replications: the same seed under two designs.
    ///
    /// - Throws: as `init(replications:level:)`, and when the counts differ.
    public init(
        pairedDifferenceOf second: [Double], minus first: [Double], level: Double = 0.95
    ) throws(StatisticsError) {
        guard first.count == second.count else { throw .unequalCounts(first.count, second.count) }
        try self.init(replications: zip(first, second).map { $1 - $0 }, level: level)
    }

    /// Welch's interval for the difference second − first of two means from independent replications with variances of their own.
    ///
    /// Degrees of freedom by Welch and Satterthwaite (1947). `count` is that of both sides together.
    /// - Throws: with fewer than two replications on a side, one that is not finite, or an impossible level.
    public init(
        differenceOf second: [Double], minus first: [Double], level: Double = 0.95
    ) throws(StatisticsError) {
        try StatisticsError.requireLevel(level)
        try StatisticsError.requireSamples(first, atLeast: 2)
        try StatisticsError.requireSamples(second, atLeast: 2)
        let a = try SampleMoments(first)
        let b = try SampleMoments(second)
        let (shareA, shareB) = (a.variance / Double(a.count), b.variance / Double(b.count))
        let variance = shareA + shareB
        let difference = b.mean - a.mean
        let count = a.count + b.count
        guard variance > 0 else {
            self.init(difference, halfWidth: 0, level: level, count: count)
            return
        }
        // As shares of the sum, so that no square overflows.
        let (partA, partB) = (shareA / variance, shareB / variance)
        let degrees = 1 / (partA * partA / Double(a.count - 1) + partB * partB / Double(b.count - 1))
        self.init(
            difference, halfWidth: Self.studentQuantile(level: level, degrees: degrees) * variance.squareRoot(),
            level: level, count: count)
    }
}
