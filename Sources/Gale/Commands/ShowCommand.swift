// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleScenarioLanguage

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a scenario with everything resolved, a profile, the schema, the pipeline, or a distribution.",
        subcommands: [
            ShowScenarioCommand.self, ShowProfileCommand.self, ShowSchemaCommand.self, ShowTopologyCommand.self,
            ShowDistributionCommand.self,
        ], defaultSubcommand: ShowScenarioCommand.self)
}

struct ShowScenarioCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario", abstract: "The scenario as it is run: extensions, variant and overrides applied.")

    @OptionGroup var options: ScenarioOptions

    func run() throws { try StandardOutput.write(options.load().resolvedText) }
}

struct ShowTopologyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "The pipeline as a diagram in text.")

    @OptionGroup var options: ScenarioOptions

    func run() throws { try StandardOutput.write(TopologyDiagram(options.load()).text) }
}

struct ShowProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "A profile with the source of every number.")

    @Argument(help: "The profile's name; all names without it.")
    var name: String?

    func run() throws {
        let names = BuiltInProfiles.all.map(\.name)
        guard let name else { return try StandardOutput.write(names.joined(separator: "\n") + "\n") }
        guard let text = BuiltInProfiles.text(name) else {
            throw CommandFailure("no profile '\(name)'; there are \(names.joined(separator: ", "))")
        }
        try StandardOutput.write(text)
    }
}

struct ShowSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "The JSON Schema of scenarios, for editors.")

    func run() throws { try StandardOutput.write(Schema.text) }
}

/// Which scenario, and what is laid over it.
struct ScenarioOptions: ParsableArguments {
    @Argument(help: "The scenario's file.", completion: .file(extensions: ["yaml"]))
    var scenario: String

    @OptionGroup var changes: ScenarioChanges

    func load() throws -> Scenario {
        try ScenarioSource.load(scenario, overrides: changes.overrides, variant: changes.variant)
    }
}
