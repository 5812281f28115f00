// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// Reads scenarios for the commands, and tells their warnings.
enum ScenarioSource {
    /// - Parameter told: warnings that were told before.
    static func load(
        _ path: String, overrides: [String] = [], variant: String? = nil, told: [Diagnostic] = []
    ) throws(ScenarioError) -> Scenario {
        let scenario = try ScenarioReader.read(path: path, overrides: overrides.map { Override($0) }, variant: variant)
        for warning in scenario.warnings where !told.contains(warning) { StandardError.write(warning.text + "\n") }
        return scenario
    }
}
