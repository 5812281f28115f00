// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

extension Scenario {
    /// What the scenario expects, and what every scenario expects that says nothing of its own about it: `lost = 0`, and
    /// without faults `undelivered < 0.1%`.
    package var allExpectations: [Expectation] {
        var all = expectations
        if !mentions(.lost) {
            all.append(
                Expectation(
                    text: "lost = 0", location: nil,
                    condition: .comparison(
                        Expectation.Comparison(metric: .count(.lost, .all), comparator: .equal, bound: .count(0)), .all)
                ))
        }
        if specification.faults.isEmpty && !mentions(.undelivered) {
            all.append(
                Expectation(
                    text: "undelivered < 0.1%", location: nil,
                    condition: .comparison(
                        Expectation.Comparison(
                            metric: .count(.undelivered, .all), comparator: .less, bound: .share(0.001)), .all)))
        }
        return all
    }

    private func mentions(_ entry: Expectation.LedgerEntry) -> Bool {
        expectations.contains { expectation in
            switch expectation.condition {
            case .comparison(let comparison, _): comparison.metric.isCount(of: entry)
            case .recovery(_, _, let clauses): clauses.contains { $0.metric.isCount(of: entry) }
            }
        }
    }
}

extension Expectation.Metric {
    fileprivate func isCount(of entry: Expectation.LedgerEntry) -> Bool {
        if case .count(entry, _) = self { true } else { false }
    }
}
