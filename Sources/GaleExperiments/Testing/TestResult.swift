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
    public var rows: [TheoryRow]
    public var passed: Bool

    init(
        file: String, variant: String?, violates: [String], theory: String?, plantedBias: Double?, runs: [TestRun],
        rows: [TheoryRow], quantities: Int
    ) {
        self.file = file
        self.variant = variant
        self.violates = violates
        self.theory = theory
        self.plantedBias = plantedBias
        self.runs = runs
        self.rows = rows
        let agrees = rows.count == quantities && rows.allSatisfy(\.accepted)
        if plantedBias == nil {
            passed = runs.allSatisfy(\.problems.isEmpty) && agrees
        } else {
            // What the bias does to expectations is another matter.
            // The first quantity of a model is the one that depends on it most: it must see the bias by itself.
            passed = rows.first.map { !$0.accepted } ?? false
        }
    }

    /// The run to look at first; nil when there is nothing to look for.
    public var seedToReproduce: UInt64? {
        if passed { return nil }
        return runs.first { !$0.problems.isEmpty }?.seed ?? rows.first { !$0.accepted }?.worstSeed ?? runs.first?.seed
    }
}
