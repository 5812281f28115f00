// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite struct ExplorationLanguageTests {
    private static let base = """
        name: small
        duration: 10s
        drain: 20s
        workloads:
          main: {into: outbox, rate: 100/s}
        brokers:
          memory: {profile: direct}
        topics:
          outbox: {broker: memory}
        stages:
          sender: {reads: outbox, replicas: 4, concurrency: 8, steps: [{deliver: standard}]}
        providers:
          apns: {profile: apns}
        policies:
          standard: {routes: {push: [apns]}, retry: {attempts: 4, base: 1s}, breaker: {open: 5s}}
        faults:
          own: {at: 1s, for: 1s, provider: apns, blackout: true}
        expect:
          - p99(latency) < 1ms

        """

    private func template(_ explore: String = "", set: [Override] = []) throws -> ExplorationTemplate {
        try ScenarioReader.template(text: Self.base + explore, overrides: set)
    }

    private static func error(_ text: String, _ overrides: [Override] = []) -> ScenarioError? {
        do throws(ScenarioError) {
            _ = try ScenarioReader.read(text: text, overrides: overrides)
            return nil
        } catch {
            return error
        }
    }

    @Test("every key that a fault can have belongs to a registered kind of fault, and the other way round")
    func keysAreRegistered() {
        let frame: Set = ["at", "for", "since"]
        let targets = Set(FaultKind.Target.allCases.map(\.key))
        #expect(targets == Set(Tables.faultTargets.map(\.rawValue)))
        let registered = Set(FaultKind.all.flatMap { $0.parameters.map(\.key) })
        #expect(Set(Tables.allFaultKeys) == frame.union(targets).union(registered))
        for kind in FaultKind.all {
            let keys =
                Tables.faultTargets.first { $0.rawValue == kind.target.key }.flatMap { Tables.faultKeys[$0] } ?? []
            #expect(Set(kind.parameters.map(\.key)).isSubset(of: keys), "\(kind.name)")
        }
    }

    @Test("ranges are drawn within their ends, in their own units, and choices among their values")
    func ranges() throws {
        let template = try template(
            """
            explore:
              faults: 2..8
              calm: 2s
              without: [people, network]
              ties: false
              stages.sender.replicas: 2..12
              workloads.main.rate: 50/s..2k/s
              policies.standard.retry.base: 10ms..10s
              policies.standard.breaker: [none, {open: 2s}]
              policies.standard.breaker.failure-rate: 20%..80%
              policies.standard.timeout: 7s
            """)
        let exploration = template.exploration
        #expect(exploration.faults == 2...8 && exploration.calm == .seconds(2) && !exploration.shufflesTies)
        #expect(exploration.without == [.people, .network])
        #expect(exploration.ranges.map(\.words)[..<2] == ["2..12", "50/s..2k/s"])
        let extremes: [UInt64] = [0, .max, .max / 2]
        func values(_ place: Int) -> [String] { extremes.map { exploration.ranges[place].value($0).description } }
        #expect(values(0) == ["2", "12", "7"])
        #expect(values(1) == ["50/s", "1990/s", "316/s"])
        #expect(values(2) == ["10ms", "9990ms", "316ms"])
        #expect(values(3) == ["none", "{open: 2s}", "none"])
        #expect(values(5) == ["7s", "7s", "7s"])
    }

    @Test("a drawn world has the values set, no faults and expectations of its own, and reads back from its text")
    func drawn() throws {
        let template = try template("explore: {stages.sender.replicas: 2..12, expect: [lost = 0]}")
        let fault = ScenarioValue(map: [
            (key: "at", value: ScenarioValue("2s")), (key: "for", value: ScenarioValue("3s")),
            (key: "stage", value: ScenarioValue("sender")), (key: "border", value: ScenarioValue("answers-late")),
            (key: "share", value: ScenarioValue("10%")), (key: "delay", value: ScenarioValue("2s")),
        ])
        let settings = [
            ExplorationTemplate.Setting("stages.sender.replicas", ScenarioValue("9")),
            ExplorationTemplate.Setting("ties", ScenarioValue("7")),
            ExplorationTemplate.Setting("faults", ScenarioValue(map: [(key: "late", value: fault)])),
        ]
        let drawn = try template.drawn(settings)
        #expect(drawn.specification.stages[0].replicas == 9 && drawn.specification.tieBreakKey == 7)
        #expect(drawn.expectations.map(\.text) == ["lost = 0"])
        #expect(drawn.specification.faults.map(\.name) == ["late"])
        #expect(drawn.specification.faults[0].effect.kinds.map(\.name) == ["border-answers-late"])
        let text = template.text(settings, comment: ["drawn"])
        let read = try ScenarioReader.read(text: text)
        #expect(read.fingerprint == drawn.fingerprint && read.resolvedText == drawn.resolvedText, "\(text)")
    }

    @Test("without ranges, sizes, loads and times are drawn around the scenario's own")
    func defaults() throws {
        let ranges = try template().exploration.ranges
        #expect(ranges.first { $0.path == "stages.sender.replicas" }?.words == "2..8")
        #expect(ranges.first { $0.path == "workloads.main.rate" }?.words == "50/s..200/s")
        #expect(ranges.first { $0.path == "policies.standard.retry.attempts" }?.words == "2..8")
    }

    @Test("a warm-up that nobody asked for leaves faults some of the load")
    func times() throws {
        let exploration = try template("explore: {calm: 9s}").exploration
        #expect(exploration.calm == .seconds(9) && exploration.warmUp == .milliseconds(400))
    }

    @Test("exploration changes neither the scenario's fingerprint nor what is run")
    func fingerprint() throws {
        let plain = try ScenarioReader.read(text: Self.base)
        let explored = try ScenarioReader.read(text: Self.base + "explore: {stages.sender.replicas: 2..12}")
        #expect(plain.fingerprint == explored.fingerprint && plain.resolvedText == explored.resolvedText)
    }

    @Test(
        "what is wrong with a range is found when the scenario is read, with its line",
        arguments: [
            ("stages.sender.replicas: 12..2", "12 is more than 2", 21),
            ("stages.sender.replicas: 2..12ms", "not two quantities of one kind", 21),
            ("stages.sender.replicas: 0..4", "0 is impossible", 21),
            ("stages.sender.replicsa: 1..4", "unknown key 'replicsa'", 21),
            ("stage.sender.replicas: 1..4", "unknown section 'stage'", 21),
            ("fautls: 4", "unknown key 'fautls'", 21),
            ("faults: 4ms", "expected a number of faults", 21),
            ("without: [nobody]", "unknown family of faults 'nobody'", 21),
            ("calm: 11s", "expected a duration no longer than the load", 21),
            ("calm: 9900ms", "leave no time of a load of 10s for faults", 21),
            ("policies.standard.breaker: [none, {opne: 2s}]", "unknown key 'opne'", 21),
            ("policies.standard.breaker: []", "nothing to choose from", 21),
            ("variants.x: 1..2", "cannot be set from outside", 21),
            ("expect: [\"p99(apns) < 1\"]", "expected a latency", 21),
        ])
    func mistakes(_ line: String, _ message: String, _ place: Int) throws {
        let error = try #require(Self.error(Self.base + "explore:\n  \(line)\n"), "\(line) was read")
        #expect(error.text.contains(message), "\(error.text)")
        #expect(error.diagnostics.contains { $0.location.line == place }, "\(error.text)")
    }

    @Test(
        "a fault at the border says what is missing or too much",
        arguments: [
            ("stage: sender, border: answers-late, share: 5%", "needs a 'delay'"),
            ("stage: sender, border: answers-lost", "needs a 'share'"),
            ("stage: sender, border: answers-lost, share: 5%, delay: 1s", "has no 'delay'"),
            ("stage: sender, border: answers-lost, share: 5%, replicas: 2", "has no 'replicas'"),
            ("stage: sender, border: answers-found, share: 5%", "answers-found"),
            ("provider: apns, border: answers-lost, share: 5%", "has no 'border'"),
        ])
    func border(_ keys: String, _ message: String) throws {
        let fault = Override(path: "faults.x", value: "{at: 1s, for: 1s, \(keys)}")
        let error = try #require(Self.error(Self.base, [fault]), "\(keys) was read")
        #expect(error.text.contains(message), "\(error.text)")
    }
}
