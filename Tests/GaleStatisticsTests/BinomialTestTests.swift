// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Binomial test")
struct BinomialTestTests {
    @Test("Mendel's 682 of 925 at 3/4 has the textbook's probability and interval")
    func textbook() throws {
        // Conover, Practical Nonparametric Statistics (1971), page 97, as in the documentation of R's binom.test.
        let test = try BinomialTest(successes: 682, trials: 925, expected: 0.75)
        #expect((test.probability - 0.3825).magnitude < 0.000_05)
        let interval = try ConfidenceInterval(successes: 682, trials: 925)
        #expect((interval.lower - 0.707_668_3).magnitude < 1e-7 && (interval.upper - 0.765_406_6).magnitude < 1e-7)
        #expect(agree(interval.estimate, 682.0 / 925))
    }

    @Test("19 of 20 at 95 % fits; 15 of 20 does not at 1 %")
    func fits() throws {
        #expect(agree(try BinomialTest(successes: 19, trials: 20, expected: 0.95).probability, 1))
        // Σ C(20, k)·0.95^k·0.05^(20 − k) up to 15: 0.002574.
        #expect((try BinomialTest(successes: 15, trials: 20, expected: 0.95).probability - 0.002_574).magnitude < 1e-6)
    }

    @Test("its probability is the sum of all outcomes that are no more likely", arguments: [1, 2, 9, 40])
    func sums(trials: Int) throws {
        for expected in [0.05, 0.5, 0.7] {
            let masses = (0...trials).map { k in
                SpecialFunctions.exponential(
                    SpecialFunctions.logGamma(Double(trials) + 1) - SpecialFunctions.logGamma(Double(k) + 1)
                        - SpecialFunctions.logGamma(Double(trials - k) + 1)
                        + Double(k) * SpecialFunctions.logarithm(expected)
                        + Double(trials - k) * SpecialFunctions.logarithm(1 - expected))
            }
            for successes in 0...trials {
                let wanted = masses.filter { $0 <= masses[successes] * (1 + 1e-7) }.reduce(0, +)
                let test = try BinomialTest(successes: successes, trials: trials, expected: expected)
                #expect(agree(test.probability, wanted, within: 1e-9))
            }
        }
    }

    @Test("certain and impossible successes are tested as such")
    func certainty() throws {
        #expect(try BinomialTest(successes: 5, trials: 5, expected: 1).probability == 1)
        #expect(try BinomialTest(successes: 4, trials: 5, expected: 1).probability == 0)
        #expect(try BinomialTest(successes: 0, trials: 5, expected: 0).probability == 1)
        #expect(try BinomialTest(successes: 500, trials: 1_000_000, expected: 0.5).probability < 1e-20)
    }

    @Test(
        "Clopper and Pearson's interval ends where a tail has half of what the level leaves",
        arguments: [10, 500, 20_000])
    func clopperPearson(trials: Int) throws {
        for successes in [1, trials / 3, trials - 1] {
            let interval = try ConfidenceInterval(successes: successes, trials: trials, level: 0.9)
            let atLeast = DistributionFunctions.beta(a: Double(successes), b: Double(trials - successes + 1))
            #expect(agree(atLeast.cumulative(interval.lower), 0.05, within: 1e-6))
            let atMost = DistributionFunctions.beta(a: Double(successes + 1), b: Double(trials - successes))
            #expect(agree(atMost.exceedance(interval.upper), 0.05, within: 1e-6))
        }
        let none = try ConfidenceInterval(successes: 0, trials: trials)
        #expect(none.lower == 0)
        #expect(agree(none.upper, 1 - SpecialFunctions.power(0.025, 1 / Double(trials)), within: 1e-6))
        #expect(try ConfidenceInterval(successes: trials, trials: trials).upper == 1)
    }

    @Test(
        "Clopper and Pearson's interval contains the truth at least as often as it says", arguments: [0.02, 0.5, 0.93])
    func coverage(truth: Double) throws {
        var covered = 0.0
        for successes in 0...30 where try ConfidenceInterval(successes: successes, trials: 30).contains(truth) {
            let (k, n) = (Double(successes), 30.0)
            // C(n, k)·pᵏ(1 − p)^(n − k), as a difference of GSL's beta functions.
            let fewer = successes == 0 ? 0 : DistributionFunctions.beta(a: k, b: n - k + 1).exceedance(truth)
            let upTo = successes == 30 ? 1 : DistributionFunctions.beta(a: k + 1, b: n - k).exceedance(truth)
            covered += upTo - fewer
        }
        #expect(covered >= 0.95 && covered < 1)
    }

    @Test("impossible counts are errors, and an interval prints its ends")
    func errors() {
        #expect(throws: StatisticsError.countOutOfRange(count: 6, trials: 5)) {
            try BinomialTest(successes: 6, trials: 5, expected: 0.5)
        }
        #expect(throws: StatisticsError.tooFewSamples(count: 0, minimum: 1)) {
            try ConfidenceInterval(successes: 0, trials: 0)
        }
        #expect(throws: StatisticsError.probabilityOutOfRange(1.5)) {
            try BinomialTest(successes: 1, trials: 5, expected: 1.5)
        }
        let interval = ConfidenceInterval(estimate: 12.1, lower: 10.4, upper: .infinity, level: 0.95)
        #expect(interval.description == "12.1 [10.4, inf] (95 %)")
    }
}
