// SPDX-License-Identifier: GPL-3.0-or-later
import GaleMeasurement
import GaleStatistics
import Testing

@Suite("Quantile intervals")
struct QuantileIntervalTests {
    /// Samples, ranks and coverage of the 95 % interval for a median, from published tables.
    private static let medians = [(6, 1, 6, 0.9688), (10, 2, 9, 0.9785), (20, 6, 15, 0.9586), (100, 40, 61, 0.9648)]

    @Test("the ranks for a median are those of the tables", arguments: medians)
    func table(count: Int, lower: Int, upper: Int, coverage: Double) throws {
        let ranks = try QuantileInterval(quantile: 0.5, count: count)
        #expect(ranks.lowerRank == lower && ranks.upperRank == upper)
        #expect((ranks.coverage - coverage).magnitude < 0.000_051)
    }

    @Test(
        "the coverage is GSL's, at least what was asked for, and no rank can be spared",
        arguments: [10, 1000, 100_000], [0.001, 0.3, 0.5, 0.99, 0.9999])
    func oracle(count: Int, quantile: Double) throws {
        let ranks = try QuantileInterval(quantile: quantile, count: count, level: 0.9)
        // P(fewer than k of n) by the incomplete beta function.
        func fewer(than k: Int) -> Double {
            if k <= 0 { return 0 }
            if k > count { return 1 }
            return DistributionFunctions.beta(a: Double(k), b: Double(count - k + 1)).exceedance(quantile)
        }
        #expect(agree(ranks.coverage, fewer(than: ranks.upperRank) - fewer(than: ranks.lowerRank), within: 1e-9))
        #expect(ranks.coverage >= 0.9)
        #expect(fewer(than: ranks.lowerRank) <= 0.05 && fewer(than: ranks.lowerRank + 1) > 0.05)
        #expect(1 - fewer(than: ranks.upperRank) <= 0.05 && 1 - fewer(than: ranks.upperRank - 1) > 0.05)
        #expect(ranks.lowerRank <= ranks.rank && ranks.rank <= ranks.upperRank)
    }

    @Test("with too few samples a side has no bound")
    func unbounded() throws {
        let samples = (1...5).map(Double.init)
        let median = try ConfidenceInterval(quantile: 0.5, ofSorted: samples)
        #expect(median == ConfidenceInterval(estimate: 3, lower: -.infinity, upper: .infinity, level: 0.95))
        let high = try ConfidenceInterval(quantile: 0.99, ofSorted: (1...100).map(Double.init))
        #expect(high.estimate == 99 && high.lower == 97 && high.upper == .infinity)
    }

    @Test("half a thousand million samples put the median within 44,000 ranks")
    func many() throws {
        let ranks = try QuantileInterval(quantile: 0.5, count: 540_000_000)
        // ± 1.96 · √n/2.
        #expect((ranks.lowerRank - (270_000_000 - 22_773)).magnitude <= 2)
        #expect((ranks.upperRank - (270_000_000 + 22_773)).magnitude <= 2)
    }

    @Test("95 % intervals for the 90th percentile contain it in about 95 % of a thousand cases")
    func coverage() throws {
        var random = RandomSamples(seed: 6)
        var covered = 0
        for _ in 0..<1000 {
            let interval = try ConfidenceInterval(quantile: 0.9, ofSorted: random.uniforms(100).sorted())
            if interval.contains(0.9) { covered += 1 }
        }
        let promised = try QuantileInterval(quantile: 0.9, count: 100).coverage
        #expect(try BinomialTest(successes: covered, trials: 1000, expected: promised).probability > 0.001)
    }

    @Test(
        "a histogram's interval is that of its samples, wider by at most a bucket on either side",
        arguments: [0.5, 0.99, 0.999])
    func histogram(quantile: Double) throws {
        var random = RandomSamples(seed: 7)
        let samples = random.exponentials(5000).map { ($0 * 1e7).rounded() }
        let histogram = Histogram(subBucketBits: 8)
        defer { histogram.deallocate() }
        for sample in samples { histogram.record(Int64(sample)) }
        let exact = try ConfidenceInterval(quantile: quantile, ofSorted: samples.sorted())
        let found = try ConfidenceInterval(quantile: quantile, of: histogram)
        #expect(found.lower <= exact.lower && found.lower >= exact.lower * (1 - 0x1p-7))
        #expect(found.upper >= exact.upper && (found.upper <= exact.upper * (1 + 0x1p-7) || exact.upper == .infinity))
        #expect(agree(found.estimate, exact.estimate, within: 0x1p-8))
    }

    @Test("infinite samples push a histogram's bounds up, in the end beyond every value")
    func infinite() throws {
        let histogram = Histogram(subBucketBits: 8)
        defer { histogram.deallocate() }
        for value in 1...100 as ClosedRange<Int64> { histogram.record(value) }
        let finite = try ConfidenceInterval(quantile: 0.5, of: histogram)
        #expect(finite == ConfidenceInterval(estimate: 50, lower: 40, upper: 61, level: 0.95))
        let some = try ConfidenceInterval(quantile: 0.5, of: histogram, plusInfinite: 100)
        #expect(some.estimate == 100 && some.lower == 86 && some.upper == .infinity)
        let most = try ConfidenceInterval(quantile: 0.5, of: histogram, plusInfinite: 1000)
        #expect(most.estimate == .infinity && most.lower == .infinity)
    }

    @Test("no samples and impossible quantiles are errors")
    func errors() {
        let empty = Histogram(subBucketBits: 8)
        defer { empty.deallocate() }
        #expect(throws: StatisticsError.tooFewSamples(count: 0, minimum: 1)) {
            try ConfidenceInterval(quantile: 0.5, of: empty)
        }
        #expect(throws: StatisticsError.probabilityOutOfRange(1)) { try QuantileInterval(quantile: 1, count: 3) }
        #expect(throws: StatisticsError.levelOutOfRange(0)) { try QuantileInterval(quantile: 0.5, count: 3, level: 0) }
    }
}
