// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import CGaleMemory
import Foundation
import GaleExperiments

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures parts of Gale on this machine: million operations per second.",
        discussion: """
            hold: the event queue; timers: time-outs that are cancelled; mm1: a queueing model; retry: a retry pipeline \
            through the kernel and as a scenario; scenario: the main scenario; policies: decisions of the \
            delivery code, through a dispatcher with the least host there can be (an input handled is a decision: a message, \
            an answer, a wake) and of each policy alone; draws: random numbers. One of a group by its full name, as \
            hold/kernel/1000, policies/message or draws/gamma. Rates are medians over the thread's processor time, with the \
            least and the greatest.
            """)

    @Argument(help: "What to measure; everything without it.")
    var names: [String] = []

    @Option(help: "How often each is measured.")
    var runs = 5

    @Option(help: "Operations of one measurement; each benchmark's usual number without it.")
    var operations: Int?

    @Option(help: "The scenario of 'scenario'.", completion: .file(extensions: ["yaml"]))
    var scenario = "Scenarios/delivery-pipeline.yaml"

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(runs) else { throw ValidationError("--runs must be 1 to 1,000") }
        guard operations.map({ (1...1_000_000_000).contains($0) }) ?? true else {
            throw ValidationError("--operations must be 1 to 1,000,000,000")
        }
    }

    func run() throws {
        gale_prefer_huge_pages()
        var benchmarks: [any Benchmark] = []
        for name in names.isEmpty ? BenchmarkCatalogue.groups : names {
            let found = try BenchmarkCatalogue.benchmarks(named: name, scenario: scenario)
            if found.isEmpty {
                throw CommandFailure(
                    "there is no benchmark '\(name)'; there are \(BenchmarkCatalogue.groups.joined(separator: ", "))")
            }
            benchmarks += found
        }
        var table = BenchTable()
        if !json { try StandardOutput.write(BenchTable.head) }
        for benchmark in benchmarks {
            let result = try BenchmarkResult(benchmark, operations: operations, runs: runs)
            if !json { try StandardOutput.write(BenchTable.line(result)) }
            table.results.append(result)
        }
        try StandardOutput.write(json ? table.json() : table.legend)
    }
}
