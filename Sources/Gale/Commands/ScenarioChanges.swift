// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser

/// What a command lays over the scenario's file.
struct ScenarioChanges: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Another value for one key of the scenario, as policies.standard.timeout=5s; may be repeated.",
            valueName: "path=value"))
    var overrides: [String] = []

    @Option(help: "One of the scenario's variants.")
    var variant: String?

    /// The words of a command line that do the same.
    var words: [String] { overrides.flatMap { ["--set", $0] } + (variant.map { ["--variant", $0] } ?? []) }
}
