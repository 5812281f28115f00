// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import GaleLive
import GalePrimitives
import GaleScenarioLanguage

/// `gale-live run`: a scenario over real sockets.
struct LiveRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs one worker against a loopback APNs made from the scenario's profile.",
        discussion: """
            Everything stays on 127.0.0.1. Ctrl-C ends a run early: what was done is written, and the log replays as far as it \
            goes; a second one ends it at once. Exit code 1: notifications were left when the drain was over.
            """)

    @Argument(help: "A scenario with one worker that delivers push to iOS.")
    var scenario = "Scenarios/live.yaml"

    @Option(help: "Notifications in all. Default: as many as the scenario's rate gives.")
    var messages: Int?

    @Option(
        help: ArgumentHelp(
            "When the first provider loses capacity, for how long, and what is left of it (default 10%).",
            valueName: "at:for[:capacity]"))
    var brownout: String?

    @Option(help: "Connections to each provider.")
    var connections = 2

    @Option(help: "Seed of the weather and of the words drawn.")
    var seed: UInt64?

    @Option(name: .customLong("set"), help: "Overrides one value of the scenario: path=value. May be repeated.")
    var overrides: [String] = []

    @Option(help: "Writes every input and action to this file, for `gale-live replay`.")
    var log: String?

    @Option(help: "Writes the result to this file, as JSON.")
    var summary: String?

    func validate() throws {
        if let messages, messages < 1 { throw ValidationError("--messages is a number from 1") }
        if !(1...64).contains(connections) { throw ValidationError("--connections is a number from 1 to 64") }
    }

    func run() async throws {
        var run = LiveRun(try lived())
        (run.messages, run.connections) = (messages, connections)
        if log == nil { run.logBytes = 0 }
        let files = try [log, summary].map { try $0.map(Self.file) }
        if let messages, case let most = run.scenario.most(upTo: messages), messages > most {
            throw LiveFailure.input(
                "\(messages) notifications asked for, and the scenario's rate gives \(most) within \(run.scenario.duration); "
                    + "make it longer: --set duration=TIME")
        }
        let running = Task { [run] in try await run.run() }
        SignalWatch.install { running.cancel() }
        GaleLiveCommand.complain("gale-live: \(run.scenario.name) is running; Ctrl-C ends it early")
        let result = try await running.value
        // Before a word is said: nobody may be listening any more.
        if let file = files[0] { try Self.onDisk { () throws(WholeFile.Problem) in try file.write(result.log) } }
        if let file = files[1] {
            let json = try LiveReport(result, of: run.scenario).json()
            try Self.onDisk { () throws(WholeFile.Problem) in try file.write(json) }
        }
        print(LiveSummary(result, of: run.scenario).text)
        for (name, file) in zip(["log", "summary"], files) {
            if let file { print("  " + name.padding(toLength: 9, withPad: " ", startingAt: 0) + file.path) }
        }
        try Self.judge(result, signal: SignalWatch.received)
    }

    private static func judge(_ result: LiveRun.Result, signal: Int32?) throws {
        if let signal, result.wasInterrupted {
            throw LiveFailure(
                message: "gale-live: interrupted; \(result.unsettled) notifications were not settled",
                status: SignalWatch.status(signal))
        }
        if result.unsettled > 0 {
            throw LiveFailure(
                message: "gale-live: \(result.unsettled) notifications were not settled in time", status: 1)
        }
    }

    /// The scenario with what the options change.
    private func lived() throws -> LiveScenario {
        do {
            var overrides = overrides.map { Override($0) }
            if let seed { overrides.append(Override(path: "seed", value: "\(seed)")) }
            if let brownout {
                let plain = try ScenarioReader.read(path: scenario, overrides: overrides)
                overrides.append(try Self.fault(brownout, of: plain.specification.providers.first?.name ?? ""))
            }
            return try LiveScenario(try ScenarioReader.read(path: scenario, overrides: overrides))
        } catch let error as ScenarioError {
            throw LiveFailure.scenario(error)
        } catch let error as LiveScenario.Problem {
            throw LiveFailure.input("\(scenario): \(error)")
        }
    }

    private static func file(_ path: String) throws -> WholeFile {
        do throws(WholeFile.Problem) { return try WholeFile(preparing: path) } catch {
            throw LiveFailure.input(error.description)
        }
    }

    private static func onDisk(_ work: () throws(WholeFile.Problem) -> Void) throws {
        do throws(WholeFile.Problem) { try work() } catch { throw LiveFailure.input(error.description) }
    }

    /// `2s:5s:10%` in the scenario's own language.
    private static func fault(_ text: String, of provider: String) throws -> Override {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }), parts.allSatisfy(isPlain) else {
            throw LiveFailure.input("--brownout is '\(text)', expected at:for or at:for:capacity, such as 2s:5s:10%")
        }
        let capacity = parts.count == 3 ? parts[2] : "10%"
        return Override(
            path: "faults.brownout",
            value: "{at: \(parts[0]), for: \(parts[1]), provider: \(provider), capacity: \(capacity), excess: 503}")
    }

    private static func isPlain(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%")
        }
    }
}
