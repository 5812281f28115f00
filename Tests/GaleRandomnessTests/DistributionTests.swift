// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleScenarioLanguage
import GaleStatistics
import Testing

@Suite("Distribution")
struct DistributionTests {
    private static let purpose = Purpose(layer: .stage, id: 0)

    /// The draw at which a share `tail` of all draws is greater.
    private static func draw(upperTail tail: Double) -> UInt64 {
        UInt64.max - UInt64(tail * 0x1p64)
    }

    @Test("every text of the language can be read, and every kind is tested here")
    func texts() {
        for oracle in DistributionOracle.all { #expect(oracle.parsed != nil, "\(oracle.text)") }
        let tested = Set(DistributionOracle.all.map { $0.text.prefix { $0 != " " } })
        for name in DistributionReader.names { #expect(tested.contains(Substring(name)), "\(name)") }
    }

    @Test("samples pass Kolmogorov and Smirnov's test against GSL", arguments: DistributionOracle.all)
    func kolmogorovSmirnov(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        let draws = Draws(seed: 2)
        // A sample stands for an interval of one nanosecond: placed at random within its probability, it is uniform.
        let levels = (0..<50_000 as Range<UInt64>).map { key in
            let value = Double(distribution.sample(draws.uniform(Self.purpose, key)))
            let below = oracle.cumulative(max(0, value - 0.5))
            let within = Double(draws.uniform(Self.purpose, key, 1) >> 11) * 0x1p-53
            return below + (oracle.cumulative(value + 0.5) - below) * within
        }
        let test = KolmogorovSmirnov(sorted: levels.sorted()) { $0 }
        #expect(test.probability > 1e-4, "distance \(test.distance)")
    }

    /// The same without chance: evenly spaced draws leave no room for an error of scale that 50,000 random ones would hide.
    @Test("the distribution function of what is drawn is GSL's to 0.002 %", arguments: DistributionOracle.all)
    func distributionFunction(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        var worst = 0.0
        for index: UInt64 in 0..<2_500 {
            let p = (Double(index) + 0.5) / 2_500
            let value = Double(distribution.sample(UInt64(p * 0x1p64)))
            // The sample stands for all values that round to it.
            let low = value < 1 ? 0 : oracle.cumulative(value - 0.5)
            worst = max(worst, low - p, p - oracle.cumulative(value + 0.5))
        }
        #expect(worst <= oracle.cumulativeTolerance)
    }

    @Test("quantiles from p50 to p99.999 and on to 1 − 2⁻⁵³ are GSL's to 0.1 %", arguments: DistributionOracle.all)
    func upperQuantiles(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        for tail in [0.5, 0.3, 0.1, 0.05, 0.0123, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-9, 0x1p-40, 0x1p-53] {
            let value = Double(distribution.sample(Self.draw(upperTail: tail)))
            if value >= Double(Int64.max) {
                #expect(oracle.exceedance(value) >= tail, "saturated at \(tail)")
                continue
            }
            // The tolerance up and down in value must enclose the tail probability asked for.
            let tolerance = tail > 0.1 ? min(0.01, oracle.lowerTolerance) : 1e-3
            #expect(
                oracle.exceedance(value * (1 + tolerance) + 1) <= tail * 1.000_001, "tail \(tail) at \(value)")
            #expect(
                oracle.exceedance(max(0, value * (1 - tolerance) - 1)) >= tail * 0.999_999, "tail \(tail) at \(value)")
        }
    }

    @Test(
        "quantiles towards 0 are GSL's to 0.1 % or a nanosecond, but for the steepest",
        arguments: DistributionOracle.all)
    func lowerQuantiles(_ oracle: DistributionOracle) {
        let distribution = Distribution(oracle.specification)
        let tolerance = oracle.lowerTolerance
        for tail in [0.49, 0.3, 0.25, 0.2, 0.1, 0.05, 0.01, 1e-3, 1e-5, 1e-9] {
            let value = Double(distribution.sample(UInt64(tail * 0x1p64)))
            #expect(
                oracle.cumulative(value * (1 + tolerance) + 1) >= tail * 0.999_999, "tail \(tail) at \(value)")
            #expect(
                oracle.cumulative(max(0, value * (1 - tolerance) - 1)) <= tail * 1.000_001, "tail \(tail) at \(value)")
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
        var falls = 0
        for point in points {
            let value = distribution.sample(point)
            if value < last { falls += 1 }
            last = value
        }
        #expect(falls == 0)
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

    /// Of the table, and of a thousand samples at the text's scale.
    private static let pinned: [String: String] = [
        "constant 5ms": "ecb5f87f5fcf2480e2e3df803d39f0eb",
        "5ms": "ecb5f87f5fcf2480e2e3df803d39f0eb",
        "uniform 1ms..3ms": "73a2c1af147180edbb84ba61c421844e",
        "uniform 0s..20us": "b39b80887ba73e904b2896ee3546e47c",
        "exponential mean 10ms": "5ff1a643e54543edcf6634b193db3202",
        "lognormal median 45ms p99 400ms": "58bf3afd000e40122a5ac6693803dcd6",
        "lognormal median 45ms p75 90ms": "fd5e093aa6da8af31147aae327ea33ea",
        "lognormal median 2ms p90 3ms": "4fc8c2c5e0e0771f63f90502d890b7c0",
        "lognormal median 2ms p95 10ms": "eb038f988f0ab2a9a4de118efe96d61f",
        "lognormal median 1ms p999 1s": "66be334e75dbd8433c6a25d56445bb56",
        "lognormal median 45ms sigma 0.94": "799eb4dd18cb91230537cd1d5c22b6e1",
        "lognormal median 100ms sigma 2.5": "6bfacad6ba64c058cc9fab02bd106103",
        "gamma mean 20ms cv 0.5": "8e68116743d4fd84025d547192a5e3bc",
        "gamma mean 20ms cv 1.7": "cc55397fcafdb23c61f97424f16b407b",
        "gamma mean 2s cv 5": "9446def0215196a314201eb45b91b3de",
        "gamma mean 20ms cv 0.05": "8b4944be2a73d4d26ce867f024b0d7a3",
        "erlang shape 4 mean 10ms": "585cedb6c1fe460471dd385a2e3216de",
        "erlang shape 1 mean 10ms": "5ff1a643e54543edcf6634b193db3202",
        "erlang shape 1000 mean 10ms": "7f9b75c33f81e4cc4d251cd48a016142",
        "weibull shape 0.5 scale 100ms": "eceed6eddc41e3cb7202c5f183aded40",
        "weibull shape 0.7 scale 10ms": "f3505833b93275f05e6e35c92673c191",
        "weibull shape 3 scale 10ms": "10de92ac5a2976d308d2a3fe8f2b5e24",
        "pareto min 1ms alpha 3": "d1f7525c7415723de777a37481272574",
        "pareto min 1ms alpha 2.5": "d89f4f00f6beef4f89cb6375d9122b26",
        "pareto min 1ms alpha 1.5": "c552f18e01cfee6e6402e1aa52ebede5",
        "pareto min 1ms alpha 1.1": "da34e7dc9d8f2513b283d47625660a44",
        "pareto min 1ms alpha 0.8": "6c8392ce4e016537f1f7b2f0da0646d8",
        "hyperexponential mean 10ms cv 2": "3d5d525fa6085bb2b6cfd6076ef0e33f",
        "hyperexponential mean 1s cv 20": "16fb0734c96b270ec9c6e698dcff9167",
        "hyperexponential mean 10ms cv 1.001": "776c185d6d85f3507da63c28d1a45e76",
        "empirical": "7b505d3fd3584c6e3b89875e6da829a5",
    ]

    @Test("the table of every text is pinned to the last bit", arguments: DistributionOracle.all)
    func pinnedTables(_ oracle: DistributionOracle) {
        // A file's name is another one each time.
        let text = oracle.text.hasPrefix("empirical") ? "empirical" : oracle.text
        #expect(Self.pinned[text] == TableFingerprint.text(of: oracle.specification), "\(text)")
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
