// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments
import GaleReporting
import GaleScenarioLanguage
import Synchronization

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs scenarios with their variants, and compares those that have a theory with it.",
        discussion: """
            A scenario passes when what it expects holds and no fault was inert; a variant when it violates what it must. A \
            scenario with a theory runs with the seeds 1 to 20, and theory must lie where the runs say: in the interval \
            around their mean, and in their own intervals as often as a binomial test accepts.

            Runs are made in processes of their own. One that ends by a signal is a finding with its seed, the others go on, and \
            the exit code is 4. The same seed gives the same verdict, whatever --jobs is.
            """)

    @Argument(help: "Scenario files, or folders of them (profiles are left out).", completion: .file())
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "20: the seeds 1 to 20; 5..9: those; commit: one (a theory: 20) that follows from the commit, commit:9: nine. "
                + "A theory takes 5 at least; without this option 20, anything else its own. A stored regression keeps its own.",
            valueName: "N|A..B|commit[:N]"), transform: SeedChoice.init)
    var seeds: SeedChoice?

    @Option(help: ArgumentHelp("For --seeds commit: this commit, by its full id.", valueName: "id"))
    var commit: String?

    @OptionGroup var changes: ScenarioChanges

    @OptionGroup var jobs: JobOptions

    @Option(help: ArgumentHelp("Write the results as JUnit XML, for CI servers.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write a summary in Markdown, for a pull request.", valueName: "file"))
    var markdown: String?

    @Option(
        name: .customLong("plant-bias"),
        help: ArgumentHelp(
            "Checks the check: in the runs of a theory everything takes so much longer than it is told, and it must see that.",
            valueName: "share"))
    var plantedBias: String?

    @Flag(help: "Print the results as JSON on standard output, and nothing else there.")
    var json = false

    func validate() throws {
        if commit != nil, seeds?.isOfCommit != true { throw ValidationError("--commit goes with --seeds commit") }
        if plantedBias != nil, bias == nil { throw ValidationError("--plant-bias must be a share from 0.1% to 50%") }
    }

    func run() throws {
        let origin = try commitSeeds()
        let cases = try cases(origin)
        let report = try TestReport(
            cases, junit: junit, markdown: markdown, reproduction: { reproduction($0, origin) })
        SignalWatch.install()
        let table = TestTable(
            cases, colour: !json && StandardOutput.hasColour,
            width: StandardOutput.isTerminal ? StandardOutput.columns : 120)
        let pool = TestPool(
            cases, workers: jobs.count,
            interruption: SignalWatch.interruption)
        let isSilent = json
        if !isSilent { try StandardOutput.write(table.header) }
        let workers = WorkerPool()
        let told = Mutex<[TestResult]>([])
        let results = try pool.run(make: { test, seed, interruption in
            try report.timing(test) { try workers.run(test, seed: seed, interruption: interruption) }
        }) { result in
            if isSilent { return }
            try StandardOutput.write(table.text(result, reproduction: reproduction(result, origin)))
            let ofFile = told.withLock { told in
                told.append(result)
                return told.filter { $0.file == result.file }
            }
            if ofFile.count == cases.count(where: { $0.scenario.file == result.file }) {
                try StandardOutput.write(table.comparison(ofFile))
            }
        }
        try StandardOutput.write(
            isSilent ? TestJSON.text(results, of: cases.count) : table.legend + table.summary(results))
        try report.write(results, annotationsOnError: isSilent)
        let status = ExitStatus.ofTest(results, cases: cases.count, signal: SignalWatch.interruption.signal)
        if status != ExitStatus.held { throw ExitCode(status) }
    }

    /// nil: the seeds are not a commit's.
    private func commitSeeds() throws -> CommitSeeds? {
        guard let seeds, seeds.isOfCommit else { return nil }
        return try commit.map { try CommitSeeds(id: $0) } ?? CommitSeeds.checkedOut()
    }

    /// `2%` as 0.02.
    private var bias: Double? {
        guard let text = plantedBias, text.hasSuffix("%"), let percent = Double(text.dropLast()),
            (0.1...50).contains(percent)
        else { return nil }
        return percent / 100
    }

    /// Every scenario and variant, all of them read before the first runs.
    private func cases(_ origin: CommitSeeds?) throws -> [TestCase] {
        var cases: [TestCase] = []
        var wrong = 0
        let files = try ScenarioFiles.under(paths)
        for file in files {
            do throws(ScenarioError) {
                cases += try self.cases(file, isOneOfMany: files.count > 1, origin)
            } catch {
                wrong += 1
                StandardError.write(error.text + "\n")
            }
        }
        if wrong > 0 { throw CommandFailure("\(wrong) of the scenarios \(wrong == 1 ? "is" : "are") wrong") }
        if plantedBias != nil { cases.removeAll { $0.theory == nil } }
        if cases.isEmpty { throw CommandFailure("no scenario has a theory for the bias to be planted in") }
        if let few = cases.first(where: { $0.theory != nil && $0.seeds.count < TestCase.fewestRunsOfTheory }) {
            throw CommandFailure(
                "\(few.scenario.file) has a theory, which is judged by \(TestCase.fewestRunsOfTheory) seeds at least: "
                    + "--seeds \(TestCase.fewestRunsOfTheory), say")
        }
        return cases
    }

    /// The scenario and all its variants, or the one that is asked for.
    private func cases(
        _ file: String, isOneOfMany: Bool, _ origin: CommitSeeds?
    ) throws(ScenarioError) -> [TestCase] {
        let source = ScenarioSource(file, overrides: changes.overrides, isOneOfMany: isOneOfMany)
        let scenario = try source.load()
        let asked = changes.variant
        var cases = asked == nil ? [self.test(scenario, [], origin)] : []
        for variant in scenario.variants where variant.name == asked ?? variant.name {
            let applied = try source.load(variant: variant.name, told: scenario.warnings)
            cases.append(self.test(applied, variant.violates, origin))
        }
        // Tells that there is none of that name, and which there are.
        if cases.isEmpty { _ = try source.load(variant: asked) }
        return cases
    }

    private func test(_ scenario: Scenario, _ violates: [String], _ origin: CommitSeeds?) -> TestCase {
        let isTheory = scenario.theory != nil && violates.isEmpty
        // A stored regression is about the run of one seed, which it states itself.
        let isRegression = scenario.regression != nil && violates.isEmpty
        return TestCase(
            scenario, overrides: changes.overrides, violates: violates,
            seeds: isRegression ? nil : chosen(isTheory, origin),
            plantedBias: bias)
    }

    private func chosen(_ isTheory: Bool, _ origin: CommitSeeds?) -> [UInt64]? {
        seeds?.seeds(commit: origin, isTheory: isTheory)
    }

    /// One run, where it shows what is wrong; all of them where only together they do.
    private func reproduction(_ result: TestResult, _ origin: CommitSeeds?) -> String? {
        guard !result.passed else { return nil }
        if let seed = result.seedToReproduce, result.failsWhenRun {
            let variant = result.variant.map { ["--variant", $0] } ?? []
            return ShellText.line(
                [CommandName.asCalled, "run", result.file, "--seed", "\(seed)"] + changes.overrideWords + variant)
        }
        guard let first = result.runs.first?.seed, let last = result.runs.last?.seed else { return nil }
        if result.theory == nil, let seed = result.seedToReproduce {
            let isOwn = seeds == nil || result.regression != nil
            let variant = result.variant.map { ["--variant", $0] } ?? []
            return ShellText.line(
                [CommandName.asCalled, "test", result.file] + (isOwn ? [] : ["--seeds", "\(seed)..\(seed)"])
                    + changes.overrideWords + variant)
        }
        let seeds = origin.map { ["commit:\(result.runs.count)", "--commit", $0.commit] } ?? ["\(first)..\(last)"]
        let bias = plantedBias.map { ["--plant-bias", $0] } ?? []
        return ShellText.line([CommandName.asCalled, "test", result.file, "--seeds"] + seeds + bias + changes.words)
    }
}
