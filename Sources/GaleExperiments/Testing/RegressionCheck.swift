// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// What has become of a stored regression.
public enum RegressionState: String, Codable, Sendable {
    /// The run fails of the same cause.
    case reproduces
    /// The run reaches what the failing one did, and does not fail.
    case fixed
    /// The run does not fail, and does not reach what the failing one did either: it tells nothing any more.
    case stale
}

/// Looks whether a run of a stored regression is what the file says.
///
/// A failure that is known and open passes as such, and one that is mended must not come back. A run that does not get as far as
/// the failing one did proves nothing, and that fails.
struct RegressionCheck {
    let regression: Regression
    let state: RegressionState
    let problems: [TestProblem]

    /// - Parameters:
    ///   - causes: what is wrong with the run, by cause key.
    ///   - marks: what it reached.
    init(_ regression: Regression, causes: [String], marks: [String]) {
        self.regression = regression
        let missing = regression.marks.filter { !marks.contains($0) }
        state = causes.contains(regression.violates) ? .reproduces : missing.isEmpty ? .fixed : .stale
        switch (state, regression.expected) {
        case (.reproduces, .fixed):
            problems = [TestProblem("it is back, and was mended: \(regression.violates)")]
        case (.stale, _):
            let shown = missing.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
            let rest = missing.count > 3 ? " and \(missing.count - 3) more" : ""
            problems = [
                TestProblem(
                    "stale: the run no longer reaches \(shown)\(rest), and so tells nothing of '\(regression.violates)'; "
                        + "shrink the failure anew, or drop the file")
            ]
        default: problems = []
        }
    }
}

extension TestCase {
    /// The run as the regression that the scenario is judges it; nil: it is none.
    package func checked(_ run: TestRun, causes: [String], marks: [String]) -> TestRun {
        guard let regression = scenario.regression, violates.isEmpty else { return run }
        let check = RegressionCheck(regression, causes: causes, marks: marks)
        var run = run
        run.regression = check.state
        run.problems = check.problems
        run.marks = marks
        return run
    }

    /// A run without a result may be just what a regression is about.
    func checked(_ run: TestRun) -> TestRun {
        guard run.defect != nil, let regression = scenario.regression, run.causes.contains(regression.violates) else {
            return run
        }
        var checked = self.checked(run, causes: run.causes, marks: [])
        checked.defect = nil
        return checked
    }
}
