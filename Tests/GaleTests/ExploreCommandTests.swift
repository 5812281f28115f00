// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// `gale explore` from outside: its worker processes, its journal, and what it prints.
@Suite struct ExploreCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.scenario(), to: "small.yaml")
    }

    private static func scenario(duration: String = "4s", rate: String = "30/s", explore: String = "") -> String {
        """
        name: small
        duration: \(duration)
        drain: 20s
        workloads: {main: {into: outbox, rate: \(rate), ttl: 15s}}
        brokers: {memory: {profile: direct}}
        topics: {outbox: {broker: memory}}
        stages: {sender: {reads: outbox, replicas: 2, concurrency: 16, steps: [{deliver: standard}]}}
        providers: {apns: {profile: apns}}
        policies: {standard: {routes: {push: [apns]}, timeout: 1s, retry: {base: 100ms, attempts: 4}}}
        explore: {faults: 2, without: process\(explore)}

        """
    }

    private func gale(_ arguments: String...) throws -> GaleProcess { try GaleProcess.run(arguments, in: folder) }

    private func journalLines(_ name: String) -> Int {
        (FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data()).count { $0 == 10 }
    }

    @Test("killed at any moment and started again, it loses no finished seed and ends with the same report")
    func killed() throws {
        let whole = try gale(
            "explore", "small.yaml", "--runs", "24", "--jobs", "2", "--out", "whole", "--json", "--quiet")
        #expect(whole.status == 0 && whole.output.contains("\"seeds\" : \"1..24\""), "\(whole.output) \(whole.errors)")
        let arguments = ["explore", "small.yaml", "--runs", "24", "--jobs", "2", "--out", "cut", "--json", "--quiet"]
        // Right at the start, then again and again in the middle.
        for lines in [0, 1, 4, 9, 15] {
            let process = try GaleProcess.run(arguments, in: folder) { process in
                while journalLines("cut/journal") < lines { usleep(2_000) }
                kill(process, SIGKILL)
            }
            #expect(process.status == SIGKILL && process.output.isEmpty)
            let journal = folder.exists("cut/journal") ? try folder.read("cut/journal") : ""
            #expect(journal.isEmpty || lines < 2 || journal.split(separator: "\n").count >= lines)
        }
        let before = try folder.read("cut/journal").split(separator: "\n")
        #expect(before.count < 27)
        let again = try GaleProcess.run(arguments, in: folder)
        #expect(again.status == 0 && again.output == whole.output)
        #expect(try folder.read("cut/report.json") == folder.read("whole/report.json"))
        // What was finished is still there, and was not run again: a line for each seed, the first and the last.
        let after = try folder.read("cut/journal").split(separator: "\n")
        #expect(Array(after.prefix(before.count - 1)) == Array(before.dropLast()))
        #expect(after.count == 27)
    }

    @Test("the same seeds give the same bytes, whatever the number of jobs")
    func jobs() throws {
        let outputs = try ["1", "3"].map { jobs in
            let run = try gale("explore", "small.yaml", "--seeds", "5..12", "--jobs", jobs, "--out", jobs)
            #expect(run.status == 0 && run.errors.contains("8 worlds · "), "\(run.errors)")
            return run.output
        }
        #expect(outputs[0] == outputs[1] && outputs[0].contains("nothing found · 8 worlds"))
        #expect(outputs[0].contains("worker-crash           off") && outputs[0].contains("never: "))
        // No policy has a store.
        #expect(outputs[0].contains("border-writes-lost     not possible here\n"), "\(outputs[0])")
    }

    @Test("what was reached, and never was, is told in words, and only of what the scenario has")
    func coverageWords() throws {
        let run = try gale("explore", "small.yaml", "--runs", "1")
        let lines = run.output.split(separator: "\n").map(String.init)
        let heads = lines.indices.filter { !lines[$0].hasPrefix(" ") }
        func section(_ name: String) throws -> String {
            let place = try #require(heads.firstIndex { lines[$0].hasPrefix(name + ": ") }, "\(run.output)")
            let end = place + 1 < heads.count ? heads[place + 1] : lines.count
            return lines[heads[place]..<end].joined(separator: "\n")
        }
        #expect(lines[0].hasPrefix("ok: nothing found · 1 world of small.yaml · "), "\(lines[0])")
        #expect(lines[0].hasSuffix(" · seed 1"), "\(lines[0])")
        let delivery = try section("delivery")
        #expect(!delivery.contains(/[a-z][A-Z]/) && !delivery.contains("hopeless") && !delivery.contains("buried"))
        #expect(delivery.contains("first attempts (1)") && delivery.contains("money spent"), "\(delivery)")
        #expect(try section("outcome").contains("in flight at the end"))
        #expect(try !section("outcome").contains("recognised"))
        let state = try section("state")
        #expect(state.contains("replica: up to crashed"), "\(state)")
        for machine in ["work", "broker", "partition", "group"] { #expect(!state.contains(machine), "\(state)") }
    }

    @Test("counts have separators, and what there was too little load for says what to do")
    func largeCounts() throws {
        try folder.write(Self.scenario(duration: "8s", rate: "1k/s", explore: ", warm-up: 1s"), to: "large.yaml")
        let run = try gale("explore", "large.yaml", "--runs", "1")
        #expect(run.output.contains(/· [1-9]?[0-9],[0-9]{3} notifications ·/), "\(run.output) \(run.errors)")
        #expect(run.output.contains("no steady state before the first fault (1)"), "\(run.output)")
        #expect(run.output.contains("a longer `warm-up` under `explore:`"), "\(run.output)")
    }

    @Test("a worker that dies is a finding with its seed, and the exit code is 4")
    func trap() throws {
        try folder.write(Self.scenario(duration: "50h", rate: "100k/s"), to: "long.yaml")
        let run = try GaleProcess.run(["explore", "long.yaml", "--runs", "1", "--jobs", "1"], in: folder) {
            kill(try TestWorkerTests.child(of: $0), SIGKILL)
        }
        #expect(run.status == 4, "\(run.output) \(run.errors)")
        #expect(
            run.output.hasPrefix("FAIL  1 cause · 1 world of") && run.output.contains("ended by signal 9"),
            "\(run.output)")
        #expect(run.output.contains("explore long.yaml --seed 1\n"))
        #expect(try folder.read("Reports/explorations/small/journal").contains("ended by signal 9"))
    }

    @Test("findings come by cause, and the command that is printed shows the first one again")
    func findings() throws {
        try folder.write(Self.scenario(explore: ", expect: [submitted < 5]"), to: "never.yaml")
        let run = try gale("explore", "never.yaml", "--runs", "4", "--without", "border,people")
        #expect(run.status == 1 && run.errors.contains("found: expectation: submitted < 5"), "\(run.errors)")
        #expect(run.output.contains("expectation: submitted < 5 · in 4 worlds, seeds 1, 2, 3, 4\n"), "\(run.output)")
        let line = try #require(run.output.split(separator: "\n").first { $0.contains(" --seed 1") })
        let words = line.split(separator: " ").dropFirst().map(String.init)
        let shown = try GaleProcess.run(words, in: folder)
        #expect(shown.status == 1 && shown.output.contains("FAIL  'submitted < 5' does not hold"), "\(shown.output)")
        // And the next lines go on from there.
        let lines = run.output.split(separator: "\n").filter { $0.contains("never-1.yaml") }
        #expect(lines.count == 2 && lines[0].hasSuffix("--without border,people --write never-1.yaml"), "\(run.output)")
        let written = try GaleProcess.run(lines[0].split(separator: " ").dropFirst().map { String($0) }, in: folder)
        #expect(written.status == 0 && lines[1].hasSuffix(" shrink never-1.yaml"))
        #expect(try gale("shrink", "never-1.yaml", "--causes").output == "expectation: submitted < 5\n")
        // What is finished counts for whatever is asked for, and no more of it than that.
        let first = try gale(
            "explore", "never.yaml", "--runs", "4", "--jobs", "2", "--first", "--without", "border", "--without",
            "people")
        #expect(first.status == 1 && first.output.contains("1 cause · 1 world of"), "\(first.output)")
    }

    @Test("of two causes of one world, each comes with a command that keeps just that one")
    func twoCauses() throws {
        try folder.write(Self.scenario(explore: ", expect: [submitted < 5, submitted < 4]"), to: "never.yaml")
        let run = try gale("explore", "never.yaml", "--runs", "1")
        #expect(run.output.contains("expectation: submitted < 5 · in 1 world, seed 1\n"), "\(run.output)")
        let lines = run.output.split(separator: "\n").filter { $0.contains(" shrink ") }.map(String.init)
        let causes = ["expectation: submitted < 4", "expectation: submitted < 5"]
        let wanted = causes.map { " shrink never-1.yaml --cause '\($0)'" }
        #expect(lines.count == 2 && zip(lines.sorted(), wanted).allSatisfy { $0.hasSuffix($1) }, "\(run.output)")
        #expect(try gale("explore", "never.yaml", "--seed", "1", "--write", "never-1.yaml").status == 0)
        #expect(
            try gale("shrink", "never-1.yaml", "--causes").output.split(separator: "\n").sorted()
                == causes.map { $0[...] })
    }

    @Test("worlds that are finished are not run again, whatever is asked for next")
    func again() throws {
        let half = try gale("explore", "small.yaml", "--runs", "4")
        #expect(half.status == 0 && half.errors.contains("4 worlds · "), "\(half.errors)")
        let whole = try gale("explore", "small.yaml", "--runs", "8")
        #expect(whole.status == 0 && whole.errors.contains("4 worlds, 4 from the journal"), "\(whole.errors)")
        #expect(try gale("explore", "small.yaml", "--runs", "8", "--fresh").output == whole.output)
        let same = try gale("explore", "small.yaml", "--seeds", "1..8")
        #expect(same.status == 0 && same.output == whole.output && same.errors.contains("0 worlds, 8 from the journal"))
        #expect(same.errors.contains("note: this exploration had come to its end before; "), "\(same.errors)")
        #expect(try gale("explore", "small.yaml", "--runs", "4").output == half.output)
        // A budget that is spent is not spent once more.
        let spent = try gale("explore", "small.yaml", "--budget", "1ms", "--from", "3")
        let report = try gale("explore", "small.yaml", "--budget", "1ms", "--from", "3")
        #expect(
            report.output == spent.output && report.errors.contains("a larger --budget goes on"), "\(report.errors)")
        #expect(report.output.contains(" · seeds 3.."), "\(report.output)")
    }

    @Test("a journal that is damaged is mended, and that is told")
    func damaged() throws {
        let whole = try gale("explore", "small.yaml", "--runs", "4")
        let journal = "Reports/explorations/small/journal"
        let text = try folder.read(journal)
        try folder.write(text.replacing("\"seed\":2}", with: "\"seed\":7}"), to: journal)
        let line = try gale("explore", "small.yaml", "--runs", "4")
        #expect(line.errors.contains("note: 1 line of '\(journal)' is damaged: "), "\(line.errors)")
        #expect(line.output == whole.output && line.errors.contains("1 world, 3 from the journal"))
        #expect(line.errors.contains("; it is kept as '\(journal).damaged-1'\n"), "\(line.errors)")
        let mended = try gale("explore", "small.yaml", "--runs", "4")
        #expect(mended.output == whole.output && !mended.errors.contains("damaged"), "told once: \(mended.errors)")
        let cut = text.firstIndex(of: "\n")!
        try folder.write(String(text[text.index(after: cut)...]), to: journal)
        let header = try gale("explore", "small.yaml", "--runs", "4")
        #expect(header.output == whole.output && header.errors.contains("its journal is kept as '\(journal).former-1'"))
        #expect(
            header.errors.contains("4 finished worlds of an earlier exploration are not used: the first line of its"))
    }

    @Test("a journal that cannot be written ends it as any output does, and what is finished is told")
    func full() throws {
        let arguments = ["explore", "small.yaml", "--runs", "60", "--jobs", "1"]
        let full = try GaleProcess.run(arguments, in: folder, fileSize: 12)
        let journal = "Reports/explorations/small/journal"
        #expect(full.status == 2 && full.errors.contains("gale: cannot write '\(journal)': "), "\(full.errors)")
        let lines = try folder.read(journal).split(separator: "\n")
        #expect(lines.count > 4 && lines.count < 62 && lines.allSatisfy { $0.hasSuffix("}") }, "\(lines)")
        #expect(full.output.hasPrefix("cut short: nothing found so far · "), "\(full.output)")
        // The one that found no room is among them.
        #expect(full.output.contains(" · \(lines.count - 1) worlds of small.yaml"), "\(full.output)")
        let whole = try GaleProcess.run(arguments, in: folder)
        #expect(whole.status == 0 && whole.errors.contains(", \(lines.count - 2) from the journal"), "\(whole.errors)")
        #expect(!whole.errors.contains("damaged"))
    }

    @Test("a second exploration in the same folder is told what to do")
    func inUse() throws {
        let one = try GaleProcess.run(["explore", "small.yaml", "--runs", "5000", "--jobs", "1"], in: folder) {
            process in
            while journalLines("Reports/explorations/small/journal") < 3 { usleep(2_000) }
            let inner = try TemporaryFolder()
            let out = folder.path + "/Reports/explorations/small"
            let other = try GaleProcess.run(
                ["explore", folder.path + "/small.yaml", "--runs", "1", "--out", out], in: inner)
            #expect(other.status == 2 && other.errors.contains("name another folder with --out"), "\(other)")
            kill(process, SIGTERM)
        }
        #expect(one.status == 143 && one.output.hasPrefix("cut short: nothing found so far · "), "\(one.output)")
        #expect(try folder.read("Reports/explorations/small/report.json").contains("\"isPartial\" : true"))
    }

    @Test("a copy of the program makes the same worlds: what it has finished counts")
    func copied() throws {
        let whole = try gale("explore", "small.yaml", "--runs", "2")
        let copy = folder.path + "/copy"
        try FileManager.default.copyItem(atPath: GaleProcess.executable, toPath: copy)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: copy)
        process.arguments = ["explore", "small.yaml", "--runs", "2"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let errors = Pipe()
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(whole.status == 0 && text.contains("0 worlds, 2 from the journal"), "\(text)")
    }

    @Test(
        "finished worlds that another exploration has no use for are kept with their report, each apart, and that is told"
    )
    func former() throws {
        let one = try GaleProcess.run(["explore", "small.yaml", "--seeds", "1..500", "--jobs", "1"], in: folder) {
            while journalLines("Reports/explorations/small/journal") < 4 { usleep(2_000) }
            kill($0, SIGINT)
        }
        #expect(one.status == 130, "\(one.errors)")
        let out = "Reports/explorations/small"
        var reports: [String] = []
        for number in 1...2 {
            reports.append(try folder.read(out + "/report.json"))
            let other = try gale(
                "explore", "small.yaml", "--runs", "2", "--quiet", "--without", number == 1 ? "border" : "people")
            #expect(other.status == 0 && other.errors.contains(" of an earlier exploration are not used: "), "\(other)")
            #expect(
                other.errors.contains("its journal is kept as '\(out)/journal.former-\(number)', its report as "),
                "\(other)")
        }
        #expect(journalLines(out + "/journal.former-1") >= 4 && journalLines(out + "/journal.former-2") == 5)
        #expect(try (1...2).map { try folder.read(out + "/report.former-\($0).json") } == reports)
        let names =
            ["journal", "journal.former-1", "journal.former-2"] + [
                "report.former-1.json", "report.former-2.json", "report.json",
            ]
        #expect(try folder.names(in: out) == names)
    }

    @Test("ranges of which hardly any values go together are wrong input, found before anything runs")
    func undrawable() throws {
        // At the ends each limit's bounds are equal; in between they are in order once in six times.
        func text(_ policies: Int) -> String {
            let names = (0..<policies).map { "p\($0)" }
            let declared = names.map {
                ", \($0): {routes: {push: [apns]}, concurrency: {algorithm: aimd, min: 1, max: 1, initial: 1}}"
            }
            let ranges = names.flatMap { name in
                ["min", "initial", "max"].map { ", policies.\(name).concurrency.\($0): 1..1k" }
            }
            return Self.scenario(explore: ranges.joined()).replacing(
                "attempts: 4}}}", with: "attempts: 4}}" + declared.joined() + "}")
        }
        try folder.write(text(1), to: "narrow.yaml")
        let some = try gale("explore", "narrow.yaml", "--runs", "3", "--jobs", "1")
        #expect(some.status == 0 && some.output.contains("drawn again: "), "\(some.output) \(some.errors)")
        try folder.write(text(6), to: "none.yaml")
        let none = try gale("explore", "none.yaml", "--runs", "3", "--out", "none")
        #expect(
            none.status == 2 && none.errors.contains("none of 256 draws for seed 1 is a scenario"), "\(none.errors)")
        #expect(none.errors.contains("\nnone.yaml:10:") && !folder.exists("none"), "\(none.errors)")
    }

    @Test("a world that breaks its scenario's limit of memory is a finding, one that is not over in time has no result")
    func limits() throws {
        try folder.write(Self.scenario() + "limits: {memory: 1MiB}\n", to: "small-memory.yaml")
        for arguments in [["--runs", "2", "--jobs", "1", "--out", "full"], ["--seed", "1"]] {
            let full = try GaleProcess.run(["explore", "small-memory.yaml"] + arguments, in: folder)
            #expect(full.status == 1 && full.output.contains("limit reached: memory 1 MiB"), "\(full.output)")
        }
        try folder.write(Self.scenario(duration: "50h", rate: "100k/s") + "limits: {wall: 1s}\n", to: "hanging.yaml")
        let hanging = try gale("explore", "hanging.yaml", "--seed", "1")
        #expect(
            hanging.status == 4 && hanging.output.contains("FAIL  the run was not over after 1s"), "\(hanging.output)")
        #expect(hanging.output.hasPrefix("seed 1\n"))
    }

    @Test("a world written to a file runs to the outcome that exploration saw")
    func written() throws {
        let shown = try gale("explore", "small.yaml", "--seed", "3")
        let digest = try #require(shown.output.split(separator: " ").last).dropLast()
        #expect(shown.status == 0 && digest.count == 32, "\(shown.output)")
        let written = try gale("explore", "small.yaml", "--seed", "3", "--write", "new/world.yaml").output
        #expect(written.hasPrefix("seed 3\n") && written.hasSuffix("written to new/world.yaml\n"), "\(written)")
        let run = try gale("run", "new/world.yaml", "--json", "--quiet", "--out", "r")
        #expect(run.output.contains("\"outcome\" : \"\(digest)\""), "\(run.output) \(run.errors)")
    }

    @Test(
        "what is asked wrongly is wrong input",
        arguments: [
            ["--seeds", "5"], ["--runs", "0"], ["--budget", "10"], ["--budget", "0s"], ["--without", "nobody"],
            ["--write", "x.yaml"],
            ["--without", "border,nobody"], ["--without", "border", "people"], ["--without", ""],
            ["--seed", "1", "--fresh"], ["--seed", "1", "--first"], ["--seed", "1", "--out", "x"], ["--force"],
            ["--runs", "3", "--budget", "1min"], ["--from", "3", "--seed", "4"], ["--jobs", "0"],
        ])
    func wrong(_ arguments: [String]) throws {
        let run = try GaleProcess.run(["explore", "small.yaml"] + arguments, in: folder)
        #expect(run.status == 2 && run.output.isEmpty && !run.errors.isEmpty, "\(run.errors)")
    }
}
