// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness

/// Keyed draws from one distribution, one after the other.
public struct DrawModel: Benchmark {
    private let word: String
    private let specification: DistributionSpecification?

    /// - Parameter specification: nil draws the uniform number alone.
    init(_ word: String, _ specification: DistributionSpecification?) {
        self.word = word
        self.specification = specification
    }

    public var name: String { "draws/\(word)" }
    public var operation: String {
        specification == nil
            ? "a uniform number by its key" : "a uniform number by its key, and the quantile of the distribution there"
    }
    public var usualOperations: Int { 20_000_000 }

    public func sample(operations: Int) -> BenchmarkSample {
        let draws = Draws(seed: 1)
        guard let specification else {
            let watch = Stopwatch()
            var sum: UInt64 = 0
            for number in 0..<UInt64(operations) { sum &+= draws.uniform(.draw, number) &>> 32 }
            let time = watch.elapsed
            return sample(operations, time, mean: Double(sum) / 0x1p32)
        }
        let distribution = Distribution(specification)
        let watch = Stopwatch()
        var sum: Int64 = 0
        for number in 0..<UInt64(operations) { sum &+= distribution.sample(draws.uniform(.draw, number)) }
        let time = watch.elapsed
        return sample(operations, time, mean: Double(sum))
    }

    private func sample(_ operations: Int, _ time: Stopwatch.Elapsed, mean sum: Double) -> BenchmarkSample {
        BenchmarkSample(
            operations: UInt64(operations), time: time, figures: [("mean", sum / Double(operations))])
    }

    /// One of each shape, with parameters as scenarios have them.
    public static var all: [DrawModel] {
        let times = (0..<1000).map { Double($0 * $0) }
        return [
            DrawModel("number", nil), DrawModel("constant", .constant(5e6)),
            DrawModel("uniform", .uniform(low: 1e6, high: 3e6)), DrawModel("exponential", .exponential(mean: 1e6)),
            DrawModel("lognormal", .lognormal(median: 20e6, sigma: 0.5)),
            DrawModel("gamma", .gamma(mean: 20e6, cv: 0.5)), DrawModel("erlang", .erlang(shape: 4, mean: 10e6)),
            DrawModel("weibull", .weibull(shape: 0.7, scale: 10e6)),
            DrawModel("pareto", .pareto(minimum: 1e6, alpha: 1.5)),
            DrawModel("hyperexponential", .hyperexponential(mean: 10e6, cv: 2)),
            DrawModel("empirical", .empirical(times)),
        ]
    }
}

extension Purpose {
    fileprivate static var draw: Purpose { Purpose(layer: .call, id: 100) }
}
