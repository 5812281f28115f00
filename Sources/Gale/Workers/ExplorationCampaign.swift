// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GalePrimitives
import Synchronization

/// Runs the worlds of an exploration, several at a time, in the order of their seeds, and enters each into the journal when it
/// is finished. Which process runs which has no part in what comes of it.
final class ExplorationCampaign: Sendable {
    private let source: ExplorationSource
    private let seeds: ClosedRange<UInt64>
    /// Wall time in all, with what earlier processes have spent; nil: all seeds.
    private let budget: Interval?
    private let stopsAtFirst: Bool
    /// Wall time of one world.
    private let longestRun: Interval
    private let interruption: Interruption
    private let state: Mutex<State>

    struct Progress: Sendable {
        /// Of this process.
        var finished = 0
        /// Finished before this process began.
        var before = 0
        var causes: [String] = []
        var seconds = 0.0
    }

    private struct State: Sendable {
        // Only one thread at a time has the state, and the journal with it.
        nonisolated(unsafe) var journal: ExplorationJournal
        var next: UInt64?
        /// The least seed that shows anything.
        var firstFinding: UInt64?
        var failure: (any Error)?
        var progress = Progress()

        mutating func note(_ run: ExploredRun) {
            for failure in run.allFailures {
                firstFinding = min(firstFinding ?? run.seed, run.seed)
                if !progress.causes.contains(failure.cause) { progress.causes.append(failure.cause) }
            }
        }
    }

    init(
        source: ExplorationSource, journal: ExplorationJournal, seeds: ClosedRange<UInt64>, budget: Interval?,
        stopsAtFirst: Bool, longestRun: Interval, interruption: Interruption
    ) {
        self.source = source
        self.seeds = seeds
        self.budget = budget
        self.stopsAtFirst = stopsAtFirst
        self.longestRun = longestRun
        self.interruption = interruption
        millisecondsBefore = journal.millisecondsBefore
        var first = State(journal: journal, next: seeds.lowerBound)
        let before = journal.runs.values.filter { seeds.contains($0.seed) }.sorted { $0.seed < $1.seed }
        first.progress.before = before.count
        for run in before { first.note(run) }
        state = Mutex(first)
    }

    private let started = ContinuousClock.now
    private let millisecondsBefore: Int64

    /// Milliseconds, with those of earlier processes.
    private var spent: Int64 {
        let elapsed = (ContinuousClock.now - started).components
        return millisecondsBefore + elapsed.seconds * 1_000 + elapsed.attoseconds / 1_000_000_000_000_000
    }

    var progress: Progress {
        state.withLock { state in
            state.progress.seconds = Double(spent - millisecondsBefore) / 1_000
            return state.progress
        }
    }

    /// - Throws: what cannot be written, or a worker that cannot be started.
    func run(jobs: Int, report: @Sendable (Progress) -> Void) throws {
        let workers = WorkerPool(longestRun: longestRun)
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            while let seed = nextSeed() {
                do {
                    let run = try workers.run(ExploreJob(source, seed: seed), interruption: interruption)
                    try note(run)
                    report(progress)
                } catch {
                    state.withLock { $0.failure = $0.failure ?? error }
                }
            }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// The next one that the journal does not have; nil: it is over.
    private func nextSeed() -> UInt64? {
        if let budget, spent >= budget.nanoseconds / 1_000_000 { return nil }
        return state.withLock { state in
            guard state.failure == nil, interruption.signal == nil else { return nil }
            while let seed = state.next {
                // Whatever comes after the first finding is not asked for; what comes before it is.
                if stopsAtFirst, let first = state.firstFinding, seed > first { return nil }
                state.next = seed < seeds.upperBound ? seed + 1 : nil
                if state.journal.runs[seed] == nil { return seed }
            }
            return nil
        }
    }

    private func note(_ run: ExploredRun) throws {
        guard run.isInterrupted != true else { return }
        let milliseconds = spent
        try state.withLock { state in
            try state.journal.append(run, milliseconds: milliseconds)
            state.progress.finished += 1
            state.note(run)
        }
    }
}
