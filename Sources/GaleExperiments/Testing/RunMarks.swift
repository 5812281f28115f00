// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels

/// What a run has reached that tells whether it still goes where another one went: names, without numbers and times.
enum RunMarks {
    /// In a fixed order, each once.
    static func of(_ summary: RunSummary) -> [String] {
        var marks: [String] = []
        for fault in summary.faults where !fault.inert { marks.append("fault \(fault.name) changes decisions") }
        for (name, provider) in summary.providers.sorted(by: { $0.key < $1.key }) {
            for answer in provider.answers.keys.sorted() { marks.append("\(name) answers \(answer)") }
            if provider.timeouts > 0 { marks.append("\(name) does not answer in time") }
        }
        for (name, stage) in summary.stages.sorted(by: { $0.key < $1.key }) {
            if stage.redelivered > 0 { marks.append("\(name) reads messages again") }
            if stage.deadLettered > 0 { marks.append("\(name) gives messages up") }
        }
        return marks
    }
}
