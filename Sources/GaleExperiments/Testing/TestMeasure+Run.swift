// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

extension TestMeasure {
    /// Of what was delivered, so that a run in which much was not can still be compared.
    package static let latencyName = "p99 of delivered"

    /// What every run can be compared by, what the scenario expects something of, and invariants that are violated or must be.
    ///
    /// - Parameter violates: what the run must violate.
    static func all(
        of summary: RunSummary, in scenario: Scenario, violates: [String], evaluator: ExpectationEvaluator
    ) -> [TestMeasure] {
        var measures = always(summary)
        for (expectation, judged) in zip(scenario.allExpectations, summary.expectations) {
            var measure = read(expectation, evaluator)
            let bound = Bound(text: judged.text, held: judged.held)
            if let same = measures.firstIndex(where: { $0.name == measure.name && $0.unit == measure.unit }) {
                measures[same].bounds.append(bound)
            } else {
                measure.bounds = [bound]
                measures.append(measure)
            }
        }
        for invariant in Invariant.allCases {
            let count = summary.violations.reduce(0) { $0 + ($1.invariant == invariant ? $1.count : 0) }
            guard count > 0 || violates.contains(invariant.rawValue) else { continue }
            measures.append(
                TestMeasure(
                    name: invariant.rawValue, unit: .count, value: Double(count),
                    bounds: [Bound(text: invariant.rawValue, held: count == 0)]))
        }
        return measures
    }

    private static func always(_ summary: RunSummary) -> [TestMeasure] {
        let ledger = summary.ledger
        var measures: [TestMeasure] = []
        if ledger.submitted > 0 {
            let share = Double(ledger.delivered) / Double(ledger.submitted)
            measures.append(TestMeasure(name: "delivered", unit: .share, value: share))
        }
        if summary.attempts > 0 {
            measures.append(TestMeasure(name: "amplification", unit: .ratio, value: summary.amplification))
        }
        measures.append(TestMeasure(name: latencyName, unit: .seconds, value: summary.latency["all"]?.p99))
        if let recovery = summary.recovery {
            measures.append(
                TestMeasure(
                    name: RecoverySummary.name, unit: .seconds, value: recovery.seconds, text: recovery.word,
                    bounds: [Bound(text: RecoverySummary.name, held: !recovery.fails)]))
        }
        return measures
    }

    private static func read(_ expectation: Expectation, _ evaluator: ExpectationEvaluator) -> TestMeasure {
        switch expectation.condition {
        case .comparison(let comparison, let selector):
            let name =
                comparison.metric.text(in: evaluator.specification) + selector.text(in: evaluator.specification)
            let reading = evaluator.reading(comparison, selector)
            return TestMeasure(
                name: name, unit: comparison.unit, value: reading.number, text: reading.text(for: comparison))
        case .recovery(_, let fault, let clauses):
            let name = expectation.text
            switch evaluator.recovery(clauses, after: fault).outcome {
            case .recovered(let instant):
                let ended = evaluator.specification.faults[fault].at + evaluator.specification.faults[fault].length
                return TestMeasure(name: name, unit: .seconds, value: max(0, (instant - .zero - ended).seconds))
            case .never: return TestMeasure(name: name, unit: .seconds, value: nil, text: "never")
            case .notMeasured: return TestMeasure(name: name, unit: .seconds, value: nil)
            }
        }
    }
}

extension Reading {
    /// nil: it is none, or not finite.
    fileprivate var number: Double? { if case .value(let value) = self { value } else { nil } }
}

extension RecoverySummary {
    /// nil: it is not back, or that can't be said.
    fileprivate var seconds: Double? { state == .steady ? 0 : afterSeconds }

    /// In a word; nil: the time says it.
    fileprivate var word: String? { state == .recovered ? nil : state.rawValue }
}
