// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation

/// How many worker processes a command has at once.
struct JobOptions: ParsableArguments {
    @Option(help: "Runs at once; without it one per processor, eight at most.")
    var jobs: Int?

    func validate() throws {
        if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs must be 1 to 256") }
    }

    var count: Int { jobs ?? min(8, ProcessInfo.processInfo.activeProcessorCount) }
}
