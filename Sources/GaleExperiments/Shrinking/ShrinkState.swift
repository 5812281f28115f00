// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// How far a shrinking has come.
public struct ShrinkState: Sendable {
    /// The smallest scenario so far that fails in the same way.
    public var document: ScenarioDocument
    /// Of its run.
    public var run: TestRun
    /// Runs made, and documents that were no scenario and needed none.
    public var runs: Int
    public var rejected: Int
    /// What was last tried and held, in words; empty at the beginning.
    public var step: String

    public init(document: ScenarioDocument, run: TestRun) {
        self.document = document
        self.run = run
        runs = 1
        rejected = 0
        step = ""
    }

    public var faults: Int { document.keys(at: ["faults"]).count }
    public var messages: Int64 { run.messages }
}

extension TestRun {
    /// What is wrong with it, by cause; equal for the same failure in any run.
    public var causes: [String] {
        problems.compactMap { $0.finding?.causeKey }
            + (defect.map { [ExploredRun.cause(ofDefect: $0)] } ?? [])
    }
}
