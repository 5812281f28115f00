// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import GaleExperiments
import GaleReporting
import GaleScenarioLanguage

/// `gale replay --diff`: this run against another.
extension ReplayCommand {
    /// Tells where the two part, which is exit code 1.
    func part(_ replay: Replay) throws {
        SignalWatch.install()
        let progress = ProgressDisplay.suitable(quiet: self.progress.quiet)
        let names = (name(replay), diff.joined(separator: ", "))
        let parting: Parting?
        if diff.count == 1, let folder = diff.first, isFolder(folder) {
            let checkpoints = try checkpoints(in: folder)
            warn(of: folder, replay)
            parting = replay.parting(
                from: checkpoints, names: (names.0, folder), interruption: SignalWatch.interruption,
                progress: progress.show)
        } else {
            parting = replay.parting(
                from: try other(replay), names: names, interruption: SignalWatch.interruption, progress: progress.show)
        }
        progress.end()
        if let signal = SignalWatch.interruption.signal { throw ExitCode(ExitStatus.interrupted(by: signal)) }
        guard let parting else {
            return try StandardOutput.write(
                json ? StoryJSON.same(first: names.0, second: names.1) : "The runs are the same.\n")
        }
        try StandardOutput.write(
            json ? StoryJSON.text(parting) : PartingText.text(parting, colour: StandardOutput.hasColour))
        throw ExitCode(ExitStatus.expectationFailed)
    }

    /// What parts there may be no more than that the two are not of the same scenario, seed or version.
    private func warn(of folder: String, _ replay: Replay) {
        struct Summary: Decodable {
            var scenario: RunSummary.ScenarioIdentity
            var seed: UInt64
            var version: String
        }
        let file = (folder as NSString).appendingPathComponent("summary.json")
        guard let data = FileManager.default.contents(atPath: file),
            let summary = try? JSONDecoder().decode(Summary.self, from: data)
        else { return }
        let (own, experiment) = (summary.scenario, replay.experiment)
        if own.fingerprint != experiment.scenario.fingerprint {
            StandardError.write("note: '\(folder)' is a run \(words(own, experiment.scenario))\n")
        }
        if summary.seed != experiment.seed {
            StandardError.write("note: '\(folder)' is a run with seed \(summary.seed)\n")
        }
        if summary.version != EngineVersion.semantics {
            StandardError.write("note: '\(folder)' was run by version \(summary.version)\n")
        }
    }

    /// What another run is of: the scenario with another variant, with none, or another scenario.
    private func words(_ other: RunSummary.ScenarioIdentity, _ own: Scenario) -> String {
        if other.name == own.name {
            // Results of former versions don't say of which variant they are.
            let variants = other.variant.map { [$0] } ?? [nil] + own.variants.map(\.name)
            for variant in variants where variant != changes.variant {
                let scenario = try? ScenarioReader.read(
                    path: scenario, overrides: changes.overrides.map { Override($0) }, variant: variant)
                guard scenario?.fingerprint == other.fingerprint else { continue }
                return variant.map { "of variant '\($0)'" } ?? "without a variant"
            }
        }
        return "of another scenario: '\(other.name)'" + (other.variant.map { ", variant '\($0)'," } ?? "")
            + (other.name == own.name ? " as it was then" : "")
    }

    private func name(_ replay: Replay) -> String {
        var words = ["seed \(replay.experiment.seed)"]
        if let variant = changes.variant { words.append("variant \(variant)") }
        return (words + changes.overrides).joined(separator: ", ")
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func checkpoints(in folder: String) throws -> [RunResult.Checkpoint] {
        let file = (folder as NSString).appendingPathComponent("checkpoints.csv")
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw CommandFailure("--diff: cannot read '\(file)'")
        }
        guard let checkpoints = CheckpointFile.read(text) else {
            throw CommandFailure("--diff: '\(file)' holds no checkpoints of a run")
        }
        return checkpoints
    }

    /// The same run but for what `--diff` says.
    private func other(_ replay: Replay) throws -> Replay {
        var (seed, variant, overrides) = (replay.experiment.seed, changes.variant, changes.overrides)
        for text in diff {
            guard let sign = text.firstIndex(of: "=") else {
                throw CommandFailure(
                    "--diff: '\(text)' is neither a folder nor seed=N, variant=NAME or path=value")
            }
            let value = String(text[text.index(after: sign)...])
            switch text[..<sign] {
            case "seed":
                guard let number = UInt64(value) else { throw CommandFailure("--diff: '\(value)' is no seed") }
                seed = number
            case "variant": variant = value
            default: overrides.append(text)
            }
        }
        let scenario = try ScenarioReader.read(
            path: scenario, overrides: overrides.map { Override($0) }, variant: variant)
        return Replay(Experiment(scenario: scenario, seed: seed))
    }
}
