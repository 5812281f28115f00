// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives

/// Advances a world slice by slice until it has drained, its time is over, or something stops it.
package struct RunLoop {
    /// One checkpoint a slice, so that two runs can be bisected.
    package static let slice = Interval.milliseconds(100)

    package private(set) var checkpoints: [RunResult.Checkpoint] = []
    /// Why the run ended early; nil: it didn't.
    package private(set) var stopReason: String?
    /// The limit of the process that ended it; nil: none.
    package private(set) var limit: RunLimit?
    package private(set) var wallSeconds = 0.0

    package init() {}

    /// Runs to the end without checkpoints, for many short runs. Wall time and signals are seen to by whoever has this process make
    /// them; memory is looked at here, and once more at the end, so that no run is too short for it.
    ///
    /// - Parameter memory: bytes of peak resident memory.
    package mutating func runAtOnce(_ world: any RunningWorld, memory: UInt64) {
        var limits = RunLimits(LimitSpecification())
        (limits.wall, limits.memory) = (.hours(24 * 365), memory)
        let watch = world.pauser.map { LimitWatch($0, limits: limits, interruption: Interruption()) }
        defer { watch?.end() }
        while world.now < world.end, stopReason == nil {
            let step = world.step(until: world.end)
            if case .stopped(let reason) = step { stopReason = reason }
            if step == .paused { stop(at: limits) }
            if step == .drained { break }
        }
        if stopReason == nil { stop(at: limits) }
        world.finish()
    }

    /// Whether a limit has been reached, which is then why the run ends.
    @discardableResult
    private mutating func stop(at limits: RunLimits) -> Bool {
        guard let limit = limits.exceeded else { return false }
        (self.limit, stopReason) = (limit, limits.text(limit))
        return true
    }

    package mutating func run(
        _ world: any RunningWorld, loadEnds: Instant, limits: RunLimits, interruption: Interruption,
        progress: (RunProgress) -> Void
    ) {
        let watch = world.pauser.map { LimitWatch($0, limits: limits, interruption: interruption) }
        defer { watch?.end() }
        // Looking asks the kernel, which takes longer than a quiet slice: by wall time, not by slice.
        var looked = -Double.infinity
        while world.now < world.end {
            let next = min(world.now + Self.slice, world.end)
            let step = world.step(until: next)
            checkpoints.append(
                RunResult.Checkpoint(
                    nanoseconds: world.now.nanoseconds, events: world.eventCount, digest: world.trajectoryDigest))
            progress(
                RunProgress(
                    now: world.now, loadEnds: loadEnds, end: world.end, wallSeconds: limits.elapsed,
                    submitted: world.submittedCount, unsettled: world.unsettledCount, backlog: world.backlogCount,
                    events: world.eventCount))
            if case .stopped(let reason) = step { stopReason = reason }
            if step != .reached, step != .paused { break }
            if let signal = interruption.signal {
                stopReason = "interrupted by signal \(signal)"
                break
            }
            let elapsed = limits.elapsed
            guard step == .paused || elapsed - looked >= LimitWatch.interval else { continue }
            looked = elapsed
            if stop(at: limits) { break }
        }
        world.finish()
        wallSeconds = limits.elapsed
    }
}
