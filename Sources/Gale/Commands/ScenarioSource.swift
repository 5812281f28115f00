// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// Reads scenarios for the commands, and tells their warnings.
struct ScenarioSource {
    let path: String
    let overrides: [String]
    /// The command reads others as well: what is wrong with the command line's own values says with which scenario.
    let isOneOfMany: Bool

    init(_ path: String, overrides: [String] = [], isOneOfMany: Bool = false) {
        self.path = path
        self.overrides = overrides
        self.isOneOfMany = isOneOfMany
    }

    /// - Parameter told: warnings that were told before.
    func load(variant: String? = nil, told: [Diagnostic] = []) throws(ScenarioError) -> Scenario {
        do throws(ScenarioError) {
            let scenario = try ScenarioReader.read(
                path: path, overrides: overrides.map { Override($0) }, variant: variant)
            for warning in scenario.warnings where !told.contains(warning) {
                StandardError.write(named(warning).text + "\n")
            }
            return scenario
        } catch {
            throw ScenarioError(diagnostics: error.diagnostics.map(named))
        }
    }

    private func named(_ diagnostic: Diagnostic) -> Diagnostic {
        guard isOneOfMany, diagnostic.location.file == Override.file else { return diagnostic }
        var named = diagnostic
        named.message = "\(path): " + named.message
        return named
    }

    static func load(
        _ path: String, overrides: [String] = [], variant: String? = nil
    ) throws(ScenarioError) -> Scenario {
        try ScenarioSource(path, overrides: overrides).load(variant: variant)
    }
}
