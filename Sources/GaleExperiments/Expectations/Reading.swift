// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// What a metric came to.
package enum Reading: Equatable, Sendable {
    /// There was no sample; no comparison with it holds.
    case notMeasured
    /// A latency that falls on an undelivered message.
    case infinite
    /// A count, a share in parts of one, seconds, or a rate per second: the unit of the metric and its bound.
    case value(Double)

    package func holds(_ comparator: Expectation.Comparator, _ bound: Double) -> Bool {
        let value: Double
        switch self {
        case .notMeasured: return false
        case .infinite: value = .infinity
        case .value(let finite): value = finite
        }
        switch comparator {
        case .less: return value < bound
        case .lessOrEqual: return value <= bound
        case .equal: return value == bound
        case .greaterOrEqual: return value >= bound
        case .greater: return value > bound
        }
    }
}

extension Expectation.Bound {
    /// In the unit of `Reading.value`.
    package var magnitude: Double {
        switch self {
        case .count(let count): Double(count)
        case .share(let share): share
        case .interval(let interval): interval.seconds
        case .ratio(let ratio): ratio
        }
    }
}
