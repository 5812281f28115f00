// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What `gale test --json` prints.
public enum TestJSON {
    private struct Report: Encodable {
        var schema = "gale/test/2"
        var passed: Bool
        var results: [TestResult]
    }

    /// - Parameter tests: how many there were; fewer results are no pass.
    public static func text(_ results: [TestResult], of tests: Int) -> String {
        JSONText.pretty(Report(passed: results.count == tests && results.allSatisfy(\.passed), results: results))
    }
}
