// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Runs drawn worlds, one after the other, in this process.
public struct Explorer {
    public let drawing: WorldDrawing

    public init(_ drawing: WorldDrawing) { self.drawing = drawing }

    /// Draws the world of a seed and runs it to its end.
    ///
    /// - Throws: `ScenarioError` when the ranges allow for hardly anything but what is no scenario.
    public func run(seed: UInt64) throws -> ExploredRun { try run(drawing.world(seed: seed)) }

    /// Runs a drawn world to its end. A mistake that Gale sees itself is a finding like any other.
    public func run(_ drawn: WorldDrawing.DrawnWorld) -> ExploredRun {
        var run = ExploredRun(seed: drawn.seed)
        run.redrawn = drawn.redrawn
        run.possibleFaults = drawn.possibleFaults
        let scenario = drawn.scenario
        // The peak counts against the scenario's limit: what an earlier world had must not.
        ProcessMemory.resetPeak()
        let world = World(scenario.specification, seed: scenario.specification.seed)
        var loop = RunLoop()
        loop.runAtOnce(world, memory: scenario.specification.limits.memory)
        run.messages = world.submittedCount
        run.digest = world.outcomeDigest
        run.setReached(world.reached)
        run.faults = drawn.kinds.enumerated().map { place, kind in
            ExploredRun.Fault(
                kind: FaultKind.all.firstIndex(of: kind) ?? 0,
                told: world.measurements.decisionsChanged(fault: place) > 0)
        }
        let builder = ResultBuilder(experiment: Experiment(scenario: scenario), world: world, loop: loop)
        let summary = builder.summary()
        run.recovery = summary.recovery?.state
        if summary.verdict.limit == .memory { run.hasReachedMemoryLimit = true }
        run.failures = scenario.findingsOfDrawnWorld(summary).map { ExploredRun.Failure($0) }
        return run
    }
}

extension Scenario {
    /// What a drawn world must keep to: the invariants, a recovery that delivers what it did for what it cost, what was declared to hold always, and that nothing is lost. That
    /// hardly anything goes undelivered without faults is expected of a scenario that somebody has thought of, not of drawn values.
    fileprivate func findingsOfDrawnWorld(_ summary: RunSummary) -> [RunFinding] {
        let declared = Set(expectations.filter { $0.location != nil }.map(\.text) + ["lost = 0"])
        return summary.findings.filter {
            switch $0.kind {
            case .expectation: declared.contains($0.name)
            case .recovery: summary.recovery?.isGrave == true
            case .invariant, .endedEarly: true
            }
        }
    }
}
