// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Distribution functions")
struct DistributionFunctionsTests {
    private static let all: [DistributionFunctions] = [
        .uniform(low: 2, high: 5), .normal(mean: 3, deviation: 2), .exponential(mean: 4),
        .lognormal(median: 3, sigma: 0.7),
        .gamma(shape: 2.5, scale: 3), .weibull(shape: 1.5, scale: 2), .pareto(minimum: 2, alpha: 1.5),
        .studentT(degrees: 7),
        .chiSquared(degrees: 5), .fisherF(numerator: 4, denominator: 9), .beta(a: 2, b: 3),
    ]

    @Test("undo their quantiles, from either tail", arguments: all)
    func inverses(_ functions: DistributionFunctions) {
        for p in [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999] {
            #expect((functions.cumulative(functions.quantile(p)) / p - 1).magnitude < 1e-6)
            #expect((functions.exceedance(functions.quantile(exceedance: p)) / p - 1).magnitude < 1e-6)
            let x = functions.quantile(p)
            #expect((functions.cumulative(x) + functions.exceedance(x) - 1).magnitude < 1e-12)
        }
    }

    @Test("take their parameters in the order of their labels")
    func parameters() {
        #expect(
            (DistributionFunctions.normal(mean: 3, deviation: 2).quantile(0.975) - 6.919_927_969_080_108).magnitude
                < 1e-9)
        #expect((DistributionFunctions.exponential(mean: 4).cumulative(4) - 0.632_120_558_828_557_7).magnitude < 1e-12)
        #expect((DistributionFunctions.lognormal(median: 3, sigma: 0.7).quantile(0.5) - 3).magnitude < 1e-12)
        #expect(
            (DistributionFunctions.gamma(shape: 2, scale: 3).exceedance(6) - 3 * 0.135_335_283_236_612_7).magnitude
                < 1e-12)
        #expect(
            (DistributionFunctions.weibull(shape: 2, scale: 3).exceedance(6) - 0.018_315_638_888_734_18).magnitude
                < 1e-12)
        #expect((DistributionFunctions.pareto(minimum: 2, alpha: 3).exceedance(4) - 0.125).magnitude < 1e-12)
        #expect((DistributionFunctions.studentT(degrees: 10).quantile(0.975) - 2.228_138_851_964_939).magnitude < 1e-6)
        #expect(
            (DistributionFunctions.chiSquared(degrees: 2).exceedance(2) - 0.367_879_441_171_442_3).magnitude < 1e-12)
    }

    @Test("give NaN instead of ending the process outside their domain")
    func domain() {
        #expect(DistributionFunctions.normal(mean: 0, deviation: 1).quantile(2).isNaN)
        #expect(DistributionFunctions.beta(a: 1, b: 1).quantile(-1).isNaN)
        #expect(SpecialFunctions.logGamma(0).isNaN)
    }
}
