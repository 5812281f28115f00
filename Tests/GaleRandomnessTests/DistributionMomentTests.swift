// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics
import Testing

/// Moments are those of *every* draw, integrated through `sample` itself, not those of a table or of a few random samples.
@Suite("Moments of a distribution")
struct DistributionMomentTests {
    /// The mean and the mean square over all 2⁶⁴ draws: the 256 nearest to each end one by one, each octave above by the
    /// midpoint rule, at places that have nothing to do with the table's knots.
    private static func drawnMoments(_ distribution: Distribution) -> (mean: Double, secondMoment: Double) {
        var first = 0.0
        var second = 0.0
        func add(_ u: UInt64, _ width: Double) {
            let value = Double(distribution.sample(u))
            first += width * value
            second += width * value * value
        }
        for distance: UInt64 in 0..<256 {
            add(distance, 0x1p-64)
            add(~distance, 0x1p-64)
        }
        let points = 150
        for octave in 8..<63 {
            let start = Double(sign: .plus, exponent: octave, significand: 1)
            for point in 0..<points {
                let distance = UInt64(start * (1 + (Double(point) + 0.5) / Double(points)))
                add(distance, start / Double(points) * 0x1p-64)
                add(~distance, start / Double(points) * 0x1p-64)
            }
        }
        return (first, second)
    }

    private static func agree(_ found: Double, _ wanted: Double, within tolerance: Double) -> Bool {
        found == wanted || (found / wanted - 1).magnitude < tolerance
    }

    /// Moments of which more than a thousandth lies where no 64-bit draw reaches: tested by `beyondTheTable`.
    private static let unreachable = ["pareto min 1ms alpha 1.1"]

    @Test(
        "mean and mean square of all draws are right to 0.1 % where they are finite", arguments: DistributionOracle.all)
    func drawn(_ oracle: DistributionOracle) {
        let drawn = Self.drawnMoments(Distribution(oracle.specification))
        if oracle.mean < .infinity, !Self.unreachable.contains(oracle.text) {
            #expect(Self.agree(drawn.mean, oracle.mean, within: 1e-3), "\(drawn.mean), not \(oracle.mean)")
        }
        if oracle.secondMoment < .infinity {
            #expect(Self.agree(drawn.secondMoment, oracle.secondMoment, within: 1e-3), "\(drawn.secondMoment)")
        }
    }

    @Test("the closed forms are the integrals of GSL's distribution functions", arguments: DistributionOracle.all)
    func closedForms(_ oracle: DistributionOracle) {
        guard oracle.isSmooth else { return }
        let integrated = oracle.integratedMoments(limit: .greatestFiniteMagnitude)
        // The integral stops too early for a mean with alpha 1.1.
        if oracle.mean < .infinity, !Self.unreachable.contains(oracle.text) {
            #expect(Self.agree(integrated.mean, oracle.mean, within: 1e-5), "\(integrated.mean), not \(oracle.mean)")
        }
        if oracle.secondMoment < .infinity {
            #expect(
                Self.agree(integrated.secondMoment, oracle.secondMoment, within: 1e-5), "\(integrated.secondMoment)")
        }
    }

    @Test("a distribution knows the moments of what it draws", arguments: DistributionOracle.all)
    func known(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        let drawn = Self.drawnMoments(distribution)
        let moments = distribution.moments
        #expect(Self.agree(moments.mean, drawn.mean, within: 1e-4), "\(moments.mean), not \(drawn.mean)")
        #expect(Self.agree(moments.secondMoment, drawn.secondMoment, within: 1e-4), "\(moments.secondMoment)")
        let variance = moments.secondMoment - moments.mean * moments.mean
        #expect((moments.variance - variance).magnitude < 1e-9 * moments.secondMoment)
        #expect(distribution.mean == moments.mean && distribution.secondMoment == moments.secondMoment)
    }

    @Test("a specification knows its moments in closed form", arguments: DistributionOracle.all)
    func specified(_ oracle: DistributionOracle) {
        let moments = oracle.specification.moments
        #expect(Self.agree(moments.mean, oracle.mean, within: 1e-11), "\(moments.mean), not \(oracle.mean)")
        #expect(Self.agree(moments.secondMoment, oracle.secondMoment, within: 1e-10), "\(moments.secondMoment)")
        #expect(oracle.specification.mean == moments.mean)
        guard moments.variance < .infinity else { return }
        let variance = moments.secondMoment - moments.mean * moments.mean
        #expect((moments.variance - variance).magnitude < 1e-9 * moments.secondMoment)
    }

    @Test("skewness is that of the textbooks, and of the table")
    func skewness() throws {
        let specifications: [(DistributionSpecification, Double)] = [
            (.uniform(low: 1e6, high: 3e6), 0), (.exponential(mean: 1e7), 2), (.gamma(mean: 2e7, cv: 1.7), 3.4),
            (.erlang(shape: 4, mean: 1e7), 1), (.weibull(shape: 0.5, scale: 1e8), 6.618_761_213),
            (.weibull(shape: 3, scale: 1e7), 0.168_102_842), (.pareto(minimum: 1e6, alpha: 5), 4.647_580_015),
            (.hyperexponential(mean: 1e7, cv: 2), 5.875), (.lognormal(median: 45e6, sigma: 0.5), 1.750189655),
            (.empirical([0, 0, 0, 3e6]), 1.539_600_718),
        ]
        for (specification, textbook) in specifications {
            let asked = try #require(specification.moments.skewness)
            let drawn = try #require(Distribution(specification).moments.skewness)
            #expect((asked - textbook).magnitude < 1e-8 * max(1, textbook), "\(specification): \(asked)")
            #expect((drawn - textbook).magnitude < 2e-3 * max(1, textbook), "\(specification): \(drawn)")
        }
        #expect(DistributionSpecification.constant(5).moments.skewness == nil)
        #expect(Distribution(.constant(5e6)).moments.skewness == nil)
        #expect(Distribution(.constant(5e6)).moments.variance == 0)
        #expect(DistributionSpecification.pareto(minimum: 1, alpha: 3).moments.skewness == .infinity)
    }

    @Test("what a heavy tail has beyond the rarest draw, or beyond the largest sample, is missing and no more")
    func beyondTheTable() throws {
        let oracle = try #require(DistributionOracle.all.first { $0.text == "pareto min 1ms alpha 1.1" })
        let drawn = Self.drawnMoments(Distribution(oracle.specification)).mean
        // A tail that 64 bits and 292 years cut off: a twentieth of its mean, in one draw of 10¹⁴.
        #expect(drawn < oracle.mean * 0.96)
        #expect(Self.agree(drawn, oracle.integratedMoments(limit: Double(Int64.max)).mean, within: 1e-3))
        #expect(oracle.specification.moments.mean == oracle.mean)
        // Of ten nanoseconds at least, nothing reaches the largest sample: it is the draw's 64 bits alone that cut.
        let short = DistributionSpecification.pareto(minimum: 10, alpha: 1.1)
        let share = 1 - SpecialFunctions.power(0x1p-64, 1 - 1 / 1.1) / 1.1
        #expect(Self.agree(Distribution(short).mean, short.mean * share, within: 1e-3))
    }

    @Test("infinite moments are said to be, and what is drawn has finite ones all the same")
    func infinite() {
        let specification = DistributionSpecification.pareto(minimum: 1e6, alpha: 1.5)
        #expect(specification.moments.mean == 3e6)
        #expect(specification.moments.secondMoment == .infinity)
        #expect(specification.moments.variationCoefficient == .infinity)
        #expect(DistributionSpecification.pareto(minimum: 1e6, alpha: 0.8).moments.mean == .infinity)
        let drawn = Distribution(specification).moments
        #expect(drawn.secondMoment > 1e18 && drawn.secondMoment < .infinity)
        // A mean beyond any Int64 used to come out of the table, and trapped whoever converted it.
        #expect(Distribution(.pareto(minimum: 1e17, alpha: 0.05)).mean <= Double(Int64.max))
        // Finite, but too large for a Double.
        let wide = DistributionSpecification.lognormal(median: 1e6, sigma: 20).moments
        #expect(wide.mean < 1e200 && wide.secondMoment == .greatestFiniteMagnitude)
    }
}
