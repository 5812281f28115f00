// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Bootstrap")
struct BootstrapTests {
    /// The spatial test data of Efron and Tibshirani, An Introduction to the Bootstrap, table 14.1, first column.
    private static let spatial: [Double] = [
        48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
    ]

    private static func variance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    @Test("the variance of the spatial test data has the textbook's 90 % intervals", arguments: [1, 2, 3])
    func textbook(seed: UInt64) throws {
        let bootstrap = try Bootstrap(Self.spatial, resamples: 4000, seed: seed, statistic: Self.variance)
        #expect((bootstrap.estimate - 171.5).magnitude < 0.05)
        // Table 14.2, of 2,000 resamples: percentile (100.8, 233.9), BCa (115.8, 259.6).
        let percentile = try bootstrap.percentileInterval(level: 0.9)
        #expect((percentile.lower - 100.8).magnitude < 5 && (percentile.upper - 233.9).magnitude < 5)
        let corrected = try bootstrap.biasCorrectedInterval(level: 0.9)
        #expect((corrected.lower - 115.8).magnitude < 6 && (corrected.upper - 259.6).magnitude < 9)
    }

    @Test("equal seeds give equal intervals, other seeds others")
    func deterministic() throws {
        let first = try Bootstrap(Self.spatial, resamples: 200, seed: 7, statistic: Self.mean)
        let second = try Bootstrap(Self.spatial, resamples: 200, seed: 7, statistic: Self.mean)
        let third = try Bootstrap(Self.spatial, resamples: 200, seed: 8, statistic: Self.mean)
        #expect(first.replicates == second.replicates)
        #expect(first.replicates != third.replicates)
        #expect(first.replicates == first.replicates.sorted())
        #expect(try first.percentileInterval() == second.percentileInterval())
    }

    @Test("the interval for a mean of many samples is that of the normal distribution")
    func normal() throws {
        var random = RandomSamples(seed: 4)
        let samples = random.uniforms(300)
        let moments = try SampleMoments(samples)
        let bootstrap = try Bootstrap(samples, resamples: 4000, statistic: Self.mean)
        let half = 1.96 * moments.standardError
        for interval in [try bootstrap.percentileInterval(), try bootstrap.biasCorrectedInterval()] {
            #expect((interval.lower - (moments.mean - half)).magnitude < 0.1 * half)
            #expect((interval.upper - (moments.mean + half)).magnitude < 0.1 * half)
        }
    }

    @Test("of 200 intervals for the mean of 30 skewed samples, somewhat less than 95 % contain it")
    func coverage() throws {
        var random = RandomSamples(seed: 5)
        var percentile = 0
        var corrected = 0
        for seed in 0..<200 as Range<UInt64> {
            let bootstrap = try Bootstrap(random.exponentials(30), resamples: 250, seed: seed, statistic: Self.mean)
            if try bootstrap.percentileInterval().contains(1) { percentile += 1 }
            if try bootstrap.biasCorrectedInterval().contains(1) { corrected += 1 }
        }
        #expect((170...197).contains(percentile))
        #expect((172...198).contains(corrected))
    }

    @Test("equal samples give an interval of no width, and impossible requests are errors")
    func errors() throws {
        let equal = try Bootstrap([3, 3, 3], resamples: 100, statistic: Self.mean)
        #expect(try equal.biasCorrectedInterval() == ConfidenceInterval(estimate: 3, lower: 3, upper: 3, level: 0.95))
        #expect(throws: StatisticsError.tooFewSamples(count: 1, minimum: 2)) {
            try Bootstrap([3], statistic: Self.mean)
        }
        #expect(throws: StatisticsError.tooFewSamples(count: 99, minimum: 100)) {
            try Bootstrap([3, 4], resamples: 99, statistic: Self.mean)
        }
        #expect(throws: StatisticsError.self) { try Bootstrap([3, 4, 5]) { 1 / ($0[0] - $0[1]) } }
        #expect(throws: StatisticsError.levelOutOfRange(0)) { try equal.percentileInterval(level: 0) }
    }
}
