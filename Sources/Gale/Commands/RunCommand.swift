// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import CGaleMemory
import GaleExperiments
import GaleReporting
import GaleScenarioLanguage

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a scenario and says whether what it expects came true.")

    @Argument(help: "The scenario's file.", completion: .file(extensions: ["yaml"]))
    var scenario: String

    @Option(help: "The seed; the scenario's own without it.")
    var seed: UInt64?

    @OptionGroup var changes: ScenarioChanges

    @Option(help: "The folder for the result; Reports/runs/<name>-<seed> without it.")
    var out: String?

    @Flag(help: "Print summary.json on standard output, and nothing else there.")
    var json = false

    @Flag(help: "No progress; with --json no words at all.")
    var quiet = false

    func run() throws {
        gale_prefer_huge_pages()
        let scenario = try ScenarioSource.load(scenario, overrides: changes.overrides, variant: changes.variant)
        let experiment = Experiment(scenario: scenario, seed: seed, reproduction: reproduction(scenario))
        let folder = try OutputFolder(preparing: out ?? defaultFolder(experiment))
        SignalWatch.install()
        let progress = ProgressDisplay.suitable(quiet: quiet)
        let result: RunResult
        do {
            result = try experiment.run(interruption: SignalWatch.interruption, progress: progress.show)
        } catch {
            progress.end()
            folder.discard()
            throw error
        }
        progress.end()
        try report(result, to: folder)
        if let signal = SignalWatch.interruption.signal, result.summary.verdict.partial {
            throw ExitCode(ExitStatus.interrupted(by: signal))
        }
        if !result.summary.verdict.passed { throw ExitCode(ExitStatus.expectationFailed) }
    }

    /// The words come even when the files can't be written: a long run should not have been for nothing.
    private func report(_ result: RunResult, to folder: OutputFolder) throws {
        var failure: (any Error)?
        do { try folder.commit(ResultFiles.all(result, chartLibrary: ChartLibrary.text())) } catch { failure = error }
        let written = failure == nil ? folder.path : nil
        if json {
            if !quiet {
                StandardError.write(
                    ConsoleReport.text(result, colour: StandardError.hasColour, folder: written))
            }
            try StandardOutput.write(SummaryJSON.text(result.summary))
        } else {
            try StandardOutput.write(
                ConsoleReport.text(result, colour: StandardOutput.hasColour, folder: written))
        }
        if let failure { throw failure }
    }

    private func defaultFolder(_ experiment: Experiment) -> String {
        let name = OutputName.folder(
            scenario: experiment.scenario.name, variant: experiment.scenario.variant, seed: experiment.seed)
        return "Reports/runs/" + name
    }

    private func reproduction(_ resolved: Scenario) -> String {
        let words = [CommandName.asCalled, "run", scenario, "--seed", "\(seed ?? resolved.specification.seed)"]
        return ShellText.line(words + changes.words)
    }
}
