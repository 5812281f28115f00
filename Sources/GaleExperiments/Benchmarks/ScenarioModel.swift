// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// A scenario as `gale run` runs it; reading its file and making its result are not timed.
public struct ScenarioModel: Benchmark {
    public let name: String
    public let operation: String
    public let usualOperations: Int
    private let scenario: Scenario
    /// Notifications per second at the start.
    private let rate: Double

    /// A scenario of a file, its first 20 simulated seconds.
    public init(path: String) throws(ScenarioError) {
        self.init("scenario", try ScenarioReader.read(path: path), seconds: 20)
    }

    /// The retry pipeline of `RetryModel` as a scenario, with the real delivery code.
    public static func retry() throws(ScenarioError) -> ScenarioModel {
        ScenarioModel("retry/scenario", try ScenarioReader.read(text: RetryScenario.text), seconds: 300)
    }

    private init(_ name: String, _ scenario: Scenario, seconds: Int64) {
        self.name = name
        self.scenario = scenario
        operation = "a notification of the scenario '\(scenario.name)', from submission until it is settled"
        let workloads = scenario.specification.workloads
        rate = max(1, workloads.reduce(0) { $0 + 1e-6 * Double($1.rate.points.first?.perSecondMicros ?? 0) })
        usualOperations = Int(rate * min(.seconds(seconds), scenario.specification.duration).seconds)
    }

    /// - Throws: `RunFailure` when the scenario ends at one of its limits, so that there is nothing to compare.
    public func sample(operations: Int) throws -> BenchmarkSample {
        let duration = Interval(nanoseconds: Int64(1e9 * Double(operations) / rate))
        var experiment = Experiment(scenario: scenario)
        experiment.scenario.specification.duration = duration
        experiment.scenario.specification.faults.removeAll { $0.at >= duration }
        experiment.scenario.expectations = []
        let specification = experiment.scenario.specification
        let world = World(specification, seed: experiment.seed)
        var loop = RunLoop()
        let watch = Stopwatch()
        loop.run(
            world, loadEnds: .zero + duration, limits: RunLimits(specification.limits), interruption: Interruption(),
            progress: { _ in })
        let time = watch.elapsed
        if let reason = loop.stopReason { throw RunFailure.benchmarkEndedEarly(name, reason) }
        let builder = ResultBuilder(experiment: experiment, world: world, loop: loop)
        let summary = builder.summary()
        return BenchmarkSample(
            operations: UInt64(world.submittedCount), time: time,
            figures: [
                ("p50", summary.latency["all"]?.p50 ?? 0), ("p99", summary.latency["all"]?.p99 ?? 0),
                ("attempts", summary.amplification), ("deadLettered", Double(summary.ledger.deadLettered)),
            ])
    }
}
