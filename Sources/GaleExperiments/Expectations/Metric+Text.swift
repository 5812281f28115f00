// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GaleScenarioLanguage

extension Expectation.Metric {
    /// As an expectation writes it: `p99(push.latency)`.
    package func text(in specification: WorldSpecification) -> String {
        switch self {
        case .count(let entry, let subject): Self.prefix(subject, specification) + entry.rawValue
        case .amplification: "amplification"
        case .attempts(nil): "attempts"
        case .attempts(let provider?): "attempts(\(specification.providers[provider].name))"
        case .errors(let provider): "errors(\(specification.providers[provider].name))"
        case .quantile(let quantile, let subject):
            "\(Self.quantileName(quantile))(\(Self.prefix(subject, specification))latency)"
        case .mean(let subject): "mean(\(Self.prefix(subject, specification))latency)"
        case .maximum(let subject): "max(\(Self.prefix(subject, specification))latency)"
        case .backlog(let topic): "backlog(\(specification.topics[topic].name))"
        case .throughput: "throughput"
        case .misordered: "misordered"
        case .spent(nil): "spent"
        case .spent(let provider?): "spent(\(specification.providers[provider].name))"
        case .jobs(let entry, let stage): "\(entry.rawValue)(\(specification.stages[stage].name))"
        }
    }

    /// 0.5 is p50, 0.99 p99, 0.999 p999 or p99.9.
    private static func quantileName(_ quantile: Double) -> String {
        "p" + Readable.trimmed(quantile * 100, decimals: 6)
    }

    private static func prefix(_ subject: Expectation.LatencySubject, _ specification: WorldSpecification) -> String {
        switch subject {
        case .all: ""
        case .channel(let channel): Channel.allCases[channel].name + "."
        case .stage(let stage): specification.stages[stage].name + "."
        case .provider(let provider): specification.providers[provider].name + "."
        }
    }
}

extension Reading {
    /// As a person reads it: `1.21`, `340 ms`, `inf`, `not measured`.
    package func text(for comparison: Expectation.Comparison) -> String {
        switch self {
        case .notMeasured: "not measured"
        case .infinite: "inf"
        case .value(let value): comparison.unit.text(value)
        }
    }
}

extension Expectation.Selector {
    /// As an expectation writes it, with a blank before it: ` during brownout`.
    package func text(in specification: WorldSpecification) -> String {
        switch self {
        case .all: ""
        case .before(let fault): " before " + specification.faults[fault].name
        case .during(let fault): " during " + specification.faults[fault].name
        case .after(let fault): " after " + specification.faults[fault].name
        }
    }
}
