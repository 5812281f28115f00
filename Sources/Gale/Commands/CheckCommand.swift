// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import GaleScenarioLanguage

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Reads scenarios and their variants without running them.")

    @Argument(help: "Scenario files, or folders of them (profiles are left out).", completion: .file())
    var paths: [String]

    func run() throws {
        var wrong = 0
        let files = try paths.flatMap(scenarioFiles)
        if files.isEmpty { throw CommandFailure("no scenario (*.yaml) in \(paths.joined(separator: ", "))") }
        for file in files {
            do throws(ScenarioError) {
                let scenario = try ScenarioSource.load(file)
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

    /// A file itself; of a folder all `.yaml` files below it, in order, without those of `profiles` folders.
    private func scenarioFiles(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        guard let names = FileManager.default.enumerator(atPath: path) else {
            throw CommandFailure("cannot read '\(path)'")
        }
        return names.compactMap { $0 as? String }
            .filter { $0.hasSuffix(".yaml") && !$0.split(separator: "/").dropLast().contains("profiles") }
            .sorted().map { (path as NSString).appendingPathComponent($0) }
    }
}
