// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What `gale test --json` prints.
public enum TestJSON {
    private struct Report: Encodable {
        var schema = "gale/test/2"
        var passed: Bool
        /// Tests without a result, because a signal ended it all; nil: there are none.
        var notFinished: Int?
        var results: [TestResult]
    }

    /// - Parameter tests: how many there were; fewer results are no pass.
    public static func text(_ results: [TestResult], of tests: Int) -> String {
        let missing = tests - results.count
        return JSONText.pretty(
            Report(
                passed: missing == 0 && results.allSatisfy(\.passed), notFinished: missing == 0 ? nil : missing,
                results: results))
    }
}
