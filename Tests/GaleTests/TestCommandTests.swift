// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// `gale test` from outside.
@Suite struct TestCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
    }

    private func gale(_ arguments: String...) throws -> GaleProcess { try GaleProcess.run(arguments, in: folder) }

    @Test("a scenario whose expectations hold passes, with each seed asked for")
    func passes() throws {
        let run = try gale("test", "small.yaml")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(run.output.hasPrefix("ok    small"))
        #expect(run.output.contains("seed 1") && run.output.contains("1 passed: 1 run, "))
        #expect(try gale("test", "small.yaml", "--seeds", "3").output.contains("seeds 1 to 3"))
        #expect(try gale("test", "small.yaml", "--seeds", "4..5").output.contains("seeds 4 to 5"))
        #expect(!folder.exists("Reports"))
    }

    @Test("an expectation that fails is told with the command that repeats it, exit code 1")
    func fails() throws {
        try folder.write(smallScenario(expecting: "submitted < 5"), to: "worse.yaml")
        let run = try gale("test", ".", "--seeds", "2..3")
        #expect(run.status == 1)
        #expect(run.output.contains("ok    small") && run.output.contains("FAIL  worse"))
        #expect(run.output.contains("seed 2: 'submitted < 5' does not hold"))
        #expect(run.output.contains("run ./worse.yaml --seed 2") && run.output.contains("1 of 2 failed"))
    }

    @Test("a variant passes when it violates what it must, and fails when it doesn't")
    func variants() throws {
        let variants = "variants:\n  none: {set: {workloads.jobs.rate: 1/s}, violates: [submitted > 50]}\n"
        try folder.write(smallScenario(expecting: "submitted > 50") + variants, to: "small.yaml")
        let run = try gale("test", "small.yaml")
        #expect(run.status == 0 && run.output.contains("small, none") && run.output.contains("violates what it must"))
        let rows = run.output.split(separator: "\n").filter {
            $0.hasPrefix("ok    as written") || $0.hasPrefix("ok    none")
        }
        #expect(rows.count == 2 && rows[1].contains("✗") && !rows[0].contains("✗"), "measured values: \(run.output)")
        let json = try gale("test", "small.yaml", "--json").output
        #expect(json.contains("\"name\" : \"p99 of delivered\"") && json.contains("\"text\" : \"submitted > 50\""))
        try folder.write(
            smallScenario(expecting: "submitted > 50") + variants.replacingOccurrences(of: "1/s", with: "200/s"),
            to: "small.yaml")
        let weak = try gale("test", "small.yaml")
        #expect(weak.status == 1 && weak.output.contains("must violate 'submitted > 50', and does not"))
        #expect(weak.output.contains("test small.yaml --variant none\n"), "a run would pass: \(weak.output)")
    }

    @Test("what is laid over a scenario holds for it and its variants, and is in the command that repeats a failure")
    func changes() throws {
        let variants =
            "variants:\n  none: {set: {workloads.jobs.rate: 1/s}, violates: [submitted > 50]}\n  most: {set: {drain: 20s}}\n"
        try folder.write(smallScenario(expecting: "submitted > 50") + variants, to: "small.yaml")
        let run = try gale("test", "small.yaml", "--set", "workloads.jobs.rate=10/s", "--duration", "2s")
        #expect(run.status == 1 && run.output.contains("2 of 3 failed"), "\(run.output)")
        let repeated = "run small.yaml --seed 1 --duration 2s --set workloads.jobs.rate=10/s"
        #expect(run.output.contains(repeated + "\n") && run.output.contains(repeated + " --variant most\n"))
        let one = try gale("test", "small.yaml", "--variant", "most")
        #expect(one.status == 0 && one.output.contains("small, most") && one.output.contains("1 passed: 1 run, "))
        let none = try gale("test", "small.yaml", "--variant", "mist")
        #expect(
            none.status == 2 && none.output.isEmpty && none.errors.contains("did you mean 'most'?"), "\(none.errors)")
    }

    @Test("a fault that changed no decision fails the test")
    func inert() throws {
        let fault = "faults:\n  crash: {at: 5s, for: 1s, stage: work}\n"
        try folder.write(smallScenario() + fault, to: "small.yaml")
        let run = try gale("test", "small.yaml")
        #expect(run.status == 1 && run.output.contains("fault 'crash' is inert"), "\(run.output)")
        #expect(run.output.contains("reproduce: ") && run.output.contains(" test small.yaml\n"), "a run would pass")
        let seeds = try gale("test", "small.yaml", "--seeds", "2..3")
        #expect(seeds.output.contains(" test small.yaml --seeds 2..2\n"), "\(seeds.output)")
        let again = try gale("test", "small.yaml", "--seeds", "2..2")
        #expect(again.status == 1 && again.output.contains("fault 'crash' is inert"), "\(again.output)")
    }

    @Test("a stored regression is tested with its own seed, and its failure is repeated by the test of its file")
    func regressions() throws {
        func regression(_ cause: String, _ rest: String) -> String {
            "seed: 4\n" + smallScenario(expecting: "submitted < 5")
                + "regression: {violates: \"\(cause)\"\(rest)}\n"
        }
        try folder.write(regression("expectation: submitted < 5", ""), to: "known.yaml")
        let known = try gale("test", "known.yaml", "--seeds", "7..9")
        #expect(known.status == 0 && known.output.contains("reproduces (seed 4, "), "\(known.output)")
        try folder.write(
            regression("expectation: lost = 0", ", marks: [a direct topic was full]"), to: "stale.yaml")
        let stale = try gale("test", "stale.yaml", "--seeds", "7..9")
        #expect(stale.status == 1 && stale.output.contains("stale: the run no longer reaches"), "\(stale.output)")
        #expect(stale.output.contains(" test stale.yaml\n"), "\(stale.output)")
        try folder.write(regression("expectation: lost = 0", ""), to: "other.yaml")
        let other = try gale("test", "other.yaml")
        #expect(other.status == 1 && other.output.contains("fails of something else"), "\(other.output)")
        let empty = try gale("test", "known.yaml", "--duration", "1ns")
        #expect(empty.status == 1 && empty.output.contains("stale: nothing is submitted"), "\(empty.output)")
    }

    @Test("a theory prints its table; its bytes do not depend on how many runs are made at once")
    func theory() throws {
        let text = smallScenario(duration: "100s", rate: "80/s").replacingOccurrences(
            of: "concurrency: 100", with: "concurrency: 1")
        try folder.write("theory: M/M/1\n" + text, to: "small.yaml")
        let run = try gale("test", "small.yaml", "--seeds", "5", "--jobs", "1")
        #expect(run.status == 0, "\(run.output)")
        for words in ["99.9 % interval", "M/M/1", "mean latency", "p99 latency", "utilisation", " of 5"] {
            #expect(run.output.contains(words), "\(run.output)")
        }
        #expect(try gale("test", "small.yaml", "--seeds", "5", "--jobs", "3").output == run.output)
        let json = try gale("test", "small.yaml", "--seeds", "5", "--json")
        #expect(json.status == 0 && json.output.contains("\"name\" : \"mean latency\""))
        #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
        let biased = try gale("test", "small.yaml", "--seeds", "10", "--plant-bias", "20%")
        #expect(biased.status == 0 && biased.output.contains("seen"), "\(biased.output)")
        let blind = try gale("test", "small.yaml", "--seeds", "5", "--plant-bias", "0.1%")
        #expect(blind.status == 1 && blind.output.contains("was not seen in the mean latency"), "\(blind.output)")
        #expect(blind.output.contains("test small.yaml --seeds 1..5 --plant-bias 0.1%\n"), "\(blind.output)")
        #expect(run.output.contains("misses: runs whose own 95 % interval"), "the columns are explained")
    }

    @Test("a theory that no run has a sample of says so, with the command that repeats all runs")
    func unmeasured() throws {
        // The first tenth does not count, and that is the only slot there is.
        let text = smallScenario(duration: "1s", rate: "80/s").replacingOccurrences(
            of: "concurrency: 100", with: "concurrency: 1")
        try folder.write("theory: M/M/1\n" + text, to: "short.yaml")
        let run = try gale("test", "short.yaml", "--seeds", "3..7")
        #expect(run.status == 1)
        #expect(run.output.contains("mean latency: not measured: no sample in 5 of 5 runs (seeds 3, 4, 5, 6, 7)"))
        #expect(run.output.contains("test short.yaml --seeds 3..7\n"), "\(run.output)")
        let json = try gale("test", "short.yaml", "--seeds", "5", "--json")
        #expect(json.status == 1 && json.output.contains("\"unmeasured\" : ["), "\(json.output)")
        #expect(json.output.contains("\"quantity\" : \"mean latency\""), "observations are named")
    }

    @Test("wrong input is found before anything runs, exit code 2")
    func wrongInput() throws {
        // A run of hours: the test would not end if it began.
        try folder.write(smallScenario(duration: "10h", rate: "100k/s"), to: "long.yaml")
        try folder.write(smallScenario().replacingOccurrences(of: "replicas", with: "replics"), to: "wrong.yaml")
        try folder.write("theory: M/M/c\n" + smallScenario(), to: "theory.yaml")
        for arguments in [
            ["long.yaml", "wrong.yaml"], ["long.yaml", "missing.yaml"], ["long.yaml", "--seeds", "0"],
            ["long.yaml", "--seeds", "5..4"], ["long.yaml", "--seeds", "1...4"], ["long.yaml", "--jobs", "0"],
            ["long.yaml", "--plant-bias", "2%"], ["theory.yaml", "--plant-bias", "2"], ["theory.yaml", "--seeds", "2"],
            [],
        ] {
            let run = try GaleProcess.run(["test"] + arguments, in: folder)
            #expect(run.status == 2 && run.output.isEmpty && !run.errors.isEmpty, "\(arguments): \(run.errors)")
        }
    }
}
