// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleDelivery
import GaleLive
import Testing

/// The program `gale-live`, run as a person runs it.
@Suite(.serialized)
struct CommandTests {
    /// It lies beside the test bundle.
    private static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("gale-live")
    private static let scenario = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Scenarios/live.yaml").standardizedFileURL.path

    private let folder = FileManager.default.temporaryDirectory.appending(path: "gale-live-" + UUID().uuidString)

    /// - Parameters:
    ///   - signal: sent as soon as the program says that it runs.
    ///   - fileSize: blocks of 512 bytes that a file may have to which it writes.
    private func run(
        _ arguments: [String], signal: Int32? = nil, fileSize: Int? = nil
    ) throws -> (status: Int32, output: String, errors: String) {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files = ["output", "errors"].map { folder.appending(path: $0) }
        for file in files { try Data().write(to: file) }
        let process = Process()
        if let fileSize {
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -f \(fileSize); exec \"$0\" \"$@\"", Self.executable.path] + arguments
        } else {
            process.executableURL = Self.executable
            process.arguments = arguments
        }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        if let signal {
            while process.isRunning, try !String(contentsOf: files[1], encoding: .utf8).contains("Ctrl-C") {
                usleep(10_000)
            }
            kill(process.processIdentifier, signal)
        }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        return (process.terminationStatus, texts[0], texts[1])
    }

    @Test("it runs the shipped scenario, writes a log, and the log replays; an edited one does not")
    func runAndReplay() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let lived = try run([
            Self.scenario, "--messages", "200", "--log", "run.log", "--brownout", "0s:400ms:1%", "--seed", "3",
            "--connections", "4", "--set", "policies.standard.timeout=30s", "--set", "stages.sender.concurrency=64",
            "--summary", "run.json",
        ])
        #expect(lived.status == 0, "\(lived.errors)")
        #expect(lived.output.contains("200 notifications"))
        #expect(lived.output.contains("0 not settled"))
        let summary = try summary()
        #expect(summary.submitted == 200)
        #expect(summary.outcomes.values.reduce(0, +) == 200)
        #expect(summary.latency.count == summary.outcomes["delivered"])
        #expect(!summary.partial)
        let replayed = try run(["replay", "run.log"])
        #expect(replayed.status == 0, "\(replayed.errors)")
        #expect(replayed.output.contains("led to the same"))

        let path = folder.appending(path: "run.log")
        let text = try String(contentsOf: path, encoding: .utf8)
        let place = try #require(text.range(of: "outcome=delivered"))
        try text.replacingCharacters(in: place, with: "outcome=shed").write(to: path, atomically: true, encoding: .utf8)
        let edited = try run(["replay", "run.log"])
        #expect(edited.status == 3)
        #expect(edited.errors.contains("outcome=shed"))
        #expect(edited.errors.contains("action"))
    }

    @Test(
        "Ctrl-C and a termination end a run early: log and result are whole, and say so", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "what was there before".write(to: folder.appending(path: "run.log"), atomically: true, encoding: .utf8)
        let ended = try run(
            [
                Self.scenario, "--log", "run.log", "--summary", "run.json", "--set", "duration=3min",
                "--set", "stages.sender.concurrency=16", "--set", "workloads.app.rate=100/s",
            ], signal: signal)
        #expect(ended.status == 128 + signal, "\(ended.errors)")
        #expect(ended.output.contains("interrupted"))
        let summary = try summary()
        #expect(summary.partial)
        #expect(summary.outcomes.values.reduce(0, +) + summary.unsettled == summary.submitted)
        let log = try LogFile.read(folder.appending(path: "run.log").path)
        let consumed = log.entries.count { if case .consumed = $0.input { true } else { false } }
        #expect(consumed <= summary.submitted)
        #expect(try run(["replay", "run.log"]).status == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(left) == ["run.log", "run.json", "output", "errors"])
    }

    @Test("a log that becomes larger than a file may be is an error, and what was there before stays")
    func tooLarge() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "what was there before".write(to: folder.appending(path: "run.log"), atomically: true, encoding: .utf8)
        let ended = try run([Self.scenario, "--messages", "200", "--log", "run.log"], fileSize: 8)
        #expect(ended.status == 2, "\(ended.status): \(ended.errors)")
        #expect(ended.errors.contains("and a file may have 4096 here (ulimit -f)"), "\(ended.errors)")
        #expect(
            try String(contentsOf: folder.appending(path: "run.log"), encoding: .utf8) == "what was there before")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(left) == ["run.log", "output", "errors"])
    }

    private struct Summary: Decodable {
        struct Latency: Decodable { var count: Int }
        var partial: Bool
        var submitted: Int
        var unsettled: Int
        var outcomes: [String: Int]
        var latency: Latency
    }

    private func summary() throws -> Summary {
        try JSONDecoder().decode(Summary.self, from: Data(contentsOf: folder.appending(path: "run.json")))
    }

    @Test(
        "wrong input ends with exit code 2 and says what is wrong",
        arguments: [
            (["nowhere.yaml"], "nowhere.yaml"), (["--messages", "0"], "--messages"), (["--messages", "many"], "many"),
            (["--brownout", "soon"], "expected at:for"), (["--brownout", "1s:2s:{}"], "expected at:for"),
            (["--brownout", "1s:2parsecs"], "parsecs"), (["--connections", "0"], "--connections"),
            (["--messages", "100000000"], "--set duration=TIME"), (["--set", "policies.standard.retrie=1"], "retrie"),
            (["--set", "stages.sender.replicas=2"], "replicas: 1"),
            (["--set", "providers.apns.profile=fcm"], "not APNs"),
            (["--set", "workloads.app.tenants={count: 3}"], "tenants"),
            (["--set", "workloads.app.priorities={high: 50%, normal: 50%}"], "priorities"),
            (["--log", "/nowhere/at/all"], "can't be written"), (["--log", "/dev/null"], "no plain file"),
            (["--summary", "/"], "a folder"), (["--fly"], "fly"),
            (["replay", "nowhere.log"], "nowhere.log"),
            (["replay", "/dev/zero"], "no file"), (["replay", "/proc/self/exe"], "UTF-8"),
        ])
    func wrongInput(arguments: [String], mention: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let isOwn = arguments[0].hasPrefix("-")
        let result = try run((isOwn ? [Self.scenario] : []) + arguments)
        #expect(result.status == 2, "\(result.errors)")
        #expect(result.errors.contains(mention), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("help is no mistake")
    func help() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try run(["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("replay"))
    }
}
