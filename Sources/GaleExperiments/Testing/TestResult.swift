// SPDX-License-Identifier: GPL-3.0-or-later

/// What `gale test` has to say about one scenario or variant.
public struct TestResult: Codable, Equatable, Sendable {
    public var file: String
    public var variant: String?
    /// What it had to violate.
    public var violates: [String]
    /// The model's name.
    public var theory: String?
    public var plantedBias: Double?
    public var runs: [TestRun]
    /// What the runs measured, and what was expected of it.
    public var measures: [MeasuredQuantity]
    /// What theory says of it; empty: there is none.
    public var rows: [TheoryRow]
    /// What theory knows and not every run measured; any of it fails the test.
    public var unmeasured: [UnmeasuredQuantity]
    public var passed: Bool

    init(
        file: String, variant: String?, violates: [String], theory: String?, plantedBias: Double?, runs: [TestRun],
        rows: [TheoryRow], unmeasured: [UnmeasuredQuantity]
    ) {
        self.file = file
        self.variant = variant
        self.violates = violates
        self.theory = theory
        self.plantedBias = plantedBias
        self.runs = runs
        measures = MeasuredQuantity.all(of: runs)
        self.rows = rows
        self.unmeasured = unmeasured
        let agrees = unmeasured.isEmpty && rows.allSatisfy(\.accepted)
        if plantedBias == nil {
            passed = runs.allSatisfy(\.isClean) && agrees
        } else {
            // What the bias does to expectations is another matter.
            // The first quantity of a model is the one that depends on it most: it must see the bias by itself.
            passed =
                unmeasured.isEmpty && runs.allSatisfy { $0.defect == nil } && rows.first.map { !$0.accepted } ?? false
        }
    }

    /// The run that shows by itself what is wrong; nil: nothing is, or only all runs together show it.
    public var seedToReproduce: UInt64? {
        guard !passed, plantedBias == nil else { return nil }
        // A run without a result comes first: what it met may be what is wrong with the others.
        return (runs.first { $0.defect != nil } ?? runs.first { !$0.isClean })?.seed
    }

    /// Whether `gale run` fails with that seed as well. It looks at what the scenario expects, not at what only a test does: that
    /// something must be violated, that no fault is inert, what a regression is about.
    public var failsWhenRun: Bool {
        guard regression == nil, let seed = seedToReproduce, let run = runs.first(where: { $0.seed == seed }) else {
            return false
        }
        return run.defect != nil || run.problems.contains { $0.finding != nil }
    }

    /// What has become of a stored regression, as the least favourable of its runs says; nil: it is none.
    public var regression: RegressionState? {
        let states = runs.compactMap(\.regression)
        return [.stale, .reproduces, .fixed].first(where: states.contains)
    }

    /// A run has no result: no judgement of the scenario, but a mistake of the program.
    public var hasDefect: Bool { runs.contains { $0.defect != nil } }
}
