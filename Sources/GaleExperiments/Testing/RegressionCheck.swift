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
    ///   - run: as it would be judged if it were no regression.
    ///   - findings: what is wrong with it.
    ///   - marks: what it reached.
    init(_ regression: Regression, _ run: TestRun, findings: [RunFinding], marks: [String], at place: SourceLocation?) {
        self.regression = regression
        let isFound =
            findings.contains { $0.causeKey == regression.violates } || run.causes.contains(regression.violates)
        if let nothing = Self.saysNothing(regression, run, findings, marks, isFound: isFound) {
            state = .stale
            problems = [
                TestProblem(
                    "stale: \(nothing), and so tells nothing of '\(regression.violates)'; "
                        + "shrink the failure anew, or drop the file", at: place, key: "stale")
            ]
            return
        }
        state = isFound ? .reproduces : .fixed
        if isFound {
            problems =
                regression.expected == .reproduces
                ? [] : [TestProblem("it is back, and was mended: \(regression.violates)", at: place, key: "back")]
        } else {
            // What hides behind another failure is not mended yet.
            problems = run.problems.filter { $0.finding != nil }.map { other in
                var problem = other
                problem.text = "'\(regression.violates)' is fixed, but the run fails of something else: \(other.text)"
                problem.place = other.place ?? place.map(TestProblem.Place.init)
                return problem
            }
        }
    }

    /// Why the run proves nothing; nil: it does.
    private static func saysNothing(
        _ regression: Regression, _ run: TestRun, _ findings: [RunFinding], _ marks: [String], isFound: Bool
    ) -> String? {
        if run.defect != nil { return nil }
        if run.messages == 0 { return "nothing is submitted in the run" }
        if let early = findings.first(where: { $0.kind == .endedEarly }), early.causeKey != regression.violates {
            return "the run ended early (\(early.cause))"
        }
        let found = findings.first { $0.causeKey == regression.violates }
        if found?.notMeasured == true { return "nothing was measured in the run" }
        let missing = regression.marks.filter { !marks.contains($0) }
        guard !isFound, !missing.isEmpty else { return nil }
        let shown = missing.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
        return "the run no longer reaches \(shown)" + (missing.count > 3 ? " and \(missing.count - 3) more" : "")
    }
}

extension TestCase {
    /// The run as the regression that the scenario is judges it; nil: it is none.
    package func checked(_ run: TestRun, findings: [RunFinding], marks: [String]) -> TestRun {
        guard let regression = scenario.regression, violates.isEmpty else { return run }
        let check = RegressionCheck(
            regression, run, findings: findings, marks: marks, at: scenario.places.regression)
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
        var checked = self.checked(run, findings: [], marks: [])
        checked.defect = nil
        return checked
    }
}
