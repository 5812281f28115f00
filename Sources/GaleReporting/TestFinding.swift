// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// One thing that a test has found, however many seeds show it.
struct TestFinding {
    enum Kind: String {
        /// An expectation, a fault, or a theory is not as it must be.
        case failure
        /// A run has no result.
        case error
    }

    var kind: Kind
    /// Of the first seed that shows it, in one line.
    var text: String
    /// In order; empty: only all runs together show it.
    var seeds: [UInt64]
    var place: TestProblem.Place?

    /// `'lost = 0' does not hold: 3 (seed 4, and 2 others)`
    var words: String {
        guard let first = seeds.first else { return text }
        return text + " (seed \(first)" + (seeds.count == 1 ? ")" : ", and \(seeds.count - 1) more)")
    }
}

extension TestResult {
    /// What is wrong, defects first; empty exactly when the test has passed.
    var findings: [TestFinding] {
        guard !passed else { return [] }
        var defects: [TestFinding] = []
        var failures: [TestFinding] = []
        for run in runs {
            if let defect = run.defect { Self.add(defect, .error, run.seed, nil, to: &defects) }
            guard plantedBias == nil else { continue }
            for problem in run.problems { Self.add(problem.text, .failure, run.seed, problem.place, to: &failures) }
        }
        for quantity in unmeasured {
            failures.append(
                TestFinding(kind: .failure, text: "\(quantity.name): not measured", seeds: quantity.seeds, place: nil))
        }
        if let plantedBias {
            if let first = rows.first, first.accepted {
                let text = "a bias of \(Figure.share(plantedBias)) was not seen in the \(first.name)"
                failures.append(TestFinding(kind: .failure, text: text, seeds: [], place: nil))
            }
        } else {
            for row in rows where !row.accepted {
                let text =
                    "\(row.name): \(TestTable.figure(row.measured, row)) is not what theory says, "
                    + TestTable.figure(row.theory, row)
                failures.append(TestFinding(kind: .failure, text: text, seeds: [], place: nil))
            }
        }
        return defects + failures
    }

    /// Seeds that find the same expectation broken differ in the value only, and are one finding.
    private static func add(
        _ text: String, _ kind: TestFinding.Kind, _ seed: UInt64, _ place: TestProblem.Place?,
        to findings: inout [TestFinding]
    ) {
        let same = findings.firstIndex { place == nil ? $0.text == text : $0.place == place }
        if let same {
            findings[same].seeds.append(seed)
        } else {
            findings.append(TestFinding(kind: kind, text: text, seeds: [seed], place: place))
        }
    }
}
