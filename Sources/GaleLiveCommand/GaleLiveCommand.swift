// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import GaleLive
import GaleScenarioLanguage

/// The command `gale-live`.
struct GaleLiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gale-live",
        abstract: "Runs a scenario's policy and provider for real: over sockets, on this machine.",
        subcommands: [LiveRunCommand.self, LiveReplayCommand.self], defaultSubcommand: LiveRunCommand.self)

    /// Reads the arguments, does what they ask, and returns the exit code: 0 all well, 1 notifications were left when time was up, 2 the
    /// input is wrong, 3 a replay differs, 4 the system refused (no socket to be had), 130 or 143 a signal ended it.
    static func status(of arguments: [String]) async -> Int32 {
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            // Help was asked for, or the arguments are wrong.
            let isHelp = exitCode(for: error).isSuccess
            if isHelp { print(fullMessage(for: error)) } else { complain(fullMessage(for: error)) }
            return isHelp ? 0 : 2
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as LiveFailure {
            complain(failure.message)
            return failure.status
        } catch let error where exitCode(for: error).isSuccess {
            print(fullMessage(for: error))
            return 0
        } catch {
            complain("gale-live: internal error: \(error)")
            return 4
        }
    }

    static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// Why the command ends with another status than 0.
struct LiveFailure: Error {
    var message: String
    var status: Int32

    /// The input is wrong.
    static func input(_ message: String) -> LiveFailure {
        LiveFailure(message: "gale-live: error: \(message)", status: 2)
    }

    static func scenario(_ error: ScenarioError) -> LiveFailure {
        LiveFailure(message: error.text, status: 2)
    }
}
