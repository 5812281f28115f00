// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// Runs that are made once more to be looked at.
@Suite struct ReplayTests {
    static let text = """
        name: told
        duration: 8s
        drain: 60s
        workloads:
          app: {into: outbox, rate: 200/s, channels: {push: 90%, email: 10%}, ttl: 1min}
        brokers: {events: {profile: kafka, broker-session: 1s, session: 2s, rebalance: 500ms, auto-commit: 500ms}}
        topics: {outbox: {broker: events, partitions: 4}}
        stores: {seen: {profile: redis}}
        stages:
          sender: {reads: outbox, replicas: 2, concurrency: 32, steps: [{compute: constant 200us}, {deliver: {policy: standard}}]}
        providers: {apns: {profile: apns, capacity: 400/s}, smtp: {profile: smtp}}
        policies:
          standard:
            routes: {push: [apns], email: [smtp]}
            timeout: 2s
            waiting: park
            deduplicate: {store: seen, window: 1h, on-failure: open}
            retry: {backoff: exponential, jitter: full, base: 500ms, cap: 4s, attempts: 6, budget: 20%}
            breaker: {failure-rate: 50%, window: 5s, open: 1s}
        faults:
          brownout: {at: 2s, for: 2s, provider: apns, capacity: 10%, excess: 503}
          crash: {at: 5s, for: 2s, stage: sender, replica: 1}
          node: {at: 3s, for: 2s, broker: events, node: 0}
        """

    static func scenario(_ overrides: String...) throws -> Scenario {
        try ScenarioReader.read(text: text, overrides: overrides.map { Override($0) })
    }

    static func replay(_ overrides: String..., seed: UInt64 = 1) throws -> Replay {
        let scenario = try ScenarioReader.read(text: text, overrides: overrides.map { Override($0) })
        return Replay(Experiment(scenario: scenario, seed: seed))
    }

    @Test("an observed run has the same events and outcomes as one that nobody looks at")
    func unchanged() throws {
        let scenario = try Self.scenario()
        let plain = World(scenario.specification, seed: 1)
        let watched = World(scenario.specification, seed: 1)
        let tracer = MessageTracer(MessageID(workload: 0, ordinal: 500))
        watched.observe(tracer)
        for world in [plain, watched] {
            _ = world.advance(until: world.end)
            world.finish()
        }
        #expect(plain.events == watched.events)
        #expect(plain.trajectoryDigest == watched.trajectoryDigest)
        #expect(plain.outcomeDigest == watched.outcomeDigest)
        #expect(plain.queueOperations == watched.queueOperations)
        for fault in scenario.specification.faults.indices {
            #expect(
                plain.measurements.decisionsChanged(fault: fault) == watched.measurements.decisionsChanged(fault: fault)
            )
        }
        #expect(!tracer.steps.isEmpty)
    }

    @Test("a message's life goes from its submission to its commit, each step led to by an earlier one")
    func life() throws {
        let story = try Self.replay().life(of: "app/20")
        #expect(story.subject == "app/20")
        let texts = story.steps.map(\.text)
        for words in [
            "submitted", "appended at offset", "every in-sync replica has it", "fetched from outbox-", "begun",
            "looks its idempotency key up", "not sent before", "attempt 1 to", "the pipeline's word: delivered",
            "delivered, ", "is committed",
        ] {
            #expect(texts.contains { $0.contains(words) }, "\(words) in \(texts)")
        }
        #expect(story.steps.map(\.number) == Array(1...story.steps.count))
        #expect(story.steps.map(\.nanoseconds) == story.steps.map(\.nanoseconds).sorted())
        for step in story.steps.dropFirst() {
            let cause = try #require(step.cause)
            #expect(cause != step.number && story.steps[cause - 1].nanoseconds <= step.nanoseconds)
        }
    }

    /// What the stories of all messages end with, and what the ledger says.
    private static func ends(
        _ scenario: Scenario, seed: UInt64
    ) throws -> (told: [MessageStep.Entry: Int64], booked: [MessageStep.Entry: Int64]) {
        let plain = World(scenario.specification, seed: seed)
        _ = plain.advance(until: plain.end)
        plain.finish()
        var told: [MessageStep.Entry: Int64] = [:]
        for ordinal in 0..<UInt64(plain.submitted) {
            let world = World(scenario.specification, seed: seed)
            let tracer = MessageTracer(MessageID(workload: 0, ordinal: ordinal))
            world.observe(tracer)
            _ = world.advance(until: world.end)
            tracer.finish()
            world.finish()
            let entry = tracer.steps.compactMap { step -> MessageStep.Entry? in
                if case .entered(let entry) = step.what { return entry }
                return nil
            }.last
            told[try #require(entry, "app/\(ordinal) has no end"), default: 0] += 1
        }
        var booked: [MessageStep.Entry: Int64] = [:]
        for phase in plain.measurements.phases.indices {
            for channel in 0..<4 {
                let line = plain.measurements.ledger(phase: phase, channel: channel)
                booked[.delivered, default: 0] += line.delivered
                booked[.late, default: 0] += line.deliveredLate
                booked[.expired, default: 0] += line.expired
                booked[.suppressed, default: 0] += line.suppressed
                booked[.deadLettered, default: 0] += line.deadLettered
                booked[.shed, default: 0] += line.shed
                booked[.lost, default: 0] += line.lost
                booked[.inFlight, default: 0] += line.inFlight
            }
        }
        return (told, booked.filter { $0.value > 0 })
    }

    @Test("every message has a story, and it ends as the ledger says")
    func everyone() throws {
        let ends = try Self.ends(Self.scenario("workloads.app.rate=14/s", "duration=6s"), seed: 3)
        #expect(ends.told == ends.booked)
        #expect(ends.told.values.reduce(0, +) > 60)
    }

    @Test("messages of a queue in memory, in service, turned away or lost with a worker have a story as well")
    func direct() throws {
        let text = """
            name: short
            duration: 2s
            drain: 5s
            workloads: {app: {into: queue, rate: 40/s}}
            brokers: {memory: {profile: direct}}
            topics: {queue: {broker: memory, capacity: 4}}
            stages: {work: {reads: queue, concurrency: 2, steps: [{compute: exponential mean 50ms}]}}
            faults: {crash: {at: 1s, for: 500ms, stage: work}}
            """
        let scenario = try ScenarioReader.read(text: text)
        let ends = try Self.ends(scenario, seed: 1)
        #expect(ends.told == ends.booked)
        for entry in [MessageStep.Entry.delivered, .shed, .lost] { #expect(ends.told[entry] != nil, "\(entry)") }
    }

    @Test("a failure names its fault, and a wait says how long it was")
    func blame() throws {
        let replay = try Self.replay()
        var told = false
        for ordinal in 420..<460 where !told {
            let story = try replay.life(of: "app/\(ordinal)")
            guard let failed = story.steps.first(where: { $0.text.contains("503") }) else { continue }
            told = true
            #expect(failed.place == "apns" && failed.text.contains("(brownout"))
            let wait = try #require(story.steps.first { $0.text.hasPrefix("waits ") && $0.number > failed.number })
            #expect(wait.text.contains("of 6 was made") && wait.text.contains("left in the budget"))
            #expect(wait.endNanoseconds != nil)
        }
        #expect(told, "somebody is turned away in the brownout")
    }

    @Test("a text that names no message is refused with what was expected, and so is one that is never submitted")
    func noMessage() throws {
        for text in ["", "app", "app/", "app/x", "/1", "other/1", "app/1/1", "app/99999999999999"] {
            #expect(throws: ReplayFailure.noMessage(text, workloads: ["app"])) { try Self.replay().life(of: text) }
        }
        #expect(throws: ReplayFailure.notSubmitted("app/1000000")) { try Self.replay().life(of: "app/1000000") }
    }

    @Test("a message's name is read as it is written")
    func names() throws {
        var specification = try Self.scenario().specification
        let one = MessageID(workload: 0, ordinal: 12)
        #expect(one.text(in: specification) == "app/12")
        #expect(MessageID("app/12", in: specification) == one)
        specification.workloads[0].fanOut = 100
        let part = MessageID(workload: 0, ordinal: 3, unit: 17)
        #expect(part.text(in: specification) == "app/3/17")
        #expect(MessageID("app/3/17", in: specification) == part)
        #expect(part.submission == MessageID(workload: 0, ordinal: 3))
        #expect(MessageID("app/3/100", in: specification) == nil)
    }

    @Test(
        "a violation is told by the first message that should have been delivered and was not; without one there is none"
    )
    func violation() throws {
        let replay = try Self.replay("policies.standard.retry.attempts=1", "workloads.app.ttl=2s")
        var failing = replay.experiment.scenario
        failing.expectations = try ScenarioReader.read(text: Self.text + "\nexpect: [undelivered = 0]\n").expectations
        let story = try Replay(Experiment(scenario: failing, seed: 1)).violation(window: .milliseconds(5))
        #expect(story.heading[0].hasPrefix("violates "))
        let ends = ["a dead letter", "expired", "lost", "shed", "still in flight"]
        #expect(story.steps.contains { step in ends.contains { step.text.hasPrefix($0) } })
        let clean = try ScenarioReader.read(text: Self.text, overrides: [Override("faults=")])
        #expect(throws: ReplayFailure.noViolation([])) {
            try Replay(Experiment(scenario: clean, seed: 1)).violation(window: .milliseconds(5))
        }
    }

    @Test("a moment shows the events on both sides of it, and how everything stood")
    func moment() throws {
        let story = try Self.replay().moment(.zero + .seconds(3), window: .milliseconds(20))
        #expect(story.heading.contains { $0.hasPrefix("brownout") && $0.contains("in force since 2s") })
        #expect(story.heading.contains { $0.hasPrefix("sender") && $0.contains("of 64 slots in use") })
        #expect(story.steps.contains { $0.place == "faults" && $0.text == "'node' begins" })
        #expect(story.steps.allSatisfy { (2_980_000_000...3_020_000_000).contains($0.nanoseconds) })
        #expect(
            story.steps.contains { $0.nanoseconds < 3_000_000_000 } && story.steps.contains { $0.text.contains("app/") }
        )
    }

    @Test("of many events those nearest to the moment are told, however long the window is")
    func nearest() throws {
        let replay = try Self.replay()
        let near = replay.moment(.zero + .seconds(3), window: .milliseconds(20), most: 40)
        let whole = replay.moment(.zero + .seconds(3), window: .hours(2_000_000), most: 40)
        #expect(whole.steps == near.steps && near.steps.count == 40)
        #expect(near.steps[19].nanoseconds < 3_000_000_000 && near.steps[20].nanoseconds >= 3_000_000_000)
        let all = replay.moment(.zero + .seconds(3), window: .milliseconds(20), most: 100_000)
        #expect(near.heading.last == "(\(all.steps.count - 40) more events within 20ms are left out)")
    }

    @Test("a moment and a window as long as time can be are no more than the end of the run")
    func endOfTime() throws {
        let most = Interval(nanoseconds: .max)
        let story = try Self.replay("duration=1s", "faults=").moment(.zero + most, window: most, most: 10)
        #expect(story.heading[0].hasPrefix("the run is over at ") && story.steps.count == 10)
    }

    @Test("where two runs part does not depend on how many events are looked at in one go")
    func pieces() throws {
        let (replay, other) = (try Self.replay(), try Self.replay("faults.crash.at=5090ms"))
        let parting = try #require(replay.parting(from: other, names: ("a", "b")))
        #expect(parting.eventsInCommon > 100)
        for most in [1, 50, parting.eventsInCommon, parting.eventsInCommon + 1] {
            #expect(
                replay.parting(from: other, names: ("a", "b"), most: most)?.eventsInCommon == parting.eventsInCommon)
            #expect(replay.parting(from: other, names: ("a", "b"), most: most)?.common == parting.common)
        }
    }

    @Test("two runs that differ in a fault part at its first event, and the same run twice does not part")
    func parting() throws {
        let replay = try Self.replay()
        #expect(try replay.parting(from: Self.replay(), names: ("a", "b")) == nil)
        let other = try Self.replay("faults.crash.at=5500ms")
        let parting = try #require(replay.parting(from: other, names: ("a", "b")))
        #expect(parting.together == 4_900_000_000 && parting.apart == 5_000_000_000)
        let first = try #require(parting.firstNext.first)
        #expect(first.nanoseconds == 5_000_000_000 && first.place == "faults" && first.text == "'crash' begins")
        let second = try #require(parting.secondNext?.first)
        #expect(second != first && !parting.common.isEmpty)
        let seeds = try #require(replay.parting(from: Self.replay(seed: 2), names: ("a", "b")))
        #expect(seeds.together == 0 && seeds.apart == 100_000_000)
    }

    @Test("a run parts from an earlier one of which there are only the checkpoints where these say")
    func earlier() throws {
        let replay = try Self.replay()
        var checkpoints = replay.checkpoints()
        #expect(replay.parting(from: checkpoints, names: ("a", "b")) == nil)
        for place in 30..<checkpoints.count { checkpoints[place].digest = "other" }
        let parting = try #require(replay.parting(from: checkpoints, names: ("a", "b")))
        #expect(parting.together == 3_000_000_000 && parting.apart == 3_100_000_000 && parting.secondNext == nil)
        checkpoints.removeLast(checkpoints.count - 10)
        #expect(replay.parting(from: checkpoints, names: ("a", "b"))?.together == 1_000_000_000)
    }

    @Test("checkpoints are read as they are written, and nothing else is")
    func checkpointFile() {
        let read = CheckpointFile.read("nanoseconds,events,digest\n100,7,abc\n200,9,def\n")
        #expect(read?.map(\.nanoseconds) == [100, 200])
        #expect(read?.map(\.events) == [7, 9])
        #expect(read?.map(\.digest) == ["abc", "def"])
        for text in ["", "a,b\n", "nanoseconds,events,digest\n1,2\n", "nanoseconds,events,digest\n1,x,y\n"] {
            #expect(CheckpointFile.read(text) == nil)
        }
    }
}
