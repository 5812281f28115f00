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

    @Option(
        help: ArgumentHelp("The seeds to run.", valueName: "A..B"),
        transform: { try SeedRange.range($0, most: Self.mostRuns) })
    var seeds: ClosedRange<UInt64>?

    @Option(help: "The first seed; 1 without it.")
    var from: UInt64?

    @Option(help: "One world only: what was drawn, and what came of it.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("With --seed: write the world as a scenario file, and run nothing.", valueName: "file"))
    var write: String?

    @Flag(help: "With --write: also over a file that exists.")
    var force = false

    @OptionGroup var jobs: JobOptions

    @Option(
        name: .customLong("without"),
        help: ArgumentHelp(
            "Families of faults that are not drawn, with commas between them: \(families).", valueName: "family,…"))
    var withoutText: [String] = []

    private static let families = FaultKind.Family.allCases.map(\.rawValue).joined(separator: ", ")

    private var without: [String] {
        withoutText.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .map { String($0.trimmingPrefix(while: \.isWhitespace)) }
    }

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
        if seed != nil, fresh || first || out != nil {
            throw ValidationError("--fresh, --first and --out go with an exploration of many worlds, not with --seed")
        }
        if force, write == nil { throw ValidationError("--force goes with --write") }
        let lengths = [budget == nil ? 0 : 1, runs == nil ? 0 : 1, seeds == nil ? 0 : 1, seed == nil ? 0 : 1]
        if lengths.reduce(0, +) > 1 { throw ValidationError("--budget, --runs, --seeds and --seed exclude each other") }
        if from != nil, seeds != nil || seed != nil { throw ValidationError("--from goes with --budget or --runs") }
        if let budget, Self.interval(budget).map({ $0 > .zero }) != true {
            throw ValidationError("--budget must be a duration above zero, such as 10min")
        }
        if let runs, !(1...Self.mostRuns).contains(runs) { throw ValidationError("--runs must be 1 to 10M") }
        if max(from ?? 0, seed ?? 0) > UInt64(Int64.max) - Self.mostRuns {
            throw ValidationError("a seed must be less than 2^63 - 10M")
        }
        if let wrong = without.first(where: { FaultKind.Family(rawValue: $0) == nil }) {
            throw ValidationError("--without: there is no family '\(wrong)'; there are \(Self.families)")
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
        let report = try OutputFile(
            preparing: folder + "/report.json", option: "--out", as: .exploration, inputs: [scenario])
        let journal = try ExplorationJournal(
            path: folder + "/journal", identity: drawing.identity, asked: askedWords, isFresh: fresh)
        tell(journal, report)
        SignalWatch.install()
        let campaign = ExplorationCampaign(
            source: source, journal: journal, seeds: asked,
            budget: timeToSpend, stopsAtFirst: first,
            longestRun: longestRun(drawing),
            interruption: SignalWatch.interruption)
        let progress = ExploreProgress(
            isSilent: self.progress.quiet, causes: campaign.progress.causes.count)
        // A budget that is spent stays spent; worlds that are missing from a number of them are run.
        var failure: (any Error)?
        // Whatever cannot be done any more, what is finished is told.
        func attempt(_ act: () throws -> Void) { do { try act() } catch { failure = failure ?? error } }
        if !journal.isFinished || timeToSpend == nil {
            attempt { try campaign.run(jobs: jobs.count) { progress.show($0) } }
        }
        progress.end(campaign.progress)
        let worlds = worlds(of: journal)
        var result = ExplorationReport(
            worlds, of: drawing, file: scenario, reproduction: { reproduction($0) }, next: { next($0, $1) }
        )
        if failure != nil || SignalWatch.interruption.signal != nil { result.isPartial = true }
        let text = try ExploreText.json(result)
        attempt { try StandardOutput.write(json ? text : ExploreText.words(result, colour: StandardOutput.hasColour)) }
        attempt { try report.write(text) }
        if let failure { throw failure }
        if let signal = SignalWatch.interruption.signal { throw ExitCode(ExitStatus.interrupted(by: signal)) }
        let missing = timeToSpend != nil || first && !result.failures.isEmpty ? [] : journal.missing(of: asked)
        if let first = missing.first {
            throw CommandFailure(
                "\(Readable.count(missing.count)) of the worlds \(missing.count == 1 ? "was" : "were") not run, the first of them "
                    + "with seed \(first)",
                status: ExitStatus.internalError)
        }
        try journal.finish()
        if worlds.contains(where: { $0.defect != nil }) { throw ExitCode(ExitStatus.internalError) }
        if !result.failures.isEmpty { throw ExitCode(ExitStatus.expectationFailed) }
    }

    /// What is to be known of what was there before.
    private func tell(_ journal: ExplorationJournal, _ report: OutputFile) {
        var notes: [String] = []
        if let former = journal.former {
            let kept = report.keepFormer(as: "report.former-\(former.number).json")
            notes.append(
                "\(Readable.counted(former.worlds, "finished world")) of an earlier exploration "
                    + "\(former.worlds == 1 ? "is" : "are") not used: "
                    + "\(former.reason); its journal is kept as '\(former.path)'"
                    + (kept.map { ", its report as '\($0)'" } ?? ""))
        }
        if journal.damagedLines > 0 {
            let one = journal.damagedLines == 1
            notes.append(
                "\(Readable.counted(journal.damagedLines, "line")) of '\(journal.path)' \(one ? "is" : "are") damaged: "
                    + "what \(one ? "it" : "they") said is not known"
                    + (journal.isFinished && timeToSpend != nil ? "" : ", and worlds that are missing are run again")
                    + (journal.damagedPath.map { "; \(one ? "it is" : "they are") kept as '\($0)'" } ?? ""))
        }
        if journal.isFinished {
            notes.append(
                "this exploration had come to its end before; this is its report. --fresh begins anew"
                    + (timeToSpend == nil ? "" : ", a larger --budget goes on"))
        }
        for note in notes { StandardError.write("note: \(note)\n") }
    }

    /// The finished worlds that are asked for; up to the first finding where no more were wanted.
    private func worlds(of journal: ExplorationJournal) -> [ExploredRun] {
        let worlds = journal.runs.values.filter { asked.contains($0.seed) }
        guard first, let last = worlds.filter({ !$0.allFailures.isEmpty }).map(\.seed).min() else { return worlds }
        return worlds.filter { $0.seed <= last }
    }

    /// nil: as long as the worlds take.
    private var timeToSpend: Interval? {
        runs == nil && seeds == nil ? budget.flatMap(Self.interval) ?? Self.usualBudget : nil
    }

    /// Which worlds, and for how long: in one journal, the time spent counts for each apart, and so does having come to an end.
    private var askedWords: String {
        let worlds =
            timeToSpend.map { "from \(asked.lowerBound) for \($0.nanoseconds) ns" }
            ?? "\(asked.lowerBound)..\(asked.upperBound)"
        return worlds + (first ? " to the first finding" : "")
    }

    private var asked: ClosedRange<UInt64> { seeds ?? firstSeed...(firstSeed + (runs ?? Self.mostRuns) - 1) }

    private var firstSeed: UInt64 { from ?? 1 }

    private static func interval(_ text: String) -> Interval? {
        (try? Quantity.duration(text)).map { Interval(nanoseconds: $0) }
    }

    // MARK: One world

    private func show(_ source: ExplorationSource, _ drawing: WorldDrawing, _ seed: UInt64) throws {
        let file = try write.map {
            try OutputFile(preparing: $0, option: "--write", as: .scenario(isForced: force), inputs: [scenario])
        }
        let world = try drawing.world(seed: seed)
        if let file {
            try file.write(drawing.text(world, origin: reproduction(seed)))
            if !json { try StandardOutput.write(ExploreText.words(world) + "written to \(file.path)\n") }
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
    private func next(_ run: ExploredRun, _ failure: ExploredRun.Failure) -> [String] {
        let seed = run.seed
        // Beside the scenario: what it names is found from there.
        let file = String(scenario.dropLast(scenario.hasSuffix(".yaml") ? 5 : 0)) + "-\(seed).yaml"
        let replay = failure.message.map { [CommandName.asCalled, "replay", file, "--message", $0] }
        // Without a word about it the first one is kept.
        let isOneOfMany = run.allFailures.contains { $0.cause != failure.cause }
        let shrink = [CommandName.asCalled, "shrink", file] + (isOneOfMany ? ["--cause", failure.cause] : [])
        return [reproduction(seed) + " --write " + ShellText.line([file])]
            + [replay, shrink].compactMap { $0.map(ShellText.line) }
    }

    private func reproduction(_ seed: UInt64) -> String {
        var words = [CommandName.asCalled, "explore", scenario, "--seed", "\(seed)"]
        words += changes.words
        if !without.isEmpty { words += ["--without", without.joined(separator: ",")] }
        return ShellText.line(words)
    }
}
