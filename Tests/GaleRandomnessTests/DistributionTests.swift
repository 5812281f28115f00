// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics
import Testing

@Suite("Distribution")
struct DistributionTests {
    private static let purpose = Purpose(layer: .stage, id: 0)

    /// The draw at which a share `tail` of all draws is greater.
    private static func draw(upperTail tail: Double) -> UInt64 {
        UInt64.max - UInt64(tail * 0x1p64)
    }

    @Test("samples pass Kolmogorov and Smirnov's test against GSL", arguments: DistributionOracle.all)
    func kolmogorovSmirnov(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        let draws = Draws(seed: 2)
        // A sample stands for an interval of one nanosecond: placed at random within its probability, it is uniform.
        let levels = (0..<100_000 as Range<UInt64>).map { key in
            let value = Double(distribution.sample(draws.uniform(Self.purpose, key)))
            let below = oracle.cumulative(max(0, value - 0.5))
            let within = Double(draws.uniform(Self.purpose, key, 1) >> 11) * 0x1p-53
            return below + (oracle.cumulative(value + 0.5) - below) * within
        }
        let test = KolmogorovSmirnov(sorted: levels.sorted()) { $0 }
        #expect(test.probability > 1e-4, "distance \(test.distance)")
    }

    @Test("quantiles have GSL's tail probability out to 2⁻⁵³", arguments: DistributionOracle.all)
    func upperQuantiles(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        for tail in [0.5, 0.3, 0.1, 0.0123, 1e-3, 1e-4, 1e-5, 1e-6, 1e-9, 0x1p-40, 0x1p-53] {
            let value = Double(distribution.sample(Self.draw(upperTail: tail)))
            if value >= Double(Int64.max) {
                #expect(oracle.exceedance(value) >= tail, "saturated at \(tail)")
                continue
            }
            // 1 % up and down in value must enclose the tail probability asked for.
            #expect(oracle.exceedance(value * 1.01 + 1) <= tail * 1.000_001, "tail \(tail) at \(value)")
            #expect(oracle.exceedance(max(0, value * 0.99 - 1)) >= tail * 0.999_999, "tail \(tail) at \(value)")
        }
    }

    @Test("quantiles towards 0 are right to 1 % or a nanosecond", arguments: DistributionOracle.all)
    func lowerQuantiles(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        for tail in [0.49, 0.2, 0.05, 1e-3, 1e-5, 1e-9] {
            let value = Double(distribution.sample(UInt64(tail * 0x1p64)))
            #expect(oracle.cumulative(value * 1.01 + 1) >= tail * 0.999_999, "tail \(tail) at \(value)")
            #expect(oracle.cumulative(max(0, value * 0.99 - 1)) <= tail * 1.000_001, "tail \(tail) at \(value)")
        }
    }

    @Test("mean and mean square are right to 0.1 %", arguments: DistributionOracle.all)
    func moments(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        if let mean = oracle.mean {
            #expect((distribution.mean / mean - 1).magnitude < 1e-3)
            #expect((oracle.specification.mean / mean - 1).magnitude < 1e-12)
        }
        if let square = oracle.secondMoment {
            #expect((distribution.secondMoment / square - 1).magnitude < 1e-3)
        }
    }

    @Test("never falls when the draw rises: at every knot's neighbours and between", arguments: DistributionOracle.all)
    func monotone(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        var points: [UInt64] = [0, 1, 2, 3, .max]
        for bit: UInt64 in 1..<64 {
            for cell: UInt64 in 0..<64 {
                let point = UInt64(1) << bit + (cell << bit) / 64
                for near in [point &- 1, point, point &+ 1, ~point, ~point &+ 1, ~point &- 1] { points.append(near) }
            }
        }
        for key: UInt64 in 0..<20_000 { points.append(Draws(seed: 3).uniform(Self.purpose, key)) }
        points.sort()
        var last: Int64 = 0
        for point in points {
            let value = distribution.sample(point)
            #expect(value >= last, "at \(point)")
            last = value
        }
    }

    @Test("samples of a specification agree with its quantiles", arguments: DistributionOracle.all)
    func displayedQuantiles(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        for p in [0.01, 0.25, 0.5, 0.75, 0.99, 0.99999] {
            let shown = oracle.specification.quantile(p)
            let drawn = Double(distribution.sample(UInt64(p * 0x1p64)))
            #expect((drawn - shown).magnitude <= shown * 1e-3 + 1, "at \(p)")
        }
    }

    @Test("a constant is that value for every draw")
    func constant() {
        for value in [0, 1, 5e6, 1e18] {
            let distribution = Distribution(.constant(value))
            for u: UInt64 in [0, 1, 1 << 63, .max] { #expect(distribution.sample(u) == Int64(value)) }
        }
        #expect(Distribution(.lognormal(median: 7, sigma: 0)).sample(12345) == 7)
        #expect(Distribution(.gamma(mean: 7, cv: 0)).sample(.max) == 7)
    }

    @Test("a scale of 0 gives 0")
    func zero() {
        for specification: DistributionSpecification in [
            .constant(0), .uniform(low: 0, high: 0), .exponential(mean: 0), .lognormal(median: 0, sigma: 1),
        ] {
            for u: UInt64 in [0, 1 << 63, .max] { #expect(Distribution(specification).sample(u) == 0) }
        }
    }

    @Test("a uniform distribution keeps fractional ends on average")
    func fractionalUniform() {
        let distribution = Distribution(.uniform(low: 0.4, high: 1.6))
        var sum: Int64 = 0
        for key: UInt64 in 0..<20_000 { sum += distribution.sample(Draws(seed: 1).uniform(Self.purpose, key)) }
        #expect((Double(sum) / 20_000 - 1).magnitude < 0.02)
        #expect((distribution.mean - 1).magnitude < 1e-9)
    }

    @Test("an empirical distribution runs straight from value to value and never leaves their range")
    func empirical() {
        let distribution = Distribution(.empirical([10, 20, 20, 1000]))
        #expect(distribution.sample(0) == 10)
        #expect(distribution.sample(.max) == 1000)
        #expect(distribution.sample(UInt64(0x1p64 / 6)) == 15)
        #expect(distribution.sample(UInt64(1) << 63) == 20)
        #expect(distribution.sample(UInt64(0x1p64 / 6 * 5)) == 510)
        #expect(Distribution(.empirical([33])).sample(99) == 33)
        let steps = (0...100_000).map { Double($0 * $0) }
        let squares = Distribution(.empirical(steps))
        #expect(squares.sample(UInt64(0.25 * 0x1p64)) == 625_000_000)
    }

    @Test("a tail beyond Int64 saturates instead of wrapping")
    func saturation() {
        let distribution = Distribution(.pareto(minimum: 1e17, alpha: 0.05))
        #expect(distribution.sample(.max) == .max)
        #expect(distribution.sample(0) == 100_000_000_000_000_000)
        var last: Int64 = 0
        for step: UInt64 in 0..<256 {
            let value = distribution.sample(step << 56)
            #expect(value >= last)
            last = value
        }
        #expect(last == .max)
    }

    @Test(
        "extreme shapes build, rise and keep their mean",
        arguments: [
            DistributionSpecification.gamma(mean: 1e12, cv: 0.01), .gamma(mean: 1e12, cv: 100),
            .erlang(shape: 10_000, mean: 1e12),
            .weibull(shape: 1000, scale: 1e12), .hyperexponential(mean: 1e12, cv: 1000),
            .lognormal(median: 1e6, sigma: 0.001),
            .gamma(mean: 1e12, cv: 10), .weibull(shape: 0.3, scale: 1e9),
        ])
    func extremes(_ specification: DistributionSpecification) {
        let distribution = Distribution(specification)
        #expect((distribution.mean / specification.mean - 1).magnitude < 1e-3)
        var last: Int64 = 0
        for step: UInt64 in 0..<4096 {
            let value = distribution.sample(step << 52)
            #expect(value >= last)
            last = value
        }
    }

    @Test("tables of every kind are pinned to the last bit")
    func golden() {
        #expect(TableFingerprint.text() == "89ceac96fa0039c8180324f1e9f0db75")
        #expect(TableFingerprint.text(of: .lognormal(median: 45e6, sigma: 0.94)) == "799eb4dd18cb91230537cd1d5c22b6e1")
        #expect(TableFingerprint.text(of: .gamma(mean: 2e7, cv: 5)) == "b5cccff61ac74fc35f307c47cec82189")
        #expect(TableFingerprint.text(of: .pareto(minimum: 1e6, alpha: 0.8)) == "6c8392ce4e016537f1f7b2f0da0646d8")
        let draws = Draws(seed: 1)
        let samples = TableFingerprint.specifications.map { Distribution($0).sample(draws.uniform(Self.purpose, 1)) }
        let expected: [Int64] = [
            5000000, 2356549, 11340741, 69532022, 3181333, 23122706, 17719, 11561353, 1286158, 1042828, 2129861,
            4127282, 7683450, 5690642, 42,
        ]
        #expect(samples == expected)
    }
}
