// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Synchronization

/// Makes the runs of many tests, several at a time, and reports each test as soon as it and all before it are complete: the
/// reports do not depend on how many runs are made at once.
public struct TestPool: Sendable {
    public let cases: [TestCase]
    /// Runs at once.
    public let workers: Int
    public let interruption: Interruption

    public init(_ cases: [TestCase], workers: Int, interruption: Interruption = Interruption()) {
        self.cases = cases
        self.workers = max(1, workers)
        self.interruption = interruption
    }

    private struct Progress {
        var next = 0
        var runs: [[TestRun?]]
        var results: [TestResult] = []
        var failure: (any Error)?
    }

    /// - Parameters:
    ///   - make: makes one run; the default makes it here.
    ///   - report: is called in the order of `cases`, by one thread at a time.
    /// - Returns: the results in the order of `cases`; fewer after an interruption.
    /// - Throws: what a run or a report throws first; runs that have begun are finished.
    @discardableResult
    public func run(
        make: @Sendable (TestCase, UInt64, Interruption) throws -> TestRun = { try $0.run(seed: $1, interruption: $2) },
        report: @Sendable (TestResult) throws -> Void
    ) throws -> [TestResult] {
        let jobs = cases.indices.flatMap { place in cases[place].seeds.indices.map { (place, $0) } }
        let progress = Mutex(Progress(runs: cases.map { Array(repeating: nil, count: $0.seeds.count) }))
        DispatchQueue.concurrentPerform(iterations: min(workers, max(1, jobs.count))) { _ in
            while let (place, number) = next(of: jobs, progress) {
                let outcome = Result { try make(cases[place], cases[place].seeds[number], interruption) }
                progress.withLock { progress in
                    do {
                        progress.runs[place][number] = try outcome.get()
                        try judge(&progress, report)
                    } catch {
                        progress.failure = progress.failure ?? error
                    }
                }
            }
        }
        return try progress.withLock { progress in
            if let failure = progress.failure { throw failure }
            return progress.results
        }
    }

    private func next(of jobs: [(Int, Int)], _ progress: borrowing Mutex<Progress>) -> (Int, Int)? {
        progress.withLock { progress in
            guard progress.failure == nil, interruption.signal == nil, progress.next < jobs.count else { return nil }
            progress.next += 1
            return jobs[progress.next - 1]
        }
    }

    /// Judges and reports what is complete, as far as all before it is.
    private func judge(_ progress: inout Progress, _ report: (TestResult) throws -> Void) throws {
        while progress.results.count < cases.count {
            let place = progress.results.count
            let runs = progress.runs[place].compactMap { $0 }
            guard runs.count == cases[place].seeds.count, !runs.contains(where: \.isInterrupted) else { return }
            let result = try cases[place].result(of: runs)
            progress.results.append(result)
            try report(result)
        }
    }
}
