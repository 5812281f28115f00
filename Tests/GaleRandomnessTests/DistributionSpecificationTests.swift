// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics
import Testing

@Suite("A distribution's specification")
struct DistributionSpecificationTests {
    @Test(
        "says what is wrong with it",
        arguments: [
            (DistributionSpecification.constant(-1), "negative"), (.constant(.nan), "finite"),
            (.constant(2e18), "large"),
            (.uniform(low: 3, high: 2), "above the upper end"), (.uniform(low: -1, high: 2), "negative"),
            (.uniform(low: 0, high: .infinity), "finite"), (.exponential(mean: -0.5), "mean"),
            (.lognormal(median: 1, sigma: -1), "sigma"), (.lognormal(median: .nan, sigma: 1), "median"),
            (.lognormal(median: 1, sigma: 50), "sigma"), (.gamma(mean: 1, cv: -1), "cv"),
            (.gamma(mean: 1, cv: 1e-9), "cv"),
            (.gamma(mean: 1, cv: .nan), "cv"), (.erlang(shape: 0, mean: 1), "shape"),
            (.erlang(shape: 20_000, mean: 1), "shape"),
            (.weibull(shape: 0, scale: 1), "shape"), (.weibull(shape: 1, scale: -1), "scale"),
            (.pareto(minimum: 1, alpha: 0), "alpha"), (.pareto(minimum: 0, alpha: 1), "minimum"),
            (.pareto(minimum: 1, alpha: -2), "alpha"), (.hyperexponential(mean: 1, cv: 0.9), "cv"),
            (.hyperexponential(mean: .infinity, cv: 2), "mean"), (.empirical([]), "at least one"),
            (.empirical([1, 3, 2]), "sorted"), (.empirical([-1, 3]), "negative"), (.empirical([1, .nan]), "finite"),
        ])
    func problems(_ specification: DistributionSpecification, _ word: String) {
        #expect(specification.problem?.contains(word) == true, "\(specification.problem ?? "no problem")")
    }

    @Test("has no problem when it can be drawn from", arguments: DistributionOracle.all)
    func sound(_ oracle: DistributionOracle) {
        #expect(oracle.specification.problem == nil)
    }

    @Test("takes a lognormal's sigma from its 99th percentile")
    func lognormalPercentile() {
        let specification = DistributionSpecification.lognormal(median: 45e6, p99: 400e6)
        #expect((specification.quantile(0.99) / 400e6 - 1).magnitude < 1e-12)
        #expect((specification.quantile(0.5) / 45e6 - 1).magnitude < 1e-12)
        let wide = DistributionSpecification.lognormal(median: 10, quantile: 0.999, value: 500)
        #expect((wide.quantile(0.999) / 500 - 1).magnitude < 1e-10)
        #expect(DistributionSpecification.lognormal(median: 5, p99: 5) == .lognormal(median: 5, sigma: 0))
        #expect(DistributionSpecification.lognormal(median: 5, p99: 4).problem != nil)
        #expect(DistributionSpecification.lognormal(median: 0, p99: 4).problem != nil)
    }

    @Test("gives means in closed form, infinite where they are")
    func means() {
        #expect(DistributionSpecification.constant(3).mean == 3)
        #expect(DistributionSpecification.pareto(minimum: 2, alpha: 2).mean == 4)
        #expect(DistributionSpecification.pareto(minimum: 2, alpha: 1).mean == .infinity)
        #expect((DistributionSpecification.empirical([1, 3]).mean - 2).magnitude < 1e-12)
    }
}
