// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Decides whether what a scenario expects came true.
package struct ExpectationEvaluator {
    /// A recovery is judged over a trailing window of this length.
    package static let trailingWindow = Interval.seconds(10)

    let source: any MeasurementSource
    let specification: WorldSpecification
    let reader: MetricReader

    package init(source: any MeasurementSource, specification: WorldSpecification) {
        self.source = source
        self.specification = specification
        reader = MetricReader(source: source, specification: specification)
    }

    package func evaluate(_ expectation: Expectation) -> ExpectationSummary {
        let judged = judge(expectation)
        return ExpectationSummary(
            text: expectation.text, held: judged.held, value: judged.value, implied: expectation.location == nil,
            notMeasured: !judged.isMeasured)
    }

    /// How far it is beyond its bound; nil: it holds, or nothing was measured.
    package func excess(of expectation: Expectation) -> Excess? {
        let judged = judge(expectation)
        return judged.held || !judged.isMeasured ? nil : judged.excess
    }

    private struct Judged {
        var held: Bool
        var value: String
        var isMeasured = true
        /// Of one that does not hold.
        var excess: Excess?
    }

    private func judge(_ expectation: Expectation) -> Judged {
        switch expectation.condition {
        case .comparison(let comparison, let selector): evaluate(comparison, selector)
        case .recovery(let limit, let fault, let clauses): evaluate(clauses, within: limit, after: fault)
        }
    }

    package func reading(_ comparison: Expectation.Comparison, _ selector: Expectation.Selector) -> Reading {
        reader.read(comparison, over: Selection(selector, of: source, faults: specification.faults))
    }

    /// How a fault was recovered from.
    package func recovery(_ clauses: [Expectation.Comparison], after fault: Int) -> Recovery {
        Recovery(of: clauses, since: ended(fault), reader: reader)
    }

    private func ended(_ fault: Int) -> Instant {
        .zero + specification.faults[fault].at + specification.faults[fault].length
    }

    private func evaluate(
        _ comparison: Expectation.Comparison, _ selector: Expectation.Selector
    ) -> Judged {
        let reading = reading(comparison, selector)
        return Judged(
            held: reading.holds(comparison.comparator, comparison.bound.magnitude),
            value: reading.text(for: comparison), isMeasured: reading != .notMeasured,
            excess: reading.excess(beyond: comparison))
    }

    private func evaluate(
        _ clauses: [Expectation.Comparison], within limit: Interval, after fault: Int
    ) -> Judged {
        switch recovery(clauses, after: fault).outcome {
        case .notMeasured(let clause):
            let text = "not measured: \(clauses[clause].metric.text(in: specification))"
            return Judged(held: false, value: text, isMeasured: false)
        case .never(let clause, let reading):
            let metric = clauses[clause].metric.text(in: specification)
            let text = "not recovered: \(metric) = \(reading.text(for: clauses[clause])) at the end"
            var excess = reading.excess(beyond: clauses[clause])
            (excess.value, excess.clause) = (text, clause)
            return Judged(held: false, value: text, isMeasured: reading != .notMeasured, excess: excess)
        case .recovered(let instant):
            let length = instant - ended(fault)
            let text = length <= .zero ? "at once" : "after \(Readable.time(length.seconds))"
            let isInTime = length <= limit
            let value = isInTime ? "recovered \(text)" : "recovered only \(text)"
            return Judged(
                held: isInTime, value: value, excess: Excess(value: value, amount: (length - limit).seconds))
        }
    }
}
