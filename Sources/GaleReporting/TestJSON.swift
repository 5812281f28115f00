// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What `gale test --json` prints.
public enum TestJSON {
    private struct Report: Encodable {
        var schema = "gale/test/1"
        var passed: Bool
        var results: [TestResult]
    }

    public static func text(_ results: [TestResult]) -> String {
        JSONText.pretty(Report(passed: results.allSatisfy(\.passed), results: results))
    }
}
