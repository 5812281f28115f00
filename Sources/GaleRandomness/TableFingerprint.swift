// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A digest of every bit that tables and `PortableMath` give, over a fixed list: equal on every machine, or results are not.
public enum TableFingerprint {
    /// One of each kind, heavy tails and extreme shapes included.
    package static let specifications: [DistributionSpecification] = [
        .constant(5e6), .uniform(low: 1e6, high: 3e6), .exponential(mean: 1e7),
        .lognormal(median: 45e6, sigma: 0.94), .lognormal(median: 1e6, sigma: 2.5),
        .gamma(mean: 2e7, cv: 0.5), .gamma(mean: 2e7, cv: 5), .erlang(shape: 4, mean: 1e7),
        .weibull(shape: 0.5, scale: 1e6), .weibull(shape: 3, scale: 1e6),
        .pareto(minimum: 1e6, alpha: 1.5), .pareto(minimum: 1e6, alpha: 0.8),
        .hyperexponential(mean: 1e7, cv: 2), .hyperexponential(mean: 1e7, cv: 20), .empirical([1, 5, 7, 1000]),
    ]

    /// 32 hexadecimal digits over tables, samples, elementary functions and a Zipf table.
    public static func text() -> String {
        var fingerprint = Fingerprint()
        for specification in specifications {
            absorbTable(of: specification, into: &fingerprint)
        }
        absorbFunctions(into: &fingerprint)
        for probability in ZipfTable(count: 1000, skew: 1.1).probabilities {
            fingerprint.absorb(probability.bitPattern)
        }
        return fingerprint.digest.description
    }

    /// The digest of one specification's table and of some of its samples.
    package static func text(of specification: DistributionSpecification) -> String {
        var fingerprint = Fingerprint()
        absorbTable(of: specification, into: &fingerprint)
        return fingerprint.digest.description
    }

    private static func absorbTable(of specification: DistributionSpecification, into fingerprint: inout Fingerprint) {
        let (table, _) = QuantileTable.table(for: specification)
        for index in 0..<table.count {
            fingerprint.absorb(table.words[index])
        }
        let distribution = Distribution(specification)
        let draws = Draws(seed: 1)
        for index: UInt64 in 0..<1000 {
            let u = draws.uniform(Purpose(layer: .exploration, id: 0), index)
            fingerprint.absorb(UInt64(bitPattern: distribution.sample(u)))
        }
    }

    private static func absorbFunctions(into fingerprint: inout Fingerprint) {
        let draws = Draws(seed: 2)
        for index: UInt64 in 0..<3000 {
            let x = Double(draws.uniform(Purpose(layer: .exploration, id: 1), index) >> 11) * 0x1p-53
            let values = [
                PortableMath.exp(x * 40 - 20), PortableMath.log(x * 100), PortableMath.power(x * 10, 3.3),
                PortableMath.normalQuantile(x), PortableMath.logGamma(x * 20), PortableMath.errorFunction(x * 4),
                PortableMath.logIncompleteGamma(shape: 2.5, x * 10).upper,
            ]
            for value in values { fingerprint.absorb(value.bitPattern) }
        }
    }
}
