// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What all results of `gale test` come to, in words.
enum TestVerdict {
    /// `4 passed`, `1 of 4 failed`, `interrupted, 3 passed, 1 not finished`.
    ///
    /// - Parameter tests: how many there were; fewer results only after an interruption.
    static func words(_ results: [TestResult], of tests: Int) -> String {
        let failed = results.count { !$0.passed }
        let judged = failed == 0 ? "\(results.count) passed" : "\(failed) of \(results.count) failed"
        return results.count < tests
            ? "interrupted, \(judged), \(tests - results.count) not finished" : judged
    }
}
