// SPDX-License-Identifier: Apache-2.0
import Synchronization

extension QuantileTable {
    private enum Key: Hashable {
        case shape(UnitShape)
        case linear([Double])
    }

    /// Tables by shape. It is asked by key only, never iterated, so its order cannot matter.
    private static let cache = Mutex<[Key: QuantileTable]>([:])

    /// The table of a specification, shared by all with the same shape, and the scale to use it at.
    static func table(for specification: DistributionSpecification) -> (QuantileTable, scale: Double) {
        switch specification {
        case .constant(let value): return (linear([1]), value)
        case .uniform(let low, let high): return high > 0 ? (linear([low / high, 1]), high) : (linear([1]), 0)
        case .exponential(let mean): return (octaves(.gamma(shape: 1)), mean)
        case .lognormal(let median, let sigma):
            return sigma == 0 ? (linear([1]), median) : (octaves(.lognormal(sigma: sigma)), median)
        case .gamma(let mean, let cv):
            return cv == 0 ? (linear([1]), mean) : (octaves(.gamma(shape: 1 / (cv * cv))), mean)
        case .erlang(let shape, let mean): return (octaves(.gamma(shape: Double(shape))), mean)
        case .weibull(let shape, let scale): return (octaves(.weibull(shape: shape)), scale)
        case .pareto(let minimum, let alpha): return (octaves(.pareto(alpha: alpha)), minimum)
        case .hyperexponential(let mean, let cv): return (octaves(.hyperexponential(cv: cv)), mean)
        case .empirical(let values): return (linear(values), 1)
        }
    }

    private static func octaves(_ shape: UnitShape) -> QuantileTable {
        cached(.shape(shape)) { QuantileTable(octavesOf: shape) }
    }

    private static func linear(_ values: [Double]) -> QuantileTable {
        cached(.linear(values)) { QuantileTable(linear: values) }
    }

    private static func cached(_ key: Key, _ build: () -> QuantileTable) -> QuantileTable {
        cache.withLock { tables in
            if let known = tables[key] { return known }
            let table = build()
            tables[key] = table
            return table
        }
    }
}
