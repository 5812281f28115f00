// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Batch means")
struct BatchMeansTests {
    @Test("batches are equally long, and the rest is left out at the beginning")
    func cutting() throws {
        let batches = try BatchMeans((1...13).map(Double.init), batches: 3)
        #expect(batches.means == [3.5, 7.5, 11.5])
        #expect(batches.batchSize == 4 && batches.leftOut == 1)
        let interval = try batches.interval(level: 0.9)
        #expect(interval == (try ConfidenceInterval(replications: [3.5, 7.5, 11.5], level: 0.9)))
    }

    @Test("the lag-1 autocorrelation and von Neumann's test are those worked out by hand")
    func correlation() throws {
        let rising = try BatchMeans([1, 2, 3, 4], batches: 4)
        #expect(agree(rising.lagOneAutocorrelation, 0.25))
        // 0.25 + (1.5² + 1.5²)/(2 · 5) = 0.7 has the deviation √(2/15): 1.917 deviations.
        let wanted = DistributionFunctions.normal(mean: 0, deviation: 1).exceedance(0.7 / (2.0 / 15).squareRoot())
        #expect(agree(rising.independence, wanted, within: 1e-9))
        let alternating = try BatchMeans([1, -1, 1, -1, 1, -1], batches: 6)
        #expect(agree(alternating.lagOneAutocorrelation, -5.0 / 6))
        #expect(alternating.independence > 0.95)
        let constant = try BatchMeans([2, 2, 2, 2], batches: 4)
        #expect(constant.lagOneAutocorrelation == 0 && constant.independence == 1)
    }

    @Test("von Neumann's test rejects a tenth of independent series at 10 %")
    func size() throws {
        var random = RandomSamples(seed: 1)
        var rejected = 0
        for _ in 0..<1000 where try BatchMeans(random.uniforms(24), batches: 24).independence < 0.1 { rejected += 1 }
        #expect(try BinomialTest(successes: rejected, trials: 1000, expected: 0.1).probability > 0.001)
    }

    @Test("the number of batches falls until neighbours look independent, and is 10 when they never do")
    func choosing() throws {
        var random = RandomSamples(seed: 2)
        #expect(try BatchMeans(random.uniforms(6400)).means.count == 64)
        #expect(try BatchMeans(random.autoregressive(6400, memory: 0.99)).means.count < 64)
        let trend = try BatchMeans((0..<6400).map(Double.init))
        #expect(trend.means.count == 10 && trend.independence < 0.05)
        #expect(try BatchMeans(random.uniforms(11)).means.count == 10)
    }

    @Test(
        "means of long batches cover the mean of dependent samples about as often as they say; the samples themselves don't"
    )
    func coverage() throws {
        var random = RandomSamples(seed: 3)
        var covered = 0
        var coveredByItself = 0
        for _ in 0..<300 {
            // The memory is about 19 samples long, a batch 150.
            let samples = random.autoregressive(3000, memory: 0.9)
            if try BatchMeans(samples, batches: 20).interval().contains(0) { covered += 1 }
            if try ConfidenceInterval(replications: samples).contains(0) { coveredByItself += 1 }
        }
        #expect((270...295).contains(covered))
        #expect(coveredByItself < 150)
    }

    @Test("a ratio of sums is cut into the ratios of its batches; one without a denominator is an error")
    func ratios() throws {
        let batches = try BatchMeans(ratioOf: [99, 1, 3, 8, 0], to: [1, 1, 1, 1, 3], batches: 2)
        #expect(batches.means == [2, 2] && batches.batchSize == 2 && batches.leftOut == 1)
        #expect(throws: StatisticsError.self) { try BatchMeans(ratioOf: [1, 0], to: [1, 0], batches: 2) }
        #expect(throws: StatisticsError.unequalCounts(2, 1)) { try BatchMeans(ratioOf: [1, 0], to: [1], batches: 2) }
        #expect(throws: StatisticsError.tooFewSamples(count: 2, minimum: 3)) {
            try BatchMeans(ratioOf: [1, 0], to: [1, 1], batches: 3)
        }
    }

    @Test("too few samples or batches are errors")
    func errors() {
        #expect(throws: StatisticsError.tooFewSamples(count: 1, minimum: 2)) { try BatchMeans([1, 2], batches: 1) }
        #expect(throws: StatisticsError.tooFewSamples(count: 2, minimum: 3)) { try BatchMeans([1, 2], batches: 3) }
        #expect(throws: StatisticsError.tooFewSamples(count: 9, minimum: 10)) {
            try BatchMeans([1, 2, 3, 4, 5, 6, 7, 8, 9])
        }
    }
}
