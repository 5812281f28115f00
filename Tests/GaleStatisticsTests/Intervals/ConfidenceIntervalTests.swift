// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Confidence intervals of means")
struct ConfidenceIntervalTests {
    /// Degrees of freedom and the two-sided 95 % and 99 % points of the published tables.
    private static let table: [(degrees: Double, five: Double, one: Double)] = [
        (1, 12.706, 63.657), (2, 4.303, 9.925), (4, 2.776, 4.604), (9, 2.262, 3.250), (19, 2.093, 2.861),
        (29, 2.045, 2.756), (120, 1.980, 2.617),
    ]

    @Test("Student's quantiles are those of the tables", arguments: table)
    func quantiles(degrees: Double, five: Double, one: Double) {
        #expect((ConfidenceInterval.studentQuantile(level: 0.95, degrees: degrees) - five).magnitude < 0.000_51)
        #expect((ConfidenceInterval.studentQuantile(level: 0.99, degrees: degrees) - one).magnitude < 0.000_51)
    }

    @Test("ten replications give the textbook's interval: 1.34 ± 0.17 at 90 %")
    func textbook() throws {
        // A. M. Law, Simulation Modeling and Analysis (5th ed.), example 4.26: mean 1.34, variance 0.17, 90 % ± 0.24.
        let samples = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
        let interval = try ConfidenceInterval(replications: samples, level: 0.9)
        #expect((interval.estimate - 1.343).magnitude < 1e-12)
        #expect((interval.halfWidth - 0.24).magnitude < 0.005)
        #expect(interval.count == 10 && interval.level == 0.9)
        #expect(interval.contains(1.2) && !interval.contains(1.0) && !interval.contains(1.6))
    }

    @Test("a paired interval is that of the differences")
    func paired() throws {
        let first = [10, 12, 9, 15.0]
        let second = [11, 14, 10, 17.5]
        let interval = try ConfidenceInterval(pairedDifferenceOf: second, minus: first)
        #expect(interval == (try ConfidenceInterval(replications: [1, 2, 1, 2.5])))
        #expect(interval.lower > 0)
        #expect(throws: StatisticsError.unequalCounts(4, 3)) {
            try ConfidenceInterval(pairedDifferenceOf: [1, 2, 3], minus: first)
        }
    }

    @Test("Welch's interval has the degrees of freedom of Welch and Satterthwaite")
    func welch() throws {
        // Variances 10 and 40/3 on 5 and 4 samples: df = (2 + 10/3)²/(2²/4 + (10/3)²/3) = 6.0456….
        let first = [1.0, 3, 5, 7, 9]
        let second = [20.0, 22, 26, 28]
        let interval = try ConfidenceInterval(differenceOf: second, minus: first)
        let variance = 10.0 / 5 + 40.0 / 3 / 4
        let degrees = variance * variance / (4.0 / 4 + (10.0 / 3) * (10.0 / 3) / 3)
        let wanted = DistributionFunctions.studentT(degrees: degrees).quantile(0.975) * variance.squareRoot()
        #expect(interval.estimate == 19)
        #expect(agree(interval.halfWidth, wanted))
        #expect(interval.count == 9)
        let constant = try ConfidenceInterval(differenceOf: [2, 2], minus: [1, 1])
        #expect(constant.estimate == 1 && constant.halfWidth == 0)
    }

    @Test("equal samples give a width of 0, and large ones don't overflow")
    func extremes() throws {
        let equal = try ConfidenceInterval(replications: [0.1, 0.1, 0.1])
        #expect(equal.estimate == 0.1 && equal.halfWidth == 0 && equal.relativeHalfWidth == 0)
        let large = try ConfidenceInterval(replications: [1e308, 1.2e308, 1.4e308])
        #expect(agree(large.estimate, 1.2e308))
        let offset = try SampleMoments([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])
        #expect(offset.variance == 30)
    }

    @Test("as text it shows two digits of the width and the mean to the same place")
    func text() {
        func text(_ mean: Double, _ half: Double) -> String {
            ConfidenceInterval(mean, halfWidth: half, level: 0.95, count: 20).description
        }
        #expect(text(10.0312, 0.1234) == "10.03 ± 0.12 (95 %, n = 20)")
        #expect(text(1234.5, 56) == "1234 ± 56 (95 %, n = 20)" || text(1234.5, 56) == "1235 ± 56 (95 %, n = 20)")
        #expect(text(0.001_234, 0.000_012_3) == "0.001234 ± 0.000012 (95 %, n = 20)")
        #expect(text(5, 0) == "5.000 ± 0.000 (95 %, n = 20)")
        let scaled = ConfidenceInterval(0.5, halfWidth: 0.011, level: 0.995, count: 3).scaled(by: -1000)
        #expect(scaled.description == "-500 ± 11 (99.5 %, n = 3)")
    }

    @Test("too few samples, infinite ones and impossible levels are errors")
    func errors() {
        #expect(throws: StatisticsError.tooFewSamples(count: 1, minimum: 2)) {
            try ConfidenceInterval(replications: [1])
        }
        #expect(throws: StatisticsError.levelOutOfRange(1)) { try ConfidenceInterval(replications: [1, 2], level: 1) }
        #expect(throws: StatisticsError.notFinite(.infinity)) { try ConfidenceInterval(replications: [1, .infinity]) }
        #expect(throws: StatisticsError.self) { try SampleMoments([]) }
    }
}
