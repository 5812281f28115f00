// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// The message that `gale replay --violation` shows is one that shows what is wrong.
@Suite struct ExemplarTests {
    /// Much goes wrong here, each thing to other messages; the first that is not delivered is an e-mail that expires in quiet hours.
    private static let text = """
        name: much
        duration: 40s
        drain: 60s
        workloads:
          app: {into: outbox, rate: 100/s, ordered: true, recipients: 50, channels: {in-app: 50%, email: 50%}, ttl: 5s, zones: {Europe/Berlin: 50%, Asia/Tokyo: 50%}}
        brokers: {ev: {profile: kafka, nodes: 3, acks: leader, broker-session: 2s, session: 6s}}
        topics: {outbox: {broker: ev, partitions: 3}}
        stores: {people: {profile: redis}}
        stages:
          sender: {reads: outbox, replicas: 2, concurrency: 50, steps: [{deliver: p}]}
        providers:
          gw: {profile: gateway}
          smtp: {profile: smtp, greylisting: none}
        policies:
          p:
            routes: {in-app: [gw], email: [smtp]}
            timeout: 1s
            order: key
            consent: {store: people, on-failure: closed}
            quiet-hours: {starts: 2026-03-01T05:59:45Z, end: "07:00", channels: [email]}
            retry: {attempts: 5, budget: 20%}
            limits: {gw: 100/s, smtp: {rate: 80/s, burst: 10}}
        faults:
          crash1: {at: 5s, for: 5s, broker: ev, node: 0}
          crash2: {at: 7s, for: 5s, broker: ev, node: 1}
          worker: {at: 15s, for: 5s, stage: sender, replica: 0}
          objections: {at: 20s, for: 10s, stage: sender, objections: 30%}
          twice: {at: 28s, for: 5s, stage: sender, border: answers-twice, share: 20%}
          out: {at: 33s, for: 2s, provider: gw, errors: 50%}
        recovery: none
        """

    private static func story(_ expectation: String) throws -> Story {
        let scenario = try ScenarioReader.read(
            text: text, overrides: [Override("expect=[\"\(expectation)\", \"lost < 100%\"]")])
        let findings = try Experiment(scenario: scenario, seed: 1).run().summary.findings
        // An invariant names its own message.
        try #require(findings.allSatisfy { $0.message == nil }, "\(findings)")
        return try Replay(Experiment(scenario: scenario, seed: 1)).violation(window: .milliseconds(5))
    }

    @Test(
        "a count that is too great is shown by a message that counts in it",
        arguments: [
            ("late = 0", "delivered late", "the first that was delivered late: "),
            ("suppressed = 0", "suppressed: it is not to be sent", "the first that was suppressed"),
            ("expired = 0", "expired: not delivered in its time", "the first that expired"),
            ("undelivered = 0", "expired: not delivered in its time", "the first that was not delivered"),
        ])
    func counts(expectation: String, step: String, why: String) throws {
        let story = try Self.story(expectation)
        #expect(story.heading[0].hasPrefix("violates \(expectation): "), "\(story.heading)")
        #expect(story.heading[1].hasPrefix("shown by: " + why.split(separator: ":")[0]), "\(story.heading)")
        #expect(story.steps.contains { $0.text.hasPrefix(step) }, "\(story.steps.map(\.text))")
    }

    @Test("of a channel and a phase a message of that channel and phase is shown")
    func channelAndPhase() throws {
        let story = try Self.story("in-app.undelivered = 0 during worker")
        #expect(story.heading[2].hasPrefix("in-app"), "\(story.heading)")
        #expect((15_000_000_000..<20_000_000_000).contains(story.steps[0].nanoseconds), "\(story.steps)")
        #expect(!story.steps.contains { $0.text.hasPrefix("delivered") })
    }

    @Test("of an order that does not hold one is shown that came too late, and the one that overtook it is named")
    func misordered() throws {
        let story = try Self.story("misordered = 0")
        let why = "shown by: the first that came after a later one of the same recipient: app/"
        #expect(story.heading[1].hasPrefix(why), "\(story.heading)")
        let other = try Replay(Experiment(scenario: ScenarioReader.read(text: Self.text), seed: 1)).life(
            of: "app/" + story.heading[1].dropFirst(why.count))
        func delivered(_ story: Story) -> Int64? {
            story.steps.first { $0.text.hasPrefix("delivered") }?.nanoseconds
        }
        let (late, soon) = (try #require(delivered(story)), try #require(delivered(other)))
        #expect(soon < late && other.steps[0].nanoseconds > story.steps[0].nanoseconds)
        #expect(other.heading[0].contains("to recipient") && story.heading[2].contains("to recipient"))
    }

    @Test("of a latency the slowest is shown")
    func slowest() throws {
        let provider = try Self.story("max(gw.latency) < 1ms")
        #expect(provider.heading[1].hasPrefix("shown by: the slowest at gw: "), "\(provider.heading)")
        #expect(
            provider.heading[2].hasPrefix("in-app") && provider.steps.contains { $0.text.hasPrefix("attempt 1 to gw") })
        let scenario = try ScenarioReader.read(
            text: Self.text,
            overrides: [
                Override("faults="), Override("policies.p.quiet-hours="), Override("expect=[p90(latency) < 1ms]"),
            ])
        let experiment = Experiment(scenario: scenario, seed: 1)
        let story = try Replay(experiment).violation(window: .milliseconds(5))
        #expect(story.heading[1].hasPrefix("shown by: the slowest: "), "\(story.heading)")
        let summary = try experiment.run().summary
        let delivered = try #require(story.steps.first { $0.text.hasPrefix("delivered") })
        let length = Double(delivered.nanoseconds - story.steps[0].nanoseconds) / 1e9
        let longest = try #require(summary.latency["all"]?.max)
        #expect(abs(length - longest) < longest / 50, "\(length) of \(longest)")
    }

    @Test("what no single message shows is said to be so, and the nearest is shown")
    func sums() throws {
        let attempts = try Self.story("attempts(gw) < 3")
        #expect(
            attempts.heading[1].hasPrefix(
                "shown by: no single message shows a sum; the first with the most attempts at gw: "),
            "\(attempts.heading)")
        #expect(attempts.steps.contains { $0.text.contains("to gw") })
        let backlog = try Self.story("backlog(outbox) < 1")
        #expect(
            backlog.heading[1].hasPrefix(
                "shown by: no single message shows it; this is when the backlog of outbox was"),
            "\(backlog.heading)")
        #expect(backlog.subject.hasSuffix(" s") && backlog.heading.contains { $0.hasPrefix("outbox") })
        let throughput = try Self.story("throughput > 1000/s")
        #expect(throughput.heading[1].contains("with the fewest deliveries"), "\(throughput.heading)")
        let errors = try Self.story("errors(gw) < 0.1%")
        #expect(errors.heading[1].hasPrefix("shown by: the first that gw refused"), "\(errors.heading)")
        #expect(
            errors.steps.contains { $0.text.prefix(1).allSatisfy(\.isNumber) && !$0.text.hasPrefix("2") },
            "\(errors.steps.map(\.text))")
    }

    @Test(
        "when a number rises is found by a look at each event of the slots in which it does, and by few others",
        arguments: [Expectation.LedgerEntry.delivered, .expired])
    func rises(_ entry: Expectation.LedgerEntry) throws {
        let scenario = try ScenarioReader.read(
            text: Self.text, overrides: ["faults=", "duration=12s", "drain=8s"].map { Override($0) })
        let replay = Replay(Experiment(scenario: scenario, seed: 1))
        let channels = Channel.allCases.map { Int($0.rawValue) }
        var looks = 0
        func read(_ reader: MetricReader) -> Int64 {
            looks += 1
            let ledger = reader.ledger(of: channels, over: Selection(slots: 0..<reader.source.slotCount))
            return entry == .delivered ? ledger.delivered : ledger.expired
        }
        func watched(_ watch: RiseWatch) -> RiseWatch {
            let world = World(scenario.specification, seed: 1)
            world.observe(watch)
            while world.now < world.end, case .reached = world.advance(until: world.now + .seconds(1)) {}
            return watch
        }
        let all = watched(
            RiseWatch { read(MetricReader(source: $0.source, specification: scenario.specification)) })
        let events = looks
        let search = RiseSearch(replay, slot: World(scenario.specification, seed: 1).source.slot)
        looks = 0
        #expect(watched(search.watch(.first, read)).rises == all.rises && all.rises.count == 16)
        #expect(looks < events / 3, "\(looks) of \(events)")
        looks = 0
        #expect(watched(search.watch(.highest, read)).highest == all.highest && all.highest != nil)
        #expect(looks < events / 3, "\(looks) of \(events)")
    }

    @Test("what fell, because a provider took in late what had been given up, and rises again is looked at again")
    func risesAgain() {
        #expect(RiseSearch.rising([0, 1, 0, 1, 1, 2], .first) == [1, 3, 5])
        #expect(RiseSearch.rising([0, 2, 0, 1, 2], .highest) == [1])
    }

    @Test("what was not measured is shown by nothing")
    func notMeasured() throws {
        #expect(throws: ReplayFailure.self) { try Self.story("sms.undelivered = 0") }
    }

    private static func small(_ faults: String, expecting expectation: String) throws -> Story {
        let text = """
            name: twice
            duration: 10s
            drain: 30s
            workloads: {app: {into: outbox, rate: 50/s, channels: {push: 100%}, ttl: 1min}}
            brokers: {memory: {profile: direct}}
            topics: {outbox: {broker: memory}}
            links: {path: {latency: constant 20ms}}
            stages: {sender: {reads: outbox, replicas: 1, concurrency: 64, steps: [{deliver: p}]}}
            providers: {apns: {profile: apns, link: path}}
            policies: {p: {routes: {push: [apns]}, timeout: 200ms, retry: {base: 100ms, attempts: 5}}}
            faults: \(faults)
            expect: [\(expectation)]
            recovery: none
            """
        let scenario = try ScenarioReader.read(text: text)
        return try Replay(Experiment(scenario: scenario, seed: 1)).violation(window: .milliseconds(5))
    }

    @Test("a message that a provider took twice shows that there are duplicates")
    func duplicates() throws {
        let story = try Self.small(
            "{slow: {at: 5s, for: 1s, link: path, delay: 300ms}}", expecting: "duplicates = 0")
        #expect(story.heading[1].hasPrefix("shown by: the first that a provider took twice"), "\(story.heading)")
        #expect(story.steps.count { $0.text.hasPrefix("attempt ") } > 1, "\(story.steps.map(\.text))")
    }
}
