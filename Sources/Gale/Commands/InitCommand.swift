// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import GaleScenarioLanguage

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Writes a first scenario that works; overwrites nothing.")

    @Argument(help: "The scenario's name; the file is NAME.yaml in the working folder.")
    var name = "first"

    func run() throws {
        let name = name.hasSuffix(".yaml") ? String(name.dropLast(5)) : name
        guard StarterScenario.accepts(name: name) else {
            throw CommandFailure(
                "'\(name)' is no name for a scenario; expected a letter, then letters, digits, '-' and '_'")
        }
        let path = name + ".yaml"
        // Exclusive creation: two at once cannot overwrite each other either.
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else {
            throw CommandFailure(
                errno == EEXIST ? "'\(path)' exists already" : "cannot write '\(path)': \(SystemError.text)")
        }
        defer { close(file) }
        do { try FileDescriptor(file).write(StarterScenario.text(name: name), to: "'\(path)'") } catch {
            unlink(path)
            throw error
        }
        try StandardOutput.write(
            """
            Wrote \(path). Next:
              \(ShellText.line([CommandName.asCalled, "run", path]))
              \(ShellText.line([CommandName.asCalled, "show", "topology", path]))

            """)
    }
}
