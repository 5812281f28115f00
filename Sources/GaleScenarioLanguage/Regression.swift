// SPDX-License-Identifier: Apache-2.0

/// What a stored regression says of itself: the failure that it was kept for, and whether that is still to be expected.
public struct Regression: Equatable, Sendable {
    /// The failure's cause key.
    public var violates: String
    public var expected: Expected
    /// What a run must reach for its verdict to mean anything: what the failing one reached.
    public var marks: [String]
    /// The scenario that it was shrunk from, and its seed.
    public var from: String?

    public enum Expected: String, CaseIterable, Sendable {
        /// Nobody has mended it yet.
        case reproduces
        /// It has been mended, and must not come back.
        case fixed
    }

    /// The causes of a pipeline that does not recover.
    package static let recoveryCauses = ["metastable", "not observed", "not measured"].map { "recovery: \($0)" }

    public init(violates: String, expected: Expected = .reproduces, marks: [String] = [], from: String? = nil) {
        self.violates = violates
        self.expected = expected
        self.marks = marks
        self.from = from
    }
}
