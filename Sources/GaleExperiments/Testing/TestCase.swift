// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GaleScenarioLanguage
import GaleStatistics

/// A scenario, or one of its variants, and the seeds to test it with.
///
/// Runs are independent of one another: they may be made anywhere and in any order, and `result(of:)` judges them together.
public struct TestCase: Sendable {
    /// With the variant applied.
    public let scenario: Scenario
    /// What was laid over its file, as `path=value`.
    public let overrides: [String]
    /// Expectations that it must violate; empty: all must hold.
    public let violates: [String]
    public let seeds: [UInt64]
    /// A check of the check: everything that theory has a time for takes so much longer (0.02: 2 %) than the theory is told.
    public let plantedBias: Double?

    /// - Parameter seeds: nil: 1 to 20 for a theory, otherwise the scenario's own.
    public init(
        _ scenario: Scenario, violates: [String] = [], seeds: ClosedRange<UInt64>?, plantedBias: Double? = nil
    ) {
        self.init(scenario, violates: violates, seeds: seeds.map(Array.init), plantedBias: plantedBias)
    }

    /// - Parameter seeds: nil: 1 to 20 for a theory, otherwise the scenario's own.
    public init(
        _ scenario: Scenario, overrides: [String] = [], violates: [String] = [], seeds: [UInt64]?,
        plantedBias: Double? = nil
    ) {
        self.scenario = scenario
        self.overrides = overrides
        self.violates = violates
        self.plantedBias = plantedBias
        let theory = violates.isEmpty ? scenario.theory : nil
        self.theory = theory
        self.seeds = seeds ?? (theory == nil ? [scenario.specification.seed] : Array(1...20))
    }

    /// What it is compared with. A variant that must fail is not.
    public let theory: Theory?

    /// The fewest runs that a theory is judged by.
    public static let fewestRunsOfTheory = 5

    /// Makes one run.
    ///
    /// - Throws: `RunFailure` when Gale has made a mistake that it can see itself, `QueueingError` when theory has no value.
    public func run(
        seed: UInt64, interruption: Interruption = Interruption(), progress: (RunProgress) -> Void = { _ in }
    ) throws -> TestRun {
        var simulated = scenario
        if let plantedBias { simulated.specification.slowDown(by: 1 + plantedBias) }
        let experiment = Experiment(scenario: simulated, seed: seed)
        let world = World(simulated.specification, seed: seed)
        let summary = try experiment.summary(world, interruption: interruption, progress: progress)
        var run = TestRun(seed: seed, problems: problems(summary), messages: summary.ledger.submitted)
        run = checked(
            run, findings: summary.findings, marks: RunMarks.of(summary, reached: world.reached))
        run.inertFaults = summary.faults.count(where: \.inert)
        run.recovery = summary.recovery?.nature
        if summary.verdict.limit == .memory { run.hasReachedMemoryLimit = true }
        run.isInterrupted = interruption.signal != nil
        let evaluator = ExpectationEvaluator(source: world.source, specification: simulated.specification)
        run.measures = TestMeasure.all(of: summary, in: simulated, violates: violates, evaluator: evaluator)
        for problem in run.problems {
            guard let finding = problem.finding, finding.kind == .expectation,
                let failed = scenario.allExpectations.first(where: { $0.text == finding.name })
            else { continue }
            run.excesses[finding.causeKey] = evaluator.excess(of: failed)
        }
        if let theory {
            let meter = TheoryMeter(source: world.source, specification: simulated.specification, theory: theory)
            run.observations = try theory.predictions().map {
                TheoryObservation(
                    $0.quantity.name(in: scenario.specification), unit: $0.quantity.unit, meter.observe($0.quantity))
            }
        }
        return run
    }

    private func problems(_ summary: RunSummary) -> [TestProblem] {
        TestJudge(scenario: scenario, violates: violates).problems(summary)
    }

    /// Judges the runs, which come in the order of `seeds`.
    public func result(of runs: [TestRun]) throws -> TestResult {
        let runs = runs.map(checked)
        // A run with a defect has observed nothing; without it, theory is judged by what is left, or not at all.
        let observed = runs.filter { $0.defect == nil }
        let predictions = observed.count < min(2, runs.count) ? [] : try theory?.predictions() ?? []
        var rows: [TheoryRow] = []
        var unmeasured: [UnmeasuredQuantity] = []
        for (place, prediction) in predictions.enumerated() {
            let name = prediction.quantity.name(in: scenario.specification)
            let without = observed.filter { $0.observations[place].estimate == nil }.map(\.seed)
            guard without.isEmpty else {
                unmeasured.append(UnmeasuredQuantity(name: name, seeds: without))
                continue
            }
            let observations = observed.compactMap { run in run.observations[place].estimate.map { (run.seed, $0) } }
            rows.append(try TheoryRow(prediction, name: name, observations: observations))
        }
        return TestResult(
            file: scenario.file, variant: scenario.variant, violates: violates, theory: theory?.model.rawValue,
            plantedBias: theory == nil ? nil : plantedBias, runs: runs, rows: rows, unmeasured: unmeasured)
    }
}
