// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What the exit code of `gale` says. A run that a signal ended gives 128 plus the signal's number, as shells do (130 for
/// Ctrl-C, 143 for a termination).
package enum ExitStatus {
    /// All expectations held.
    package static let held: Int32 = 0
    /// An expectation failed, or the run ended early at one of its limits.
    package static let expectationFailed: Int32 = 1
    /// The scenario, an argument or the place for the result is wrong.
    package static let wrongInput: Int32 = 2
    /// Two runs that had to be equal were not.
    package static let notDeterministic: Int32 = 3
    /// A defect of Gale.
    package static let internalError: Int32 = 4

    /// Of a test of so many cases: what it came to counts only if all of it is there.
    package static func ofTest(_ results: [TestResult], cases: Int, signal: Int32?) -> Int32 {
        if let signal { return interrupted(by: signal) }
        if results.count < cases || results.contains(where: \.hasDefect) { return internalError }
        return results.allSatisfy(\.passed) ? held : expectationFailed
    }

    package static func interrupted(by signal: Int32) -> Int32 { 128 + signal }
}
