// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

struct ExploreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explore",
        abstract: "Draws worlds around a scenario, with random faults, and runs them until a budget is spent.",
        discussion: """
            Each seed draws sizes, policies and loads from the ranges that the scenario gives under `explore:`, a random order of \
            events that are due at once, and a random schedule over all kinds of faults. What is judged is what must hold in \
            every world. Findings come by cause; each has the command that shows it again.

            Finished worlds are kept in a journal: an exploration that was ended in any way goes on where it was when it is \
            started again with the same arguments, and ends with the same report. Worlds run in worker processes; one that \
            ends by a signal is a finding with its seed.
            """)

    @Argument(help: "The scenario's file.", completion: .file(extensions: ["yaml"]))
    var scenario: String

    @Option(
        help: ArgumentHelp(
            "Wall time to spend, as 10min; 1min without it, unless --runs or --seeds say how many.", valueName: "time"))
    var budget: String?

    @Option(help: "Worlds to run, from the first seed on.")
    var runs: UInt64?

    @Option(help: ArgumentHelp("The seeds to run.", valueName: "A..B"))
    var seeds: String?

    @Option(help: "The first seed; 1 without it.")
    var from: UInt64?

    @Option(help: "One world only: what was drawn, and what came of it.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("With --seed: write the world as a scenario file, and run nothing.", valueName: "file"))
    var write: String?

    @OptionGroup var jobs: JobOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Families of faults that are not drawn: "
                + FaultKind.Family.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "family"))
    var without: [String] = []

    @Flag(help: "Stop at the first finding.")
    var first = false

    @OptionGroup var changes: ScenarioChanges

    @Option(help: "The folder of the journal and the report; Reports/explorations/<name> without it.")
    var out: String?

    @Flag(help: "Begin anew, whatever the journal holds.")
    var fresh = false

    @Flag(help: "Print the report as JSON on standard output, and nothing else there.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        if write != nil, seed == nil { throw ValidationError("--write goes with --seed") }
        let lengths = [budget == nil ? 0 : 1, runs == nil ? 0 : 1, seeds == nil ? 0 : 1, seed == nil ? 0 : 1]
        if lengths.reduce(0, +) > 1 { throw ValidationError("--budget, --runs, --seeds and --seed exclude each other") }
        if from != nil, seeds != nil || seed != nil { throw ValidationError("--from goes with --budget or --runs") }
        if let budget, Self.interval(budget).map({ $0 > .zero }) != true {
            throw ValidationError("--budget must be a duration above zero, such as 10min")
        }
        if seeds != nil, range == nil { throw ValidationError("--seeds must be A..B, such as 1..1000") }
        if let runs, !(1...Self.mostRuns).contains(runs) { throw ValidationError("--runs must be 1 to 10M") }
        if max(from ?? 0, seed ?? 0) > UInt64(Int64.max) - Self.mostRuns {
            throw ValidationError("a seed must be less than 2^63 - 10M")
        }
        if let wrong = without.first(where: { FaultKind.Family(rawValue: $0) == nil }) {
            throw ValidationError("--without: there is no family '\(wrong)'")
        }
    }

    /// Beyond this nobody waits for the end.
    static let mostRuns: UInt64 = 10_000_000
    /// What is spent without a word about it.
    static let usualBudget = Interval.minutes(1)

    func run() throws {
        let source = ExplorationSource(
            file: scenario, variant: changes.variant, overrides: changes.overrides, without: without)
        let drawing = try source.drawing()
        for warning in drawing.template.scenario.warnings { StandardError.write(warning.text + "\n") }
        if let seed { return try show(source, drawing, seed) }
        try explore(source, drawing)
    }

    /// Wall time of one world.
    private func longestRun(_ drawing: WorldDrawing) -> Interval {
        min(drawing.template.scenario.specification.limits.wall, WorkerPool.longestWorld)
    }

    // MARK: Many worlds

    private func explore(_ source: ExplorationSource, _ drawing: WorldDrawing) throws {
        var source = source
        source.fingerprint = drawing.identity
        // Ranges that give no scenario are wrong input: found before anything runs.
        _ = try drawing.world(seed: asked.lowerBound)
        let folder = out ?? "Reports/explorations/" + drawing.template.scenario.name
        let report = try OutputFile(preparing: folder + "/report.json", option: "--out")
        let journal = try ExplorationJournal(
            path: folder + "/journal", identity: drawing.identity + " " + lengthWords, isFresh: fresh)
        if let former = journal.former { StandardError.write("note: \(former)\n") }
        SignalWatch.install()
        let campaign = ExplorationCampaign(
            source: source, journal: journal, seeds: asked,
            budget: runs == nil && seeds == nil ? budget.flatMap(Self.interval) ?? Self.usualBudget : nil,
            stopsAtFirst: first,
            longestRun: longestRun(drawing),
            interruption: SignalWatch.interruption)
        let progress = ExploreProgress(isSilent: self.progress.quiet)
        try campaign.run(jobs: jobs.count) { progress.show($0) }
        progress.end(campaign.progress)
        let result = ExplorationReport(
            journal.runs.values, of: drawing, file: scenario, reproduction: { reproduction($0) }, next: { next($0, $1) }
        )
        let text = try ExploreText.json(result)
        try StandardOutput.write(json ? text : ExploreText.words(result, colour: StandardOutput.hasColour))
        try report.write(text)
        if let signal = SignalWatch.interruption.signal { throw ExitCode(ExitStatus.interrupted(by: signal)) }
        let missing = runs == nil && seeds == nil || first && !result.failures.isEmpty ? [] : journal.missing(of: asked)
        if let first = missing.first {
            throw CommandFailure(
                "\(missing.count) of the worlds were not run, the first of them with seed \(first)",
                status: ExitStatus.internalError)
        }
        try journal.finish()
        if journal.runs.values.contains(where: { $0.defect != nil }) { throw ExitCode(ExitStatus.internalError) }
        if !result.failures.isEmpty { throw ExitCode(ExitStatus.expectationFailed) }
    }

    /// Which seeds are asked for: an exploration of others is another one.
    private var lengthWords: String {
        if let range { return "\(range.lowerBound)..\(range.upperBound)" }
        return "\(firstSeed) \(runs.map { "\($0)" } ?? "") \(first)"
    }

    private var asked: ClosedRange<UInt64> { range ?? firstSeed...(firstSeed + (runs ?? Self.mostRuns) - 1) }

    private var firstSeed: UInt64 { from ?? 1 }

    private var range: ClosedRange<UInt64>? {
        guard let parts = seeds?.split(separator: ".", omittingEmptySubsequences: false), parts.count == 3,
            parts[1].isEmpty, let low = UInt64(parts[0]), let high = UInt64(parts[2]), low <= high,
            high - low < Self.mostRuns, high <= UInt64(Int64.max)
        else { return nil }
        return low...high
    }

    private static func interval(_ text: String) -> Interval? {
        (try? Quantity.duration(text)).map { Interval(nanoseconds: $0) }
    }

    // MARK: One world

    private func show(_ source: ExplorationSource, _ drawing: WorldDrawing, _ seed: UInt64) throws {
        let world = try drawing.world(seed: seed)
        if let write {
            let file = try OutputFile(preparing: write, option: "--write")
            try file.write(drawing.text(world, origin: reproduction(seed)))
            if !json { try StandardOutput.write(ExploreText.words(world) + "written to \(write)\n") }
            return
        }
        if !json { try StandardOutput.write(ExploreText.words(world)) }
        // As in an exploration of many: in a process of its own, which may die or hang.
        var source = source
        source.fingerprint = drawing.identity
        SignalWatch.install()
        let run = try WorkerPool(longestRun: longestRun(drawing)).run(
            ExploreJob(source, seed: seed), interruption: SignalWatch.interruption)
        if let signal = SignalWatch.interruption.signal { throw ExitCode(ExitStatus.interrupted(by: signal)) }
        try StandardOutput.write(json ? ExploreText.json(run) : ExploreText.words(run))
        if run.defect != nil { throw ExitCode(ExitStatus.internalError) }
        if !run.failures.isEmpty { throw ExitCode(ExitStatus.expectationFailed) }
    }

    /// From the finding to its story, and to the least that still shows it.
    private func next(_ seed: UInt64, _ failure: ExploredRun.Failure) -> [String] {
        // Beside the scenario: what it names is found from there.
        let file = String(scenario.dropLast(scenario.hasSuffix(".yaml") ? 5 : 0)) + "-\(seed).yaml"
        let replay = failure.message.map { [CommandName.asCalled, "replay", file, "--message", $0] }
        return [reproduction(seed) + " --write " + ShellText.line([file])]
            + [replay, [CommandName.asCalled, "shrink", file]].compactMap { $0.map(ShellText.line) }
    }

    private func reproduction(_ seed: UInt64) -> String {
        var words = [CommandName.asCalled, "explore", scenario, "--seed", "\(seed)"]
        words += changes.words
        if !without.isEmpty { words += ["--without"] + without }
        return ShellText.line(words)
    }
}
