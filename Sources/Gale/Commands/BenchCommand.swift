// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments
import GaleKernel

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures parts of Gale on this machine.", subcommands: [HoldBenchCommand.self])
}

struct HoldBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "The hold model: take the first event, schedule another; events per second.")

    @Option(help: "Events pending; may be repeated.")
    var pending: [Int] = [10, 1_000, 100_000, 1_000_000, 10_000_000]

    @Option(help: "Events handled in the timed part.")
    var events = 5_000_000

    func validate() throws {
        guard events > 0, events <= 10_000_000_000, pending.allSatisfy({ $0 > 0 && $0 <= 100_000_000 }) else {
            throw ValidationError("--pending must be 1 to 100,000,000 and --events 1 to 10,000,000,000")
        }
    }

    func run() throws {
        try StandardOutput.write("queue,pending,queue_events_per_second,kernel_events_per_second\n")
        for count in pending {
            for (name, queue) in [("heap", KernelOptions.Queue.heap), ("ladder", .ladder)] {
                let model = HoldModel(pending: count, events: events, queue: queue)
                try StandardOutput.write(
                    "\(name),\(count),\(Int64(model.queueRate())),\(Int64(model.kernelRate()))\n")
            }
        }
    }
}
