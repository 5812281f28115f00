// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// What a metric's value is counted in.
public enum MetricUnit: String, Codable, Sendable {
    case count
    /// In parts of one.
    case share
    case seconds
    case ratio
    case perSecond = "per second"
    /// Of the currency that the prices of the policies are in.
    case currency

    /// As a person reads it: `12,345`, `0.034%`, `340 ms`, `1.21`, `990/s`.
    package func text(_ value: Double) -> String {
        switch self {
        case .count: Readable.count(value)
        case .share: Readable.share(value)
        case .seconds: Readable.time(value)
        case .ratio: Readable.significant(value)
        case .perSecond: Readable.significant(value) + "/s"
        case .currency: Readable.trimmed(value, decimals: 6)
        }
    }
}

extension Expectation.Comparison {
    /// Of what it reads.
    package var unit: MetricUnit {
        switch metric {
        case .count: bound.isShare ? .share : .count
        case .amplification: .ratio
        case .attempts, .backlog, .jobs, .misordered: .count
        case .errors: .share
        case .spent: .currency
        case .quantile, .mean, .maximum: .seconds
        case .throughput: .perSecond
        }
    }
}
