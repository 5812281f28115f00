// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments
import GalePrimitives
import GaleReporting
import GaleScenarioLanguage

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Makes a run once more and tells the life of one message, or what went on around one moment.",
        discussion: """
            The same seed gives the same run, so nothing is kept of the first: it is made again and looked at, event by event.

            A message is named by its workload and its number there, counted from 0: app/12; in a fan-out campaign/3/17.

            With --diff the exit code is 1 when the runs part, and 0 when they are the same.
            """)

    @Argument(help: "The scenario's file.", completion: .file(extensions: ["yaml"]))
    var scenario: String

    @Option(help: "The seed; the scenario's own without it.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("The message whose life it is, as app/12.", valueName: "id"))
    var message: String?

    @Flag(help: "The life of the message that first shows what is wrong with the run.")
    var violation = false

    @Option(help: ArgumentHelp("The moment around which it is told what everything did, as 20.5s.", valueName: "time"))
    var at: String?

    @Option(help: ArgumentHelp("How much before and after a moment is told; 5ms without it.", valueName: "length"))
    var window: String?

    @Option(
        help: ArgumentHelp(
            "Where this run and another one part: seed=N, variant=NAME, another value for one key as path=value (may be "
                + "repeated), or the folder of an earlier run.", valueName: "other"))
    var diff: [String] = []

    @OptionGroup var changes: ScenarioChanges

    @Option(
        help: ArgumentHelp(
            "Write it as a trace that ui.perfetto.dev and chrome://tracing open as well.", valueName: "file"))
    var trace: String?

    @Flag(help: "Print the story as JSON on standard output, and nothing else there.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        let chosen = [message != nil, at != nil, violation, !diff.isEmpty].count { $0 }
        if chosen == 0 { throw ValidationError("expected one of --message, --at, --violation, --diff") }
        if chosen > 1 { throw ValidationError("--message, --at, --violation and --diff exclude each other") }
        if window != nil, at == nil, !violation { throw ValidationError("--window goes with --at and --violation") }
        if trace != nil, !diff.isEmpty { throw ValidationError("--trace does not go with --diff") }
    }

    func run() throws {
        let scenario = try ScenarioSource.load(scenario, overrides: changes.overrides, variant: changes.variant)
        let replay = Replay(Experiment(scenario: scenario, seed: seed))
        if !diff.isEmpty { return try part(replay) }
        let file = try trace.map {
            try OutputFile(preparing: $0, option: "--trace", as: .trace, inputs: [self.scenario])
        }
        SignalWatch.install()
        let progress = ProgressDisplay.suitable(quiet: self.progress.quiet)
        let story: Story
        do {
            story = try tell(replay, progress)
        } catch let failure as ReplayFailure {
            progress.end()
            throw CommandFailure("\(failure)")
        }
        progress.end()
        try StandardOutput.write(
            json ? StoryJSON.text(story) : StoryText.text(story, colour: StandardOutput.hasColour))
        try file?.write(TraceJSON.text(story))
        if let signal = SignalWatch.interruption.signal { throw ExitCode(ExitStatus.interrupted(by: signal)) }
    }

    private func tell(_ replay: Replay, _ progress: ProgressDisplay) throws -> Story {
        let window = try Self.time(window ?? "5ms", "--window")
        if let at {
            return replay.moment(
                .zero + (try Self.time(at, "--at")), window: window, interruption: SignalWatch.interruption)
        }
        if violation {
            return try replay.violation(
                window: window, interruption: SignalWatch.interruption, progress: progress.show)
        }
        return try replay.life(of: message ?? "", interruption: SignalWatch.interruption, progress: progress.show)
    }

    private static func time(_ text: String, _ option: String) throws -> Interval {
        guard let nanoseconds = try? Quantity.duration(text) else {
            throw CommandFailure("\(option): '\(text)' is no time; expected one such as 20.5s or 300ms")
        }
        return Interval(nanoseconds: nanoseconds)
    }
}
