// SPDX-License-Identifier: GPL-3.0-or-later

/// What one run of a test came to. It can travel: a run may be made in another process than the one that judges.
public struct TestRun: Codable, Equatable, Sendable {
    public var seed: UInt64
    /// In words; empty: all was as it must be.
    public var problems: [String]
    /// Notifications submitted.
    public var messages: Int64
    /// In the order of the theory's predictions.
    public var observations: [TheoryObservation] = []
    /// A signal ended it: it says nothing.
    public var isInterrupted = false

    public init(seed: UInt64, problems: [String], messages: Int64) {
        self.seed = seed
        self.problems = problems
        self.messages = messages
    }
}
