// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// Worlds drawn from a small pipeline that every kind of fault has something to strike in.
@Suite struct ExplorationTests {
    private static let text = """
        name: small
        duration: 8s
        drain: 60s
        workloads:
          main: {into: outbox, rate: 50/s, channels: {push: 60%, email: 40%}, ttl: 50s, recipients: 300}
          tasks: {into: work, rate: 5/s}
        brokers:
          events: {profile: kafka, session: 3s, broker-session: 2s}
          memory: {profile: direct}
        topics:
          outbox: {broker: events, partitions: 4}
          work: {broker: memory}
        stores:
          seen: {profile: redis, link: inside}
        links:
          inside: {latency: constant 250us}
          internet: {latency: constant 6ms}
        stages:
          sender: {reads: outbox, replicas: 3, concurrency: 16, steps: [{deliver: standard}]}
          worker: {reads: work, replicas: 2, concurrency: 4, steps: [{work: {duration: constant 20ms}}]}
        providers:
          apns: {profile: apns, capacity: 500/s, link: internet}
          smtp: {profile: smtp, capacity: 500/s, greylisting: none, link: internet}
        policies:
          standard:
            routes: {push: [apns], email: [smtp]}
            timeout: 2s
            deduplicate: {store: seen}
            consent: {store: seen}
            retry: {base: 200ms, cap: 2s, attempts: 6}
        explore:
          faults: 3
          calm: 3s
          stages.sender.replicas: 1..5
          workloads.main.rate: 20/s..100/s
          policies.standard.waiting: [park, hold]

        """

    private func drawing(_ without: Set<FaultKind.Family> = []) throws -> WorldDrawing {
        WorldDrawing(template: try ScenarioReader.template(text: Self.text), without: without)
    }

    @Test("the same seed gives the same world and the same verdict, and the seeds differ")
    func deterministic() throws {
        let drawing = try drawing()
        let other = try self.drawing()
        #expect(drawing.identity == other.identity)
        let runs = try (1...4).map { try Explorer(drawing).run(seed: $0) }
        // In another order, so that nothing an earlier world left behind can matter.
        let again = try (1...4).reversed().map { try Explorer(other).run(seed: $0) }
        #expect(runs == again.reversed())
        #expect(Set(runs.map(\.digest)).count == 4)
    }

    @Test("a world written as a scenario file runs to the same outcome")
    func written() throws {
        let drawing = try drawing()
        for seed in UInt64(1)...4 {
            let world = try drawing.world(seed: seed)
            let read = try ScenarioReader.read(text: drawing.text(world, origin: "a test"))
            #expect(try drawing.template.drawn(world.settings).fingerprint == read.fingerprint)
            let result = try Experiment(scenario: read).run()
            #expect(result.summary.digest.outcome == Explorer(drawing).run(world).digest)
        }
    }

    @Test("every registered kind of fault is drawn, makes a scenario, and is of its kind there")
    func kinds() throws {
        let drawing = try drawing()
        var drawn: Set<String> = []
        for seed in UInt64(1)...400 where drawn.count < FaultKind.all.count {
            let world = try drawing.world(seed: seed)
            for (fault, kind) in zip(world.scenario.specification.faults, world.kinds) {
                drawn.insert(kind.name)
                #expect(fault.effect.kinds.contains(kind), "\(kind.name): \(fault.what)")
                #expect(fault.at >= .milliseconds(1_333), "the warm-up is a sixth of the load")
                #expect(fault.at + fault.length <= world.scenario.specification.duration - .seconds(3))
            }
        }
        #expect(drawn == Set(FaultKind.all.map(\.name)))
    }

    @Test("a family that is switched off is not drawn, and what else is drawn stays as it was")
    func families() throws {
        let all = try drawing()
        let some = try drawing([.border, .network])
        #expect(all.identity != some.identity)
        for seed in UInt64(1)...40 {
            let world = try some.world(seed: seed)
            #expect(!world.kinds.contains { $0.family == .border || $0.family == .network })
            let values = try all.world(seed: seed).settings.dropLast().map { "\($0.path) \($0.value)" }
            #expect(world.settings.dropLast().map { "\($0.path) \($0.value)" } == values)
        }
    }

    @Test("where no policy asks a store for anything, faults on the way to one are not drawn, and that is told as such")
    func impossible() throws {
        let stateless = Self.text.replacing("    deduplicate: {store: seen}\n    consent: {store: seen}\n", with: "")
        let readOnly = Self.text.replacing("    deduplicate: {store: seen}\n", with: "")
        for (text, absent) in [
            (stateless, ["objections", "border-writes-lost", "border-look-ups-fail"]),
            (readOnly, ["border-writes-lost"]), (Self.text, []),
        ] {
            let drawing = WorldDrawing(template: try ScenarioReader.template(text: text))
            var drawn: Set<String> = []
            for seed in UInt64(1)...120 { drawn.formUnion(try drawing.world(seed: seed).kinds.map(\.name)) }
            #expect(drawn.isDisjoint(with: absent), "\(drawn)")
            // A world whose process died says nothing of what there was to strike.
            var dead = ExploredRun(seed: 2)
            dead.defect = "signal 4"
            let report = ExplorationReport(
                [try Explorer(drawing).run(seed: 1), dead], of: drawing, file: "small.yaml",
                reproduction: { "\($0)" })
            #expect(report.faults.filter { !$0.isPossible }.map(\.kind) == absent)
        }
        // Where they are possible, they strike as before whatever stage delivers.
        #expect(try drawing([.border]).world(seed: 1).possibleFaults == drawing().world(seed: 1).possibleFaults)
    }

    @Test("each fault at the border changes decisions, and nothing is lost by it", arguments: BorderFault.Kind.allCases)
    func border(_ kind: BorderFault.Kind) throws {
        let delay = kind.takesDelay ? ", delay: 3s" : ""
        let scenario = try ScenarioReader.read(
            text: Self.text,
            overrides: [
                Override(
                    path: "faults.border",
                    value: "{at: 1s, for: 6s, stage: sender, border: \(kind.rawValue), share: 30%\(delay)}"),
                // Something to wait for.
                Override(path: "faults.errors", value: "{at: 2s, for: 2s, provider: apns, errors: 30%}"),
            ])
        let summary = try Experiment(scenario: scenario).run().summary
        #expect(summary.faults.allSatisfy { !$0.inert }, "\(summary.faults)")
        #expect(summary.ledger.lost == 0 && summary.ledger.inFlight == 0, "\(summary.ledger)")
        #expect(summary.ledger.submitted > 300)
        // The straight way is taken again when it is over.
        #expect(try Experiment(scenario: scenario).run().summary == summary)
    }

    @Test("values that make no scenario together are drawn again, in the same way each time, and that is counted")
    func redrawn() throws {
        let limit = "    concurrency: {algorithm: aimd, min: 1, max: 50}\n"
        let ranges = "  policies.standard.concurrency.min: 1..100\n  policies.standard.concurrency.max: 2..101\n"
        let text = Self.text.replacing("    retry: {base", with: limit + "    retry: {base")
            .replacing("  faults: 3\n", with: "  faults: 0\n" + ranges)
        let drawing = WorldDrawing(template: try ScenarioReader.template(text: text))
        let worlds = try (UInt64(1)...40).map { seed in try drawing.world(seed: seed) }
        let again = worlds.filter { $0.redrawn != nil }
        #expect((4...36).contains(again.count), "\(again.count)")
        #expect(again.allSatisfy { $0.redrawn?.reason.contains("is less than the least") == true })
        for world in worlds {
            let other = try drawing.world(seed: world.seed)
            #expect(other.redrawn == world.redrawn)
            #expect(other.settings.map(\.value.description) == world.settings.map(\.value.description))
            _ = try ScenarioReader.read(text: drawing.text(world, origin: "a test"))
        }
        let first = try #require(again.first)
        var runs = [ExploredRun(seed: first.seed), ExploredRun(seed: first.seed + 1)]
        runs[0].redrawn = first.redrawn
        let report = ExplorationReport(runs, of: drawing, file: "small.yaml", reproduction: { "\($0)" })
        #expect(report.redrawn?.worlds == 1 && report.redrawn?.draws == first.redrawn?.draws)
        #expect(report.redrawn?.seed == first.seed && report.redrawn?.reason == first.redrawn?.reason)
    }

    @Test("a report depends on its runs alone, and groups findings by cause")
    func report() throws {
        let drawing = try drawing()
        var runs = (1...6).map { ExploredRun(seed: $0) }
        runs[1].failures = [ExploredRun.Failure(cause: "a", text: "a 1", message: "main/7")]
        runs[3].failures = [ExploredRun.Failure(cause: "b", text: "b 1"), ExploredRun.Failure(cause: "a", text: "a 2")]
        let states: [RecoverySummary.State?] = [.steady, .recovered, .recovered, .notMeasured, nil, .metastable]
        for (place, state) in states.enumerated() { runs[place].recovery = state }
        runs[4].defect = "the worker was ended by signal 4 (Illegal instruction)"
        runs[5].faults = [ExploredRun.Fault(kind: 2, told: true), ExploredRun.Fault(kind: 2, told: false)]
        func report(_ runs: [ExploredRun]) -> ExplorationReport {
            ExplorationReport(
                runs, of: drawing, file: "small.yaml", reproduction: { "gale explore small.yaml --seed \($0)" },
                next: { ["\($0.seed) \($1.message ?? "-")"] })
        }
        let whole = report(runs)
        #expect(whole == report(runs.reversed()))
        let recovery = whole.recovery
        #expect(recovery.judged == 4 && recovery.steady == 1 && recovery.recovered == 2 && recovery.impaired == 1)
        #expect(recovery.notMeasured == 1 && recovery.notObserved == 0)
        #expect(whole.seeds == "1..6" && report([runs[0], runs[1], runs[4]]).seeds == "1..2, 5")
        #expect(
            whole.failures.map(\.cause) == [
                "a", "b", "no result: the worker was ended by signal … (Illegal instruction)",
            ])
        #expect(whole.failures[0].seeds == [2, 4] && whole.failures[0].text == "a 1")
        #expect(
            whole.failures[0].message == "main/7" && whole.failures.map(\.next) == [["2 main/7"], ["4 -"], ["5 -"]])
        #expect(whole.failures[0].reproduction == "gale explore small.yaml --seed 2")
        #expect(whole.faults[2].drawn == 2 && whole.faults[2].told == 1)
    }

    @Test("an expectation that is declared to hold always is judged in every world")
    func always() throws {
        let text = Self.text.replacing("  faults: 3\n", with: "  faults: 3\n  expect: [submitted < 100]\n")
        let drawing = WorldDrawing(template: try ScenarioReader.template(text: text))
        #expect(drawing.identity != (try self.drawing()).identity)
        let run = try Explorer(drawing).run(seed: 1)
        #expect(run.failures.map(\.cause) == ["expectation: submitted < 100"])
    }

    @Test("a drawn world without faults is judged by what was declared and by what is lost, not by what is undelivered")
    func undelivered() throws {
        let slow = Self.text.replacing("apns, capacity: 500/s", with: "apns, capacity: 1/s")
            .replacing("ttl: 50s", with: "ttl: 2s")
        func run(_ more: String = "") throws -> ExploredRun {
            let text = slow.replacing("  faults: 3\n", with: "  faults: 0\n" + more)
            return try Explorer(WorldDrawing(template: try ScenarioReader.template(text: text))).run(seed: 1)
        }
        let quiet = try run()
        #expect(quiet.faults.isEmpty && quiet.failures.isEmpty, "\(quiet.failures)")
        let declared = try run("  expect: [undelivered < 1%]\n")
        #expect(declared.failures.map(\.name) == ["undelivered < 1%"], "something is undelivered there")
    }
}
