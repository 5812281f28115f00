// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleStatistics

/// `gale coverage`: whether 95 % intervals for the mean of an M/M/1 queue contain it as often as they say.
///
/// A line for each seed; the exit code is 1 when a share lies outside 93 to 97 %. The queue starts empty and forgets that with the
/// time constant 1/(1 − √ρ)², 380 mean services at 0.9, so the 3,000 customers that do not count leave e⁻⁸ of the bias. The
/// 17,000 that do are as good as 47 independent ones: with fewer, the skewness of the means takes coverage below 95 % (8,000
/// give 92.5 %). Even intervals that are right fall outside for one seed in 30.
struct CoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Check that 95 % intervals contain what they should.",
        shouldDisplay: false)

    @Option(help: "The first seed.") var seed: UInt64 = 1
    @Option(help: "How many seeds, one after another.") var seeds: Int = 1
    @Option(help: "Utilisation of the server.") var utilisation = 0.9
    @Option(help: "Intervals of each seed.") var intervals = 500
    @Option(help: "Replications of each interval.") var replications = 20
    @Option(help: "Customers of each replication that do not count.") var deleted = 3_000
    @Option(help: "Customers of each replication that do.") var kept = 17_000

    func validate() throws {
        guard seeds >= 1, intervals >= 1, replications >= 2, deleted >= 0, kept >= 1 else {
            throw ValidationError("there must be at least 1 seed, 1 interval, 2 replications and 1 customer")
        }
        guard max(seeds, intervals, replications, deleted, kept) <= 10_000_000 else {
            throw ValidationError("more than 10 million of anything would take too long")
        }
        guard utilisation >= 0.001, utilisation < 1 else {
            throw ValidationError("--utilisation must be at least 0.001 and below 1")
        }
    }

    func run() throws {
        var outside = 0
        for offset in 0..<UInt64(seeds) {
            let queue = try SingleServerReplications(
                seed: seed &+ offset, utilisation: utilisation, deleted: deleted, kept: kept)
            let study = try queue.coverage(intervals: intervals, replications: replications)
            if !(0.93...0.97).contains(study.share) { outside += 1 }
            try StandardOutput.write("seed \(seed &+ offset): \(study)\n")
        }
        if outside > 0 {
            throw CommandFailure(
                "\(outside) of \(seeds) shares lie outside 93 to 97 %", status: ExitStatus.expectationFailed)
        }
    }
}
