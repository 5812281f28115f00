// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The program from outside: arguments in, exit code, output and files out.
@Suite struct CommandLineTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
    }

    private func gale(_ arguments: String...) throws -> GaleProcess { try GaleProcess.run(arguments, in: folder) }

    @Test("a run whose expectations hold exits with 0 and leaves all its files in Reports/runs/NAME-SEED")
    func passes() throws {
        let run = try gale("run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("PASS"))
        #expect(
            try folder.names(in: "Reports/runs/small-1") == [
                "checkpoints.csv", "latency.hgrm", "report.html", "summary.json", "timeseries.csv", "timing.json",
            ])
        #expect(try folder.names(in: "Reports/runs") == ["small-1"])
    }

    @Test("an expectation that fails gives exit code 1, and the result is there all the same")
    func fails() throws {
        try folder.write(smallScenario(expecting: "submitted < 5"), to: "small.yaml")
        let run = try gale("run", "small.yaml", "--out", "result")
        #expect(run.status == 1)
        #expect(run.output.hasPrefix("FAIL"))
        #expect(folder.exists("result/summary.json"))
    }

    @Test("a file that is not there has no line and no column")
    func missing() throws {
        let run = try gale("run", "smal.yaml")
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("smal.yaml: error: cannot read the scenario: there is no such file"))
    }

    @Test("--json prints summary.json on standard output and nothing else there")
    func json() throws {
        let run = try gale("run", "small.yaml", "--json", "--out", "result")
        #expect(run.status == 0)
        #expect(try run.output == folder.read("result/summary.json"))
        #expect(run.errors.contains("PASS"))
        let quiet = try gale("run", "small.yaml", "--json", "--quiet", "--out", "result")
        #expect(quiet.output == run.output)
        #expect(quiet.errors.isEmpty)
    }

    @Test("little address space is no reason to hang", arguments: [8 << 20, 1 << 20])
    func limitedAddressSpace(kibibytes: Int) throws {
        let run = try GaleProcess.run(
            ["run", "small.yaml", "--out", "result"], in: folder, addressSpace: kibibytes)
        #expect(run.status == 0)
    }

    @Test("two processes write the same bytes; another seed writes others")
    func deterministic() throws {
        for name in ["first", "second"] { #expect(try gale("run", "small.yaml", "--out", name).status == 0) }
        for file in ["summary.json", "checkpoints.csv", "timeseries.csv", "latency.hgrm"] {
            #expect(try folder.read("first/" + file) == folder.read("second/" + file), "\(file)")
        }
        #expect(try gale("run", "small.yaml", "--seed", "2", "--out", "third").status == 0)
        #expect(try folder.read("first/summary.json") != folder.read("third/summary.json"))
    }

    @Test(
        "what cannot be understood gives exit code 2",
        arguments: [
            [], ["run"], ["run", "small.yaml", "--seed", "x"], ["run", "small.yaml", "--no-such-option"], ["nothing"],
            ["run", "missing.yaml"], ["run", "small.yaml", "--variant", "missing"], ["check", "missing.yaml"],
            ["run", "small.yaml", "--set", "stages.work.replicas=0"], ["run", "small.yaml", "--duration", "5"],
            ["show", "profile", "missing"], ["init", "../outside"], ["init", "1st"],
            ["bench", "nothing"], ["bench", "hold/queue/0"], ["bench", "mm1", "--runs", "0"],
            ["bench", "mm1", "--operations", "10000000000"], ["coverage", "--utilisation", "1e-12"],
            ["bench", "scenario", "--scenario", "missing.yaml"],
        ])
    func wrongInput(arguments: [String]) throws {
        let run = try GaleProcess.run(arguments, in: folder)
        #expect(run.status == (arguments.isEmpty ? 0 : 2), "\(arguments): \(run.errors)")
        #expect(arguments.isEmpty || !run.errors.isEmpty)
        #expect(!folder.exists("Reports"))
    }

    @Test("a mistyped command is told with the nearest one")
    func mistyped() throws {
        let run = try gale("tset", "Scenarios")
        #expect(run.status == 2 && run.errors == "gale: there is no command 'tset'; did you mean 'test'?\n")
        #expect(try gale("nothing").errors.contains("nothing"))
    }

    @Test("help and version are no failures")
    func help() throws {
        #expect(try gale("--help").status == 0)
        let version = try gale("--version")
        #expect(version.status == 0)
        #expect(version.output.hasPrefix("gale "))
    }

    @Test("a benchmark prints JSON with rates and what it found")
    func benchmark() throws {
        let run = try gale("bench", "draws/uniform", "hold/kernel/100", "--operations", "2000", "--runs", "2", "--json")
        #expect(run.status == 0, "\(run.errors)")
        let results = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
        #expect(results.map { $0["name"] as? String } == ["draws/uniform", "hold/kernel/100"])
        let processor = try #require(results[0]["processor"] as? [String: Double])
        #expect(try #require(processor["least"]) <= #require(processor["greatest"]))
        let mean = try #require((results[0]["figures"] as? [String: Double])?["mean"])
        #expect(abs(mean - 2e6) < 0.1e6)
    }

    @Test("a wrong scenario is told with file, line and column")
    func diagnostics() throws {
        try folder.write(smallScenario().replacingOccurrences(of: "replicas", with: "replics"), to: "small.yaml")
        let run = try gale("check", "small.yaml")
        #expect(run.status == 2)
        #expect(run.errors.contains("small.yaml:12:5: error:"))
        #expect(run.errors.contains("'replicas'"))
    }

    @Test("a place that cannot be written to is found before the run, exit code 2")
    func unwritable() throws {
        // A run of hours: the test would not end if it began.
        try folder.write(smallScenario(duration: "10h", rate: "100k/s"), to: "long.yaml")
        try folder.write("", to: "file")
        for place in ["file", "file/below", "/proc/gale/result", ""] {
            let run = try gale("run", "long.yaml", "--out", place)
            #expect(run.status == 2, "\(place): \(run.errors)")
            #expect(run.errors.contains("gale: "), "\(run.errors)")
        }
        try FileManager.default.createDirectory(atPath: folder.path + "/mine", withIntermediateDirectories: true)
        try folder.write("precious", to: "mine/notes.txt")
        let run = try gale("run", "long.yaml", "--out", "mine")
        #expect(run.status == 2)
        #expect(run.errors.contains("notes.txt"))
        #expect(try folder.names(in: "mine") == ["notes.txt"])
    }

    @Test("Ctrl-C ends a run cleanly: exit code 130 and a partial result")
    func interrupted() throws {
        try folder.write(smallScenario(duration: "10h", rate: "5k/s"), to: "long.yaml")
        let run = try GaleProcess.run(
            ["run", "long.yaml", "--out", "result"], in: folder, interruptAfter: "real time")
        #expect(run.status == 130, "\(run.errors)")
        let summary = try folder.read("result/summary.json")
        #expect(summary.contains("\"partial\" : true"))
        #expect(summary.contains("\"passed\" : false"))
        #expect(summary.contains("interrupted by signal 2"))
        #expect(try folder.names().filter { $0.hasPrefix(".gale") } == [])
    }

    @Test("a limit of the scenario ends the run with a partial result, exit code 1")
    func limit() throws {
        try folder.write(smallScenario() + "limits: {events: 50}\n", to: "small.yaml")
        let run = try gale("run", "small.yaml", "--json", "--out", "result")
        #expect(run.status == 1)
        #expect(run.output.contains("\"partial\" : true"))
    }

    @Test("a full disk behind standard output is an error, not a success")
    func fullOutput() throws {
        let script = Process()
        script.executableURL = URL(fileURLWithPath: "/bin/sh")
        script.arguments = ["-c", "\"$1\" show profile >/dev/full 2>err.txt", "sh", GaleProcess.executable]
        script.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        try script.run()
        script.waitUntilExit()
        #expect(script.terminationStatus == 2)
        #expect(try folder.read("err.txt").contains("No space left"))
    }

    @Test("init writes a scenario that runs, and never overwrites")
    func first() throws {
        #expect(try gale("init", "mine").status == 0)
        let text = try folder.read("mine.yaml")
        #expect(try gale("check", "mine.yaml").status == 0)
        let again = try gale("init", "mine")
        #expect(again.status == 2)
        #expect(again.errors.contains("exists already"))
        #expect(try folder.read("mine.yaml") == text)
        let run = try gale("run", "mine.yaml", "--out", "result")
        #expect(run.status == 0, "\(run.output) \(run.errors)")
    }

    @Test("the variant of the first scenario fails what the scenario expects")
    func firstVariant() throws {
        #expect(try gale("init").status == 0)
        let run = try gale("run", "first.yaml", "--variant", "naive")
        #expect(run.status == 1)
        for violated in ["undelivered < 1%", "amplification < 1.5"] { #expect(run.output.contains("✗ \(violated)")) }
        #expect(folder.exists("Reports/runs/first-naive-1/summary.json"))
    }

    @Test("check reads all scenarios of a folder but no profiles")
    func checkFolder() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/all/profiles", withIntermediateDirectories: true)
        try folder.write(smallScenario(), to: "all/a.yaml")
        try folder.write("kind: provider\n", to: "all/profiles/x.yaml")
        let good = try gale("check", "all")
        #expect(good.status == 0)
        #expect(good.output == "all/a.yaml: ok\n")
        try folder.write("name: [", to: "all/b.yaml")
        let bad = try gale("check", "all")
        #expect(bad.status == 2)
        #expect(bad.output == "all/a.yaml: ok\n")
        #expect(bad.errors.contains("all/b.yaml:1:"))
        #expect(bad.errors.contains("1 of 2 scenarios"))
    }

    @Test("show prints the resolved scenario, which runs to the same digests as the original")
    func resolved() throws {
        let shown = try gale("show", "small.yaml", "--set", "stages.work.concurrency=7")
        #expect(shown.status == 0)
        #expect(shown.output.contains("concurrency: 7"))
        try folder.write(shown.output, to: "resolved.yaml")
        let again = try gale("run", "resolved.yaml", "--json", "--quiet", "--out", "again")
        let run = try gale(
            "run", "small.yaml", "--set", "stages.work.concurrency=7", "--json", "--quiet", "--out", "run")
        #expect(run.status == 0 && run.output == again.output, "\(again.errors)")
        #expect(try gale("show", "topology", "small.yaml").output.contains("jobs (100/s"))
    }

    @Test("the command that the result names runs the same again")
    func reproduction() throws {
        let run = try gale("run", "small.yaml", "--set", "workloads.jobs.rate=50/s", "--seed", "9", "--out", "result")
        let words = ["run", "small.yaml", "--seed", "9", "--set", "workloads.jobs.rate=50/s"]
        #expect(run.output.contains(words.joined(separator: " ")))
        let again = try GaleProcess.run(words, in: folder)
        #expect(again.status == run.status)
        #expect(try folder.read("Reports/runs/small-9/summary.json") == folder.read("result/summary.json"))
    }
}
