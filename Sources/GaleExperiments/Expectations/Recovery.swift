// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// From when on clauses hold until the end, each over a trailing window.
///
/// The clauses are read at the end of every slot from an instant on, each over the window that ends there. Those about messages
/// that were to be sent in it, about shares of attempts and about throughput are read to the end of the load: behind it a window
/// has ever fewer messages, and its percentiles are those of a handful. A window without one *while* the load lasts is not
/// measured, and fails. What counts by the clock, a backlog and numbers of attempts, is read to the end of the run.
package struct Recovery {
    package enum Outcome: Equatable {
        /// All clauses hold from here on, and each was measured at least once since.
        case recovered(Instant)
        /// The clause that failed last, and what it read then.
        case never(clause: Int, Reading)
        /// The clause that no window after the instant says anything about.
        case notMeasured(clause: Int)
    }

    package private(set) var outcome: Outcome

    private let reader: MetricReader
    private let window: Int

    package init(of clauses: [Expectation.Comparison], since start: Instant, reader: MetricReader) {
        self.reader = reader
        let slot = reader.source.slot
        window = max(1, Selection.startedSlots(in: ExpectationEvaluator.trailingWindow, slot))
        outcome = .notMeasured(clause: 0)
        let first = max(1, Selection.startedSlots(in: start - .zero, slot))
        guard first <= reader.source.slotCount else { return }

        var since: Int?
        var measured = [Bool](repeating: false, count: clauses.count)
        var failure: (clause: Int, Reading)?
        for end in first...reader.source.slotCount {
            var failed: (clause: Int, Reading)?
            for (index, clause) in clauses.enumerated() {
                guard let reading = read(clause, endingAt: end) else { continue }
                if reading.holds(clause.comparator, clause.bound.magnitude) {
                    measured[index] = true
                } else if failed == nil {
                    failed = (index, reading)
                }
            }
            if let failed {
                failure = failed
                since = nil
                measured = measured.map { _ in false }
            } else if since == nil {
                since = end
            }
        }
        if let since {
            if let silent = measured.firstIndex(of: false) {
                // What failed and was then no more heard of has not recovered.
                outcome = failure.map { .never(clause: $0.clause, $0.1) } ?? .notMeasured(clause: silent)
            } else {
                outcome = .recovered(.zero + slot * Int64(since))
            }
        } else if let failure {
            outcome =
                failure.1 == .notMeasured
                ? .notMeasured(clause: failure.clause) : .never(clause: failure.clause, failure.1)
        }
    }

    /// nil: the clause has nothing to say of the window that ends with this many slots.
    private func read(_ clause: Expectation.Comparison, endingAt end: Int) -> Reading? {
        let load = Selection.startedSlots(in: reader.specification.duration, reader.source.slot)
        switch clause.metric {
        case .backlog, .attempts, .misordered, .spent, .jobs: break
        case .count, .amplification, .errors, .quantile, .mean, .maximum, .throughput: if end > load { return nil }
        }
        return reader.read(clause, over: Selection(slots: max(0, end - window)..<end))
    }
}
