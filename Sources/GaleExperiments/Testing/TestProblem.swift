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
    /// The same for the same problem in runs of other seeds; nil: the finding's, or the text says.
    public var key: String?

    /// Lines and columns count from 1.
    public struct Place: Codable, Equatable, Hashable, Sendable {
        public var file: String
        public var line, column: Int

        public init(file: String, line: Int, column: Int) {
            self.file = file
            self.line = line
            self.column = column
        }

        init(_ location: SourceLocation) {
            self.init(file: location.file, line: location.line, column: location.column)
        }
    }

    public init(_ text: String, at place: Place? = nil, finding: RunFinding? = nil) {
        self.text = text
        self.place = place
        self.finding = finding
    }

    init(_ text: String, at location: SourceLocation?, finding: RunFinding? = nil, key: String? = nil) {
        self.init(text, at: location.map(Place.init), finding: finding)
        self.key = key
    }

    public var description: String { text }
}
