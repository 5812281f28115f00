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
    /// - Throws: `ScenarioError` when the ranges allow for what is no scenario.
    public func run(seed: UInt64) throws -> ExploredRun { try run(drawing.world(seed: seed)) }

    /// Runs a drawn world to its end. A mistake that Gale sees itself is a finding like any other.
    public func run(_ drawn: WorldDrawing.DrawnWorld) -> ExploredRun {
        var run = ExploredRun(seed: drawn.seed)
        let scenario = drawn.scenario
        let world = World(scenario.specification, seed: scenario.specification.seed)
        var loop = RunLoop()
        loop.runUnwatched(world)
        run.messages = world.submittedCount
        run.digest = world.outcomeDigest
        run.setReached(world.reached)
        run.faults = drawn.kinds.enumerated().map { place, kind in
            ExploredRun.Fault(
                kind: FaultKind.all.firstIndex(of: kind) ?? 0,
                told: world.measurements.decisionsChanged(fault: place) > 0)
        }
        if let reason = loop.stopReason {
            run.failures.append(
                ExploredRun.Failure(cause: "ended early: \(ExploredRun.withoutNumbers(reason))", text: reason))
            return run
        }
        run.failures += Self.failures(Experiment(scenario: scenario), world, loop)
        return run
    }

    private static func failures(_ experiment: Experiment, _ world: World, _ loop: RunLoop) -> [ExploredRun.Failure] {
        let builder = ResultBuilder(experiment: experiment, world: world, loop: loop)
        do {
            _ = try builder.balancedLedger()
        } catch {
            return [ExploredRun.Failure(cause: "the ledger does not balance", text: "\(error)")]
        }
        let evaluator = ExpectationEvaluator(source: world.source, specification: experiment.scenario.specification)
        return experiment.scenario.expectationsOfDrawnWorlds.map(evaluator.evaluate).filter { !$0.held }.map {
            ExploredRun.Failure(cause: "'\($0.text)' does not hold", text: "'\($0.text)' does not hold: \($0.value)")
        }
    }
}

extension Scenario {
    /// What a drawn world must keep to: what was declared to hold always, and that nothing is lost.
    fileprivate var expectationsOfDrawnWorlds: [Expectation] {
        allExpectations.filter { $0.location != nil || $0.text == "lost = 0" }
    }
}
