// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments
import GaleScenarioLanguage

/// The root of the command line.
package struct GaleCommandLine: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "gale", abstract: "Rehearses the outages of a message-delivery pipeline before they happen.",
        discussion: """
            Exit codes: 0 all expectations held, 1 one failed, 2 wrong input, 3 not deterministic, 4 internal error; a run \
            that a signal ended gives 128 plus the signal's number.
            """,
        version: "gale 0.1 (semantics \(EngineVersion.semantics))",
        subcommands: [
            RunCommand.self, TestCommand.self, ExploreCommand.self, ReplayCommand.self, ShrinkCommand.self,
            CheckCommand.self, ShowCommand.self, InitCommand.self, BenchCommand.self,
            FingerprintMathCommand.self, CoverageCommand.self, WorkerCommand.self,
        ])

    package init() {}

    /// Does what the arguments ask and returns the exit code.
    package static func status(of arguments: [String]) -> Int32 {
        do {
            var command = try parseAsRoot(named(arguments))
            do { try command.run() } catch { return status(of: error, in: type(of: command)) }
            return ExitStatus.held
        } catch {
            if let word = arguments.first, let command = nearestCommand(to: word) {
                StandardError.write("gale: there is no command '\(word)'; did you mean '\(command)'?\n")
                return ExitStatus.wrongInput
            }
            if let refused = refusedNumber(arguments, fullMessage(for: error)) {
                StandardError.write("gale: \(refused)\n")
                return ExitStatus.wrongInput
            }
            return status(ofParsing: error)
        }
    }

    /// A name behind `--` that begins with a dash as a path that does not: in a line that repeats the command it would be an option.
    private static func named(_ arguments: [String]) -> [String] {
        guard let end = arguments.firstIndex(of: "--") else { return arguments }
        return arguments[...end] + arguments[(end + 1)...].map { $0.hasPrefix("-") && $0 != "-" ? "./" + $0 : $0 }
    }

    /// What is wrong with an option whose value looks like another option; nil: it is something else.
    private static func refusedNumber(_ arguments: [String], _ message: String) -> String? {
        for (option, value) in zip(arguments, arguments.dropFirst()) {
            guard option.hasPrefix("--"), value.hasPrefix("-"), value.dropFirst().first?.isNumber == true,
                message.contains("Missing value for '\(option) ")
            else { continue }
            return "\(option): '\(value)' is negative, which it must not be"
        }
        return nil
    }

    /// nil: the word is a command or an option, or near to none.
    private static func nearestCommand(to word: String) -> String? {
        let shown = configuration.subcommands.filter { $0.configuration.shouldDisplay }
        let all = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard !word.hasPrefix("-"), !all.contains(word) else { return nil }
        return NearestName.of(word, among: shown.compactMap { $0.configuration.commandName })
    }

    /// Help and version are no failures; any other end of parsing is wrong input.
    private static func status(ofParsing error: any Error) -> Int32 {
        let text = fullMessage(for: error)
        guard exitCode(for: error) == .success else {
            StandardError.write(text + "\n")
            return ExitStatus.wrongInput
        }
        return written(text)
    }

    private static func written(_ text: String) -> Int32 {
        do { try StandardOutput.write(text + "\n") } catch { return status(of: error, in: self) }
        return ExitStatus.held
    }

    private static func status(of error: any Error, in command: any ParsableCommand.Type) -> Int32 {
        switch error {
        case let code as ExitCode:
            return code.rawValue
        case let failure as CommandFailure:
            StandardError.write("gale: \(failure.message)\n")
            return failure.status
        case let error as ScenarioError:
            StandardError.write(error.text + "\n")
            return ExitStatus.wrongInput
        case let failure as ExplorationJournal.Failure:
            StandardError.write("gale: \(failure)\n")
            return ExitStatus.wrongInput
        case let failure as RunFailure:
            StandardError.write("gale: \(failure)\n")
            return ExitStatus.internalError
        case is ValidationError, is CleanExit:
            return status(ofParsing: error)
        default:
            // `gale show` without an argument, and --help of any command, ask for the help this way.
            let text = command.fullMessage(for: error)
            if command.exitCode(for: error) == .success { return written(text) }
            StandardError.write(text + "\n")
            return ExitStatus.internalError
        }
    }
}
