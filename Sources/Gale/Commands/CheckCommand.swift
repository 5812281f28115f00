// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleScenarioLanguage

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Reads scenarios and their variants without running them.")

    @Argument(help: "Scenario files, or folders of them (profiles are left out).", completion: .file())
    var paths: [String]

    func run() throws {
        var wrong = 0
        let files = try ScenarioFiles.under(paths)
        for file in files {
            do throws(ScenarioError) {
                let source = ScenarioSource(file)
                let scenario = try source.load()
                for variant in scenario.variants {
                    _ = try source.load(variant: variant.name, told: scenario.warnings)
                }
                try? StandardOutput.write("\(file): ok\(words(scenario))\n")
            } catch {
                wrong += 1
                StandardError.write(error.text + "\n")
            }
        }
        if wrong > 0 {
            throw CommandFailure(
                "\(wrong) of \(files.count) \(files.count == 1 ? "scenario is" : "scenarios are") wrong")
        }
    }

    private func words(_ scenario: Scenario) -> String {
        let variants = scenario.variants.map(\.name)
        return variants.isEmpty ? "" : " (variants: \(variants.joined(separator: ", ")))"
    }
}
