// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GalePrimitives
import Synchronization

/// Worker processes, started as they are needed and used again.
///
/// Which worker makes a run, and after which others, has no part in what comes of it.
package final class WorkerPool: Sendable {
    // Each worker belongs to the pool or to the one thread that has taken it.
    private nonisolated(unsafe) var idle: [WorkerProcess] = []
    private let access = Mutex(())
    private let program: String?
    private let longestRun: Interval?

    /// A worker that keeps more than this after a run makes no other.
    private static let mostResident: Int64 = 512 << 20

    /// - Parameters:
    ///   - longestRun: wall time of a run after which its worker is killed; nil: a minute more than the scenario's own limit, which
    ///     is looked at only between two events.
    ///   - program: takes the place of this very program.
    package init(longestRun: Interval? = nil, program: String? = nil) {
        self.longestRun = longestRun
        self.program = program
    }

    /// Makes one run in a worker. A worker that dies of it is a defect of the run, and no more.
    ///
    /// - Throws: `CommandFailure` when no worker can be started.
    package func run(_ test: TestCase, seed: UInt64, interruption: Interruption) throws -> TestRun {
        let limit = min(test.scenario.specification.limits.wall, .hours(24 * 365)) + .minutes(1)
        switch try outcome(
            of: TestJob(test, seed: seed), within: longestRun ?? limit, keeps: \TestJob.Reply.residentBytes,
            hasReachedLimit: \.run.hasReachedMemoryLimit, interruption)
        {
        case .reply(let reply): return reply.run
        case .defect(let text): return TestRun(seed: seed, defect: text)
        case .interrupted:
            var run = TestRun(seed: seed, problems: [], messages: 0)
            run.isInterrupted = true
            return run
        }
    }

    /// Runs one world of an exploration in a worker, in the same way.
    ///
    /// - Throws: `CommandFailure` when no worker can be started.
    package func run(_ job: ExploreJob, interruption: Interruption) throws -> ExploredRun {
        var run = ExploredRun(seed: job.seed)
        switch try outcome(
            of: job, within: longestRun ?? Self.longestWorld, keeps: \ExploreJob.Reply.residentBytes,
            hasReachedLimit: \.run.hasReachedMemoryLimit, interruption)
        {
        case .reply(let reply): return reply.run
        case .defect(let text): run.defect = text
        case .interrupted: run.isInterrupted = true
        }
        return run
    }

    /// Wall time that one drawn world may take, where its scenario does not say less.
    package static let longestWorld = Interval.minutes(10)

    private enum Outcome<Reply> { case reply(Reply), defect(String), interrupted }

    private func outcome<Reply: Decodable>(
        of job: some Encodable, within longest: Interval, keeps: KeyPath<Reply, Int64>,
        hasReachedLimit: KeyPath<Reply, Bool?>, _ interruption: Interruption
    ) throws -> Outcome<Reply> {
        do {
            let used = access.withLock { _ in idle.popLast() }
            var worker = try used ?? WorkerProcess(program: program)
            var reply: Reply = try worker.reply(to: job, within: longest, interruption: interruption)
            if used != nil, reply[keyPath: hasReachedLimit] == true {
                // What earlier runs left behind in the process must not count.
                worker = try WorkerProcess(program: program)
                reply = try worker.reply(to: job, within: longest, interruption: interruption)
            }
            give(worker, residentBytes: reply[keyPath: keeps])
            return .reply(reply)
        } catch let failure as WorkerProcess.Failure {
            // What ends while the user interrupts says nothing about the run.
            if interruption.signal != nil { return .interrupted }
            switch failure {
            case .ended(let how): return .defect(how)
            case .interrupted: return .interrupted
            case .overdue(let time): return .defect("the run was not over after \(time)")
            case .tooLong(let bytes): return .defect("a worker's reply is longer than \(bytes) bytes")
            case .notStarted(let reason):
                throw CommandFailure("cannot start a worker process: \(reason)", status: ExitStatus.internalError)
            }
        }
    }

    private func give(_ worker: WorkerProcess, residentBytes: Int64) {
        if residentBytes <= Self.mostResident { access.withLock { _ in idle.append(worker) } }
    }
}
