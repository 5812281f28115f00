// SPDX-License-Identifier: GPL-3.0-or-later

/// What one run of a test came to. It can travel: a run may be made in another process than the one that judges.
public struct TestRun: Codable, Equatable, Sendable {
    public var seed: UInt64
    /// Empty: all was as it must be.
    public var problems: [TestProblem]
    /// Why there is no result, though nobody interrupted the run: the process that made it was ended by a signal, or found a
    /// mistake of its own; nil: there is one.
    public var defect: String?
    /// Notifications submitted.
    public var messages: Int64
    /// What it measured, to be compared with other runs.
    public var measures: [TestMeasure] = []
    /// In the order of the theory's predictions.
    public var observations: [TheoryObservation] = []
    /// Of a stored regression: what has become of it, and what the run reached.
    public var regression: RegressionState?
    public var marks: [String]?
    /// Faults that changed no decision.
    public var inertFaults = 0
    /// What kind of failure to recover it showed; nil: none.
    public var recovery: RecoverySummary.Nature?
    /// How far beyond their bounds the expectations are that failed, by the causes of these failures.
    public var excesses: [String: Excess] = [:]
    /// It was ended by its scenario's limit of memory, to which what the process did before may have added; nil: it was not.
    public var hasReachedMemoryLimit: Bool?
    /// A signal ended it: it says nothing.
    public var isInterrupted = false

    public init(seed: UInt64, problems: [TestProblem], messages: Int64) {
        self.seed = seed
        self.problems = problems
        self.messages = messages
    }

    /// A run without a result.
    public init(seed: UInt64, defect: String) {
        self.init(seed: seed, problems: [], messages: 0)
        self.defect = defect
    }

    /// Nothing speaks against it.
    public var isClean: Bool { problems.isEmpty && defect == nil }
}
