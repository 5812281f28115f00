// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser

/// What a command lays over the scenario's file.
struct ScenarioChanges: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Another value for one key of the scenario, as policies.standard.timeout=5s; may be repeated.",
            valueName: "path=value"))
    var values: [String] = []

    @Option(help: "How long load is offered, as 30s; the scenario's own without it.")
    var duration: String?

    @Option(help: "One of the scenario's variants.")
    var variant: String?

    var overrides: [String] { values + (duration.map { ["duration=\($0)"] } ?? []) }

    /// The words of a command line that do the same.
    var words: [String] { overrideWords + (variant.map { ["--variant", $0] } ?? []) }

    var overrideWords: [String] {
        (duration.map { ["--duration", $0] } ?? []) + values.flatMap { ["--set", $0] }
    }
}
