// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Coverage")
struct CoverageStudyTests {
    private func interval(_ mean: Double) -> ConfidenceInterval {
        ConfidenceInterval(mean, halfWidth: 1, level: 0.95, count: 20)
    }

    @Test("counts the intervals that contain the truth, those below it and those above it")
    func counting() throws {
        let intervals =
            [Double](repeating: 10.25, count: 17).map(interval) + [interval(8.5), interval(12), interval(11.5)]
        let study = try CoverageStudy(intervals, truth: 10)
        #expect(study.covered == 17 && study.below == 1 && study.above == 2 && study.count == 20)
        #expect(agree(study.share, 0.85) && agree(study.meanHalfWidth, 1) && agree(study.meanEstimate, 10.3125))
        #expect(study.probability == (try BinomialTest(successes: 17, trials: 20, expected: 0.95).probability))
        #expect(try study.interval() == ConfidenceInterval(successes: 17, trials: 20))
        let line = "17 of 20 95 % intervals contain 10 (85.0 %); 1 lie below and 2 above; mean 10.31 ± 1"
        #expect(study.description == line)
    }

    @Test("needs intervals")
    func errors() {
        #expect(throws: StatisticsError.self) { try CoverageStudy([], truth: 1) }
    }
}
