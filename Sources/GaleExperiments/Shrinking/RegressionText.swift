// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GaleScenarioLanguage

/// What a shrunk scenario is stored as: an ordinary scenario with the failure that it is kept for, and its story in a comment.
public struct RegressionText {
    public let cause: String
    /// The file that it was shrunk from.
    public let from: String
    public let seed: UInt64

    public init(cause: String, from: String, seed: UInt64) {
        self.cause = cause
        self.from = from
        self.seed = seed
    }

    /// - Parameters:
    ///   - name: of the scenario.
    ///   - origin: the scenario before.
    ///   - marks: what its run reached.
    public func text(_ state: ShrinkState, name: String, origin: ShrinkState, marks: [String]) -> String {
        let document = self.document(state, name: name, marks: marks)
        let finding = state.run.problems.compactMap(\.finding).first { $0.causeKey == cause }
        var comment = [
            "SPDX-License-Identifier: Apache-2.0",
            "Violates: " + (finding.map { "\($0.name): \($0.cause)" } ?? state.run.defect ?? cause)
                + (origin.run.excesses[cause].map { "; before: \($0.value)" } ?? ""),
            "Story: " + story(state),
            "Shrunk from \(from), seed \(seed): \(Self.size(origin)) before.",
            "`gale replay THIS --violation` tells it, `gale test` checks whether it is still so.",
        ]
        comment = comment.map { line in
            String(String.UnicodeScalarView(line.unicodeScalars.map { $0.value < 32 ? " " : $0 }))
        }
        return comment.map { "# \($0)\n" }.joined() + document.text
    }

    /// The document that is stored, without its comment.
    public func document(_ state: ShrinkState, name: String, marks: [String]) -> ScenarioDocument {
        var document = state.document.removing(["regression"]).setting(["name"], to: name)
            .setting(["seed"], to: "\(seed)").removing(["about"])
            .setting(["regression", "violates"], to: cause)
            .setting(["regression", "expected"], to: Regression.Expected.reproduces.rawValue)
            .setting(["regression", "from"], to: "\(from), seed \(seed)")
        if !marks.isEmpty { document = document.setting(["regression", "marks"], to: marks) }
        return document
    }

    /// `3 notifications; brownout: provider apns at 2s for 40s, capacity 10%`.
    private func story(_ state: ShrinkState) -> String {
        let faults = state.document.keys(at: ["faults"]).map { name -> String in
            let words = state.document.keys(at: ["faults", name]).map { key in
                "\(key) \(state.document.scalar(at: ["faults", name, key]) ?? "…")"
            }
            return "\(name) (\(words.joined(separator: ", ")))"
        }
        return Self.notifications(state) + (faults.isEmpty ? ", no fault" : "; " + faults.joined(separator: "; "))
    }

    private static func notifications(_ state: ShrinkState) -> String {
        "\(Readable.count(state.messages)) notification" + (state.messages == 1 ? "" : "s")
    }

    private static func size(_ state: ShrinkState) -> String {
        "\(state.faults) fault" + (state.faults == 1 ? "" : "s") + ", \(notifications(state))"
    }
}
