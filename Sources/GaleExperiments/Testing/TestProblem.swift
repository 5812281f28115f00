// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// One thing that was not as it must be in a run of a test.
public struct TestProblem: Codable, Equatable, Sendable, CustomStringConvertible {
    /// In words, for people: `'lost = 0' does not hold: 3`.
    public var text: String
    /// Where the expectation is written; nil: Gale expects it by itself, or it is not about an expectation.
    public var place: Place?
    /// What of the run's result it is about; nil: it is not about the result, as an inert fault, or says that nothing is wrong.
    public var finding: RunFinding?

    /// Lines and columns count from 1.
    public struct Place: Codable, Equatable, Hashable, Sendable {
        public var file: String
        public var line, column: Int

        public init(file: String, line: Int, column: Int) {
            self.file = file
            self.line = line
            self.column = column
        }
    }

    public init(_ text: String, at place: Place? = nil, finding: RunFinding? = nil) {
        self.text = text
        self.place = place
        self.finding = finding
    }

    init(_ text: String, at location: SourceLocation?, finding: RunFinding? = nil) {
        self.init(
            text, at: location.map { Place(file: $0.file, line: $0.line, column: $0.column) }, finding: finding)
    }

    public var description: String { text }
}
