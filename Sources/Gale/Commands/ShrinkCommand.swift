// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import GaleExperiments
import GaleReporting
import GaleScenarioLanguage

struct ShrinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrink",
        abstract: "Makes a failing scenario as small as it can be and still fail in the same way, and stores it.",
        discussion: """
            Leaves out and shortens faults, and takes load, nodes, time and chance away, as long as the run of the seed fails of the \
            same cause. An expectation must stay as far beyond its bound as a tenth of what it is in the first run: where fewer than \
            5 duplicates are expected and there are 853, there are about 90 at least in the end. Where nothing at all is expected, \
            as in `lost = 0`, one is enough. The result is an ordinary scenario, with its story in a comment; `gale test` re-checks it.

            Each success is written at once, so that what is interrupted keeps what it has. The same file and seed give the \
            same result, whatever --jobs is. Runs are made in processes of their own: one that dies may be what it is about.
            """)

    @Argument(help: "The scenario's file.", completion: .file(extensions: ["yaml"]))
    var scenario: String

    @Option(help: "The seed; the scenario's own without it.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "The cause to keep, as `gale shrink --causes` prints it; without it the first.", valueName: "cause"))
    var cause: String?

    @Flag(help: "Print what the run fails of, a cause on each line, and shrink nothing.")
    var causes = false

    @OptionGroup var changes: ScenarioChanges

    @Option(
        help: ArgumentHelp(
            "The file for the result; Scenarios/regressions/NAME-CAUSE-SEED.yaml without it.", valueName: "file"))
    var out: String?

    @Flag(help: "Write over the file for the result, where it exists.")
    var force = false

    @OptionGroup var jobs: JobOptions

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        if causes, cause != nil || out != nil { throw ValidationError("--causes shrinks nothing") }
    }

    func run() throws {
        let original = try ScenarioSource.load(scenario, overrides: changes.overrides, variant: changes.variant)
        var document = try ScenarioDocument(
            path: scenario, overrides: changes.overrides.map { Override($0) }, variant: changes.variant)
        document = document.removing(["regression"])
        let seed = seed ?? original.specification.seed
        // Found before the first run, where it is known by then.
        if !causes, let out { _ = try output(out) }
        SignalWatch.install()
        let sourceFolder = (scenario as NSString).deletingLastPathComponent
        ShrinkRuns.removeStale(in: sourceFolder)
        let folder = try causes ? sourceFolder : resultFolder()
        let runs = ShrinkRuns(folder: folder, seed: seed, interruption: SignalWatch.interruption)
        defer { runs.removeFiles() }
        let first = try firstRun(document, runs)
        if causes { return try StandardOutput.write(first.causes.map { $0 + "\n" }.joined()) }
        let origin = ShrinkState(document: document, run: first)
        let cause = try chosen(first, seed)
        let file = out ?? defaultFile(original, cause, seed)
        let output = try output(file)
        let story = RegressionText(cause: cause, from: source, seed: seed)
        let name = OutputName.safe(((file as NSString).lastPathComponent as NSString).deletingPathExtension)
        func store(_ state: ShrinkState) throws {
            // What it reaches shows in a run of the very file.
            let stored = story.document(state, name: name, marks: [])
            let marks = try runs.runs([stored]).first??.marks ?? []
            try output.write(story.text(state, name: name, origin: origin, marks: marks))
        }
        var shrinker = Shrinker(
            origin, cause: cause, width: jobs.count,
            report: { state in
                if !progress.quiet { StandardError.write(Self.line(state) + "\n") }
                try store(state)
            },
            isOver: { SignalWatch.interruption.signal != nil }, makeRuns: runs.runs)
        if !progress.quiet { StandardError.write(Self.line(origin) + "\n") }
        try store(origin)
        try shrinker.shrink()
        try StandardOutput.write(summary(origin, shrinker.state, cause, file))
        if let signal = SignalWatch.interruption.signal { throw ExitCode(ExitStatus.interrupted(by: signal)) }
    }

    /// The file, and what was laid over it.
    private var source: String {
        ([scenario] + (changes.variant.map { ["variant \($0)"] } ?? []) + changes.overrides).joined(separator: ", ")
    }

    private func firstRun(_ document: ScenarioDocument, _ runs: ShrinkRuns) throws -> TestRun {
        if let first = try runs.runs([document]).first ?? nil {
            if let signal = SignalWatch.interruption.signal { throw ExitCode(ExitStatus.interrupted(by: signal)) }
            return first
        }
        throw CommandFailure(
            "\(ShrinkFailure.notTheSame("is no scenario: it names files that are not found from there"))")
    }

    private func chosen(_ run: TestRun, _ seed: UInt64) throws -> String {
        guard let first = run.causes.first else { throw CommandFailure("\(ShrinkFailure.passes(seed: seed))") }
        guard let cause else { return first }
        guard run.causes.contains(cause) else {
            throw CommandFailure("\(ShrinkFailure.otherCause(cause, found: run.causes))")
        }
        return cause
    }

    private static let usualFolder = "Scenarios/regressions"

    /// Where the result will be; it is there afterwards.
    private func resultFolder() throws -> String {
        if let out { return (out as NSString).deletingLastPathComponent }
        try OutputFolder.makeFolders(Self.usualFolder, for: Self.usualFolder)
        return Self.usualFolder
    }

    private func defaultFile(_ original: Scenario, _ cause: String, _ seed: UInt64) -> String {
        let name = OutputName.regression(
            scenario: original.name, variant: original.variant, cause: cause, seed: seed)
        return Self.usualFolder + "/" + name + ".yaml"
    }

    private func output(_ file: String) throws -> OutputFile {
        try OutputFile(preparing: file, option: "--out", as: .scenario(isForced: force), inputs: [scenario])
    }

    private static func line(_ state: ShrinkState) -> String {
        let step = state.step.isEmpty ? "as it is" : state.step
        return [
            Readable.counted(state.runs, "run"), Readable.counted(state.faults, "fault"),
            Readable.counted(state.messages, "notification"), step,
        ].joined(separator: "  ")
    }

    private func summary(_ origin: ShrinkState, _ state: ShrinkState, _ cause: String, _ file: String) -> String {
        let before = origin.run.excesses[cause]?.value
        let left = state.run.excesses[cause]?.value
        let value = before.map { "\n  value          before: \($0); left: \(left ?? "not known")" } ?? ""
        let (runs, tries) = (Readable.count(state.runs), Readable.counted(state.rejected, "try", "tries"))
        return """
            \(cause)\(value)
              faults         \(Readable.count(origin.faults)) before, \(Readable.count(state.faults)) left
              notifications  \(Readable.count(origin.messages)) before, \(Readable.count(state.messages)) left
              runs           \(runs); not run: \(tries) that left no valid scenario
            \(file)

            """
    }
}
