// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels

/// What a run has reached that leads to failures: by which it is told whether it still goes where another one went.
///
/// Faults that told, what providers refuse, and the rare situations of `Coverage`; not what became of messages: a mended failure
/// has another outcome, and is not stale for that.
enum RunMarks {
    /// In a fixed order, each once.
    ///
    /// - Parameter reached: places in `Coverage.items`.
    static func of(_ summary: RunSummary, reached: [Int]) -> [String] {
        var marks = summary.faults.filter { $0.decisionsChanged > 0 }.map { "fault \($0.name) changes decisions" }
        for (name, provider) in summary.providers.sorted(by: { $0.key < $1.key }) {
            for answer in provider.answers.keys.sorted() where !answer.hasPrefix("2") {
                marks.append("\(name) answers \(answer)")
            }
            if provider.timeouts > 0 { marks.append("\(name) does not answer in time") }
        }
        let outcomes = [Mark.lost.about, Mark.retracted.about]
        marks += reached.map { Coverage.items[$0] }.filter { $0.group == .situation && !outcomes.contains($0.name) }
            .map(\.name)
        return marks
    }
}
