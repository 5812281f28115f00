// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The worker processes of `gale test`, and what it leaves for CI servers, from outside.
@Suite struct TestWorkerTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
    }

    private func gale(_ arguments: String...) throws -> GaleProcess { try GaleProcess.run(arguments, in: folder) }

    /// A load of hours: whatever waits for its end, waits too long.
    private func writeLong() throws {
        try folder.write(smallScenario(duration: "100h", rate: "100k/s"), to: "a-long.yaml")
    }

    /// Waits until a process has a child, and names it.
    static func child(of process: Int32) throws -> Int32 {
        for _ in 0..<3_000 {
            for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
                guard let number = Int32(entry),
                    let status = try? String(contentsOfFile: "/proc/\(entry)/stat", encoding: .utf8),
                    status.split(separator: ")").last?.split(separator: " ").dropFirst().first == "\(process)"
                else { continue }
                return number
            }
            usleep(10_000)
        }
        throw CocoaError(.fileReadUnknown)
    }

    private static func isThere(_ process: Int32) -> Bool {
        for _ in 0..<500 {
            let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            // A zombie that nobody has waited for yet has ended as well.
            guard let status, status.split(separator: ")").last?.hasPrefix(" Z") == false else { return false }
            usleep(10_000)
        }
        return true
    }

    @Test("a run whose process dies is a finding with its seed, the others go on, exit code 4")
    func trap() throws {
        try writeLong()
        let run = try GaleProcess.run(
            ["test", ".", "--jobs", "1", "--junit", "out/junit.xml", "--markdown", "out/summary.md"], in: folder
        ) { kill(try Self.child(of: $0), SIGKILL) }
        #expect(run.status == 4, "\(run.output) \(run.errors)")
        #expect(run.output.contains("FAIL  a-long"))
        #expect(run.output.contains("seed 1: no result: the worker was ended by signal 9"), "\(run.output)")
        #expect(run.output.contains("run ./a-long.yaml --seed 1\n") && run.output.contains("ok    small"))
        let junit = try folder.read("out/junit.xml")
        #expect(junit.contains("errors=\"1\"") && junit.contains("failures=\"0\"") && junit.contains("<error "))
        #expect(try folder.read("out/summary.md").hasPrefix("## Gale: 1 of 2 failed\n"))
        #expect(try folder.names(in: "out") == ["junit.xml", "summary.md"])
    }

    @Test("an interrupted test ends its workers, and says what was not finished")
    func interrupted() throws {
        try writeLong()
        var worker: Int32 = 0
        let run = try GaleProcess.run(["test", ".", "--junit", "junit.xml", "--json"], in: folder) {
            worker = try Self.child(of: $0)
            kill($0, SIGINT)
        }
        #expect(run.status == 130 && run.output.contains("\"passed\" : false"), "\(run.output)")
        #expect(!Self.isThere(worker))
        #expect(try folder.read("junit.xml").contains("<skipped"))
    }

    @Test("workers end with the process that they work for, however it ends")
    func orphans() throws {
        try writeLong()
        var worker: Int32 = 0
        _ = try GaleProcess.run(["test", "a-long.yaml"], in: folder) {
            worker = try Self.child(of: $0)
            kill($0, SIGKILL)
        }
        #expect(!Self.isThere(worker))
    }

    @Test("the same seeds give the same bytes, whatever the number of jobs")
    func jobs() throws {
        let variants = "variants:\n  none: {set: {workloads.jobs.rate: 1/s}, violates: [submitted > 95]}\n"
        try folder.write(smallScenario(expecting: "submitted > 95") + variants, to: "edge.yaml")
        let outputs = try ["1", "2", "5"].map { jobs in
            let run = try gale("test", ".", "--seeds", "9", "--json", "--jobs", jobs, "--markdown", "m.md")
            #expect(run.status == 1)
            return run.output + (try folder.read("m.md"))
        }
        #expect(outputs[0].contains("does not hold") && outputs[0] == outputs[1] && outputs[1] == outputs[2])
    }

    @Test("on GitHub a failure is shown at the expectation's line, and JSON output stays JSON")
    func annotations() throws {
        try folder.write(smallScenario(expecting: "submitted < 5"), to: "worse.yaml")
        let root = URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path
        let github = ["GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": root]
        let run = try GaleProcess.run(["test", "./worse.yaml"], in: folder, environment: github)
        let line = try folder.read("worse.yaml").split(separator: "\n").firstIndex { $0.contains("< 5") } ?? 0
        let words = "::error file=worse.yaml,line=\(line + 1),col=5,title=gale test::'submitted < 5' does not hold: "
        #expect(run.status == 1 && run.output.contains("\n" + words), "\(run.output)")
        let json = try GaleProcess.run(["test", "worse.yaml", "--json"], in: folder, environment: github)
        #expect(!json.output.contains("::error") && json.errors.hasPrefix(words), "\(json.errors)")
        #expect(try !gale("test", "worse.yaml").output.contains("::error"))
    }

    @Test(
        "a result that cannot be written is found before anything runs; a former one stays until the new one is there")
    func files() throws {
        try writeLong()
        try folder.write("", to: "file")
        for path in [".", "file/junit.xml", "new/", ""] {
            let run = try gale("test", "a-long.yaml", "--junit", path)
            #expect(run.status == 2 && run.output.isEmpty && !run.errors.isEmpty, "\(path): \(run.errors)")
        }
        try folder.write("<testsuites/>", to: "junit.xml")
        #expect(try gale("test", "missing.yaml", "--junit", "junit.xml").status == 2)
        #expect(try folder.read("junit.xml") == "<testsuites/>")
        #expect(
            try gale("test", "small.yaml", "--junit", "junit.xml", "--markdown", "/dev/stdout").output.contains("##"))
        #expect(try folder.read("junit.xml").contains("<testsuites name="))
        let names = try folder.names().filter { !$0.hasPrefix(".output") && !$0.hasPrefix(".errors") }
        #expect(names == ["a-long.yaml", "file", "junit.xml", "small.yaml"], "\(names)")
    }

    // MARK: Seeds of a commit

    private func git(_ arguments: String...) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let settings = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        process.arguments = ["git", "-C", folder.path] + settings + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    @Test("a commit's seeds are those of its id, of no other, and outside of a repository it must be named")
    func commit() throws {
        let outside = try gale("test", "small.yaml", "--seeds", "commit")
        #expect(outside.status == 2 && outside.errors.contains("--seeds commit needs a git repository"))
        _ = try git("init", "-q")
        #expect(try gale("test", "small.yaml", "--seeds", "commit").status == 2, "there is no commit yet")
        _ = try git("commit", "-q", "--allow-empty", "-m", "first")
        let id = try git("rev-parse", "HEAD").trimmingCharacters(in: .whitespacesAndNewlines)
        let here = try gale("test", "small.yaml", "--seeds", "commit:4", "--json")
        #expect(here.status == 0, "\(here.errors)")
        #expect(try gale("test", "small.yaml", "--seeds", "commit:4", "--commit", id, "--json").output == here.output)
        let other = String(id.reversed())
        let others = try gale("test", "small.yaml", "--seeds", "commit:4", "--commit", other, "--json")
        #expect(others.status == 0 && others.output != here.output)
        for arguments in [["--commit", id], ["--seeds", "commit", "--commit", "abc"], ["--seeds", "commit:0"]] {
            #expect(try GaleProcess.run(["test", "small.yaml"] + arguments, in: folder).status == 2, "\(arguments)")
        }
    }

    @Test("a theory that fails with a commit's seeds names the commit to repeat it with")
    func theoryOfCommit() throws {
        let text = smallScenario(duration: "1s", rate: "80/s").replacingOccurrences(
            of: "concurrency: 100", with: "concurrency: 1")
        try folder.write("theory: M/M/1\n" + text, to: "short.yaml")
        let id = String(repeating: "0123456789", count: 4)
        let run = try gale("test", "short.yaml", "--seeds", "commit:5", "--commit", id)
        #expect(run.status == 1 && run.output.contains("test short.yaml --seeds commit:5 --commit \(id)\n"))
    }
}
