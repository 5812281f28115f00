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
    /// Runs of the test.
    var runs = 1
    /// Tells findings apart, whatever their numbers are.
    var causeKey: String
    /// The message that showed it in the first of the seeds, as `gale replay` reads it.
    var message: String?

    init(
        kind: Kind, text: String, seeds: [UInt64], place: TestProblem.Place?, finding: RunFinding? = nil,
        key: String? = nil
    ) {
        self.kind = kind
        self.text = text
        self.seeds = seeds
        self.place = place
        causeKey = key ?? finding?.causeKey ?? (place == nil ? text : "")
        message = finding?.message
    }

    /// `'lost = 0' does not hold: 3 (seed 4, in 3 of 20 seeds)`
    var words: String {
        guard let first = seeds.first else { return text }
        return text + " (seed \(first)" + (seeds.count == 1 ? ")" : ", in \(seeds.count) of \(runs) seeds)")
    }
}

extension TestResult {
    /// What is wrong, defects first; empty exactly when the test has passed.
    var findings: [TestFinding] {
        guard !passed else { return [] }
        var defects: [TestFinding] = []
        var failures: [TestFinding] = []
        for run in runs {
            if let defect = run.defect {
                let error = TestFinding(kind: .error, text: defect, seeds: [run.seed], place: nil)
                Self.add(error, to: &defects)
            }
            guard plantedBias == nil else { continue }
            for problem in run.problems {
                let finding = TestFinding(
                    kind: .failure, text: problem.text, seeds: [run.seed], place: problem.place,
                    finding: problem.finding, key: problem.key)
                Self.add(finding, to: &failures)
            }
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
        return (defects + failures).map { finding in
            var finding = finding
            finding.runs = runs.count
            return finding
        }
    }

    /// Seeds that find the same expectation broken differ in the value only, and are one finding.
    private static func add(_ finding: TestFinding, to findings: inout [TestFinding]) {
        let same = findings.firstIndex { $0.causeKey == finding.causeKey && $0.place == finding.place }
        if let same { findings[same].seeds += finding.seeds } else { findings.append(finding) }
    }
}
