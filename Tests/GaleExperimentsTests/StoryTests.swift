// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// What the story of a message says of the ways that it was sent, and of its end.
@Suite struct StoryTests {
    private static let text = """
        name: ways
        duration: 10s
        drain: 10s
        workloads:
          app: {into: outbox, rate: 20/s, channels: {push: 50%, sms: 50%}, zones: {Europe/Berlin: 100%}, ttl: 8s}
        brokers: {memory: {profile: direct}}
        topics: {outbox: {broker: memory}}
        stages:
          sender: {reads: outbox, replicas: 1, concurrency: 32, steps: [{deliver: standard}]}
        providers: {apns: {profile: apns}, sms-a: {profile: sms}, smtp: {profile: smtp}}
        policies:
          standard:
            routes: {push: [apns], sms: [sms-a], email: [smtp]}
            timeout: 2s
            retry: {base: 1s, attempts: 2}
            fallback: {push: {to: sms}}
        faults:
          outage: {at: 5s, for: 10s, provider: apns, capacity: 0%}
        """

    /// The first step of the first messages whose text begins so.
    private static func step(_ overrides: String..., beginning words: String) throws -> Story.Step? {
        let scenario = try ScenarioReader.read(text: text, overrides: overrides.map { Override($0) })
        let replay = Replay(Experiment(scenario: scenario, seed: 1))
        for number in 110..<130 {
            let story = try replay.life(of: "app/\(number)")
            if let step = story.steps.first(where: { $0.text.hasPrefix(words) }) { return step }
        }
        return nil
    }

    @Test("a message that goes to another channel says why")
    func fallsBack() throws {
        let used = try Self.step(beginning: "falls back from push to sms: ")
        #expect(used?.text == "falls back from push to sms: as many attempts were made as may be")
        #expect(used?.place == "sender-0" && used?.cause == (used?.number ?? 0) - 1, "after the answer")
        let late = try Self.step(
            "policies.standard.retry={base: 30s, jitter: none, attempts: 9}",
            "policies.standard.fallback={push: {to: sms, after: 5s}}", beginning: "falls back from push to sms: ")
        #expect(late?.text.hasSuffix("would come after its time on push") == true, "\(late?.text ?? "no step")")
    }

    @Test("a message that is given up says why")
    func givesUp() throws {
        let used = try Self.step("policies.standard.fallback=~", beginning: "gives up: ")
        #expect(used?.text == "gives up: as many attempts were made as may be")
        let quiet = try Self.step(
            "policies.standard.quiet-hours={starts: 2026-03-28T21:30Z}", "policies.standard.fallback=~",
            beginning: "gives up: ")
        // It arrives, is looked at and expires in one event.
        #expect(quiet?.text == "gives up: quiet hours last until 30600 s, beyond its time", "\(quiet?.text ?? "none")")
    }

    @Test("a moment after the end says that the run is over")
    func afterTheEnd() throws {
        let replay = Replay(Experiment(scenario: try ScenarioReader.read(text: Self.text), seed: 1))
        let after = replay.moment(.zero + .hours(2), window: .milliseconds(5))
        #expect(after.heading.first?.hasPrefix("the run is over at ") == true && after.steps.isEmpty)
        let within = replay.moment(.zero + .seconds(6), window: .milliseconds(5))
        #expect(within.heading.first?.hasPrefix("messages") == true)
    }

    @Test("of two messages that were taken in the wrong order a violation names the other one as well")
    func overtaken() throws {
        let specification = try ScenarioReader.read(text: Self.text).specification
        let violation = Violation(
            .order, message: MessageID(workload: 0, ordinal: 7).rawValue,
            other: MessageID(workload: 0, ordinal: 12).rawValue, at: .zero, cause: "taken after a later one",
            causeKey: "order: workload main")
        #expect(ViolationSummary(violation, in: specification).cause == "taken after a later one: app/12")
    }

    @Test(
        "lengths of time in causes are for people",
        arguments: [
            (0, "0 ns"), (999, "999 ns"), (1_000, "1 µs"), (340_123_456, "340 ms"), (1_207_654_321, "1.21 s"),
            (-12_340_000, "-12.3 ms"), (119_400_000_000, "119 s"), (210_000_000_000, "3.5 min"),
            (7_200_000_000_000, "2 h"), (999_600, "1000 µs"), (Int64.max, "2562048 h"),
        ])
    func words(nanoseconds: Int64, text: String) {
        #expect(Interval(nanoseconds: nanoseconds).inWords == text)
    }

    @Test("a fault that had not begun, or was not over, when a run was ended is not inert")
    func cutShort() throws {
        let scenario = try ScenarioReader.read(
            text: Self.text, overrides: [Override("limits={events: 150}"), Override("faults.outage.for=4s")])
        let summary = try Experiment(scenario: scenario, seed: 1).run().summary
        #expect(summary.verdict.partial && summary.simulatedSeconds < 5 && summary.faults.map(\.inert) == [false])
        let whole = try ScenarioReader.read(
            text: Self.text, overrides: [Override("workloads.app.channels={sms: 100%}")])
        #expect(try Experiment(scenario: whole, seed: 1).run().summary.faults.map(\.inert) == [true])
    }
}
