// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels

extension Experiment {
    /// Runs to the end, to a limit, or until it is interrupted, which gives a partial result.
    ///
    /// - Parameter progress: called after every 100 simulated milliseconds.
    /// - Throws: `RunFailure` when Gale has made a mistake that it can see itself.
    public func run(
        interruption: Interruption = Interruption(), progress: (RunProgress) -> Void = { _ in }
    ) throws -> RunResult {
        ProcessMemory.resetPeak()
        let idle = ProcessMemory.resident
        let world = World(scenario.specification, seed: seed)
        return try run(world, idleMemory: idle, interruption: interruption, progress: progress)
    }
}
