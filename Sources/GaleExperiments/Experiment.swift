// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// One scenario, run once with one seed.
public struct Experiment: Sendable {
    public var scenario: Scenario
    public var seed: UInt64
    /// The command line that reproduces the run, for the report.
    public var reproduction: String

    /// - Parameter seed: nil takes the scenario's own.
    public init(scenario: Scenario, seed: UInt64? = nil, reproduction: String = "") {
        self.scenario = scenario
        self.seed = seed ?? scenario.specification.seed
        self.reproduction = reproduction
    }

    /// Runs to the end as `run` does, and keeps the summary only.
    package func summary(
        _ world: any RunningWorld, interruption: Interruption = Interruption(),
        progress: (RunProgress) -> Void = { _ in }
    ) throws -> RunSummary {
        var loop = RunLoop()
        loop.run(
            world, loadEnds: .zero + scenario.specification.duration, limits: RunLimits(scenario.specification.limits),
            interruption: interruption, progress: progress)
        return ResultBuilder(experiment: self, world: world, loop: loop).summary()
    }

    package func run(
        _ world: any RunningWorld, idleMemory: Int64 = 0, interruption: Interruption = Interruption(),
        progress: (RunProgress) -> Void = { _ in }
    ) throws -> RunResult {
        let specification = scenario.specification
        var loop = RunLoop()
        loop.run(
            world, loadEnds: .zero + specification.duration, limits: RunLimits(specification.limits),
            interruption: interruption, progress: progress)
        let timing = RunTiming(
            wallSeconds: loop.wallSeconds, eventsPerSecond: Double(world.eventCount) / loop.wallSeconds,
            messagesPerSecond: Double(world.submittedCount) / loop.wallSeconds, peakMemoryBytes: ProcessMemory.peak,
            idleMemoryBytes: idleMemory)
        return ResultBuilder(experiment: self, world: world, loop: loop).result(timing: timing)
    }
}
