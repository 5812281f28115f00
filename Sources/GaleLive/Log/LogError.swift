// SPDX-License-Identifier: Apache-2.0

/// Why a log can't be read.
public struct LogError: Error, Equatable, CustomStringConvertible {
    /// From 1; 0: the file as a whole.
    public var line: Int
    public var problem: String

    public init(line: Int, _ problem: String) {
        self.line = line
        self.problem = problem
    }

    public var description: String { line == 0 ? problem : "line \(line): \(problem)" }
}
