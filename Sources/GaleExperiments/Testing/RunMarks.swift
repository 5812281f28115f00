// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GaleScenarioLanguage

/// What a run has reached that leads to failures: by which it is told whether it still goes where another one went.
///
/// Faults that told, what providers refuse, and the rare situations of `Coverage`; not what became of messages: a mended failure
/// has another outcome, and is not stale for that. That there was anything at all is one of them, so that there is always one.
enum RunMarks {
    /// In a fixed order, each once.
    ///
    /// - Parameter reached: places in `Coverage.items`.
    static func of(_ summary: RunSummary, reached: [Int]) -> [String] {
        var marks = summary.faults.filter { $0.decisionsChanged > 0 }.map { RegressionMark.fault($0.name) }
        for (name, provider) in summary.providers.sorted(by: { $0.key < $1.key }) {
            for answer in provider.answers.keys.sorted() where !answer.hasPrefix("2") {
                marks.append(RegressionMark.answer(name, answer))
            }
            if provider.timeouts > 0 { marks.append(RegressionMark.noAnswer(name)) }
        }
        marks += reached.map { Coverage.items[$0].name }.filter(RegressionMark.situations.contains)
        if summary.ledger.submitted > 0 { marks.append(RegressionMark.submits) }
        if summary.attempts > 0 { marks.append(RegressionMark.attempts) }
        return marks
    }
}
