// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

extension DistributionOracle {
    /// Every form of the language, with light and heavy tails, ordinary and extreme shapes.
    static let all: [DistributionOracle] = [
        constant("constant 5ms", 5e6), constant("5ms", 5e6), uniform("uniform 1ms..3ms", low: 1e6, high: 3e6),
        uniform("uniform 0s..20us", low: 0, high: 2e4),
        exponential("exponential mean 10ms", mean: 1e7),
        lognormal("lognormal median 45ms p99 400ms", median: 45e6, p: 0.99, value: 400e6),
        lognormal("lognormal median 45ms p75 90ms", median: 45e6, p: 0.75, value: 90e6),
        lognormal("lognormal median 2ms p90 3ms", median: 2e6, p: 0.9, value: 3e6),
        lognormal("lognormal median 2ms p95 10ms", median: 2e6, p: 0.95, value: 1e7),
        lognormal("lognormal median 1ms p999 1s", median: 1e6, p: 0.999, value: 1e9),
        lognormal("lognormal median 45ms sigma 0.94", median: 45e6, sigma: 0.94),
        lognormal("lognormal median 100ms sigma 2.5", median: 1e8, sigma: 2.5),
        gamma("gamma mean 20ms cv 0.5", mean: 2e7, cv: 0.5), gamma("gamma mean 20ms cv 1.7", mean: 2e7, cv: 1.7),
        gamma("gamma mean 2s cv 5", mean: 2e9, cv: 5), gamma("gamma mean 20ms cv 0.05", mean: 2e7, cv: 0.05),
        erlang("erlang shape 4 mean 10ms", shape: 4, mean: 1e7),
        erlang("erlang shape 1 mean 10ms", shape: 1, mean: 1e7),
        erlang("erlang shape 1000 mean 10ms", shape: 1000, mean: 1e7),
        weibull("weibull shape 0.5 scale 100ms", shape: 0.5, scale: 1e8),
        weibull("weibull shape 0.7 scale 10ms", shape: 0.7, scale: 1e7),
        weibull("weibull shape 3 scale 10ms", shape: 3, scale: 1e7),
        pareto("pareto min 1ms alpha 3", minimum: 1e6, alpha: 3),
        pareto("pareto min 1ms alpha 2.5", minimum: 1e6, alpha: 2.5),
        pareto("pareto min 1ms alpha 1.5", minimum: 1e6, alpha: 1.5),
        pareto("pareto min 1ms alpha 1.1", minimum: 1e6, alpha: 1.1),
        pareto("pareto min 1ms alpha 0.8", minimum: 1e6, alpha: 0.8),
        hyperexponential("hyperexponential mean 10ms cv 2", mean: 1e7, cv: 2),
        hyperexponential("hyperexponential mean 1s cv 20", mean: 1e9, cv: 20),
        hyperexponential("hyperexponential mean 10ms cv 1.001", mean: 1e7, cv: 1.001),
        samples,
    ]

    /// A file of samples with the unit on its first line, in no order: repeated values, a long gap, a wild one at the end.
    private static let samples: DistributionOracle = {
        var values: [Double] = [1e6, 1.5e6, 2e6, 2e6, 2e6, 4e6]
        for index in 1...40 { values.append(5e6 + Double(index * index) * 1e4) }
        values += [9e7, 3e9]
        let path = NSTemporaryDirectory() + "gale-samples-\(UUID().uuidString).csv"
        let lines = ["ms"] + values.reversed().map { "\($0 / 1e6)" }
        try? (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return empirical("empirical \(path)", values)
    }()
}
