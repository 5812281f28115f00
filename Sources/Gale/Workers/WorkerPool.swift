// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import Synchronization

/// Worker processes, started as they are needed and used again.
///
/// Which worker makes a run, and after which others, has no part in what comes of it.
final class WorkerPool: Sendable {
    // Each worker belongs to the pool or to the one thread that has taken it.
    private nonisolated(unsafe) var idle: [WorkerProcess] = []
    private let access = Mutex(())

    /// A worker that keeps more than this after a run makes no other.
    private static let mostResident: Int64 = 512 << 20

    /// Makes one run in a worker. A worker that dies of it is a defect of the run, and no more.
    ///
    /// - Throws: `CommandFailure` when no worker can be started.
    func run(_ test: TestCase, seed: UInt64, interruption: Interruption) throws -> TestRun {
        do {
            let worker = try take()
            let reply = try worker.reply(
                to: TestJob(test, seed: seed), as: TestJob.Reply.self, interruption: interruption)
            give(worker, residentBytes: reply.residentBytes)
            return reply.run
        } catch WorkerProcess.Failure.ended(let how) {
            return TestRun(seed: seed, defect: how)
        } catch WorkerProcess.Failure.interrupted {
            var run = TestRun(seed: seed, problems: [], messages: 0)
            run.isInterrupted = true
            return run
        } catch WorkerProcess.Failure.notStarted(let reason) {
            throw CommandFailure("cannot start a worker process: \(reason)", status: ExitStatus.internalError)
        }
    }

    /// Runs one world of an exploration in a worker, in the same way.
    ///
    /// - Throws: `CommandFailure` when no worker can be started.
    func run(_ job: ExploreJob, interruption: Interruption) throws -> ExploredRun {
        var run = ExploredRun(seed: job.seed)
        do {
            let worker = try take()
            let reply = try worker.reply(to: job, as: ExploreJob.Reply.self, interruption: interruption)
            give(worker, residentBytes: reply.residentBytes)
            return reply.run
        } catch WorkerProcess.Failure.ended(let how) {
            run.defect = how
        } catch WorkerProcess.Failure.interrupted {
            run.isInterrupted = true
        } catch WorkerProcess.Failure.notStarted(let reason) {
            throw CommandFailure("cannot start a worker process: \(reason)", status: ExitStatus.internalError)
        }
        return run
    }

    private func give(_ worker: WorkerProcess, residentBytes: Int64) {
        if residentBytes <= Self.mostResident { access.withLock { _ in idle.append(worker) } }
    }

    private func take() throws -> WorkerProcess {
        try access.withLock { _ in idle.popLast() } ?? WorkerProcess()
    }
}
