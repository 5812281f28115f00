// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite struct TestJudgeTests {
    private let text = """
        name: judged
        duration: 10s
        workloads: {news: {into: outbox, rate: 1/s}}
        brokers: {memory: {profile: direct}}
        topics: {outbox: {broker: memory}}
        stages: {sender: {reads: outbox, replicas: 1, concurrency: 1, steps: [{compute: constant 1ms}]}}
        expect: [lost = 0, undelivered = 0]
        variants:
          broken: {set: {seed: 2}, violates: [ttl]}
          stuck: {set: {seed: 3}, violates: [recovery]}
          lossy: {set: {seed: 4}, violates: [lost = 0]}
        """

    private let violation = ViolationSummary(
        invariant: .timeToLive, message: "news/3", nanoseconds: 4_000_000_000, cause: "sent 2 s late",
        causeKey: "ttl: policy standard", count: 2)

    private func problems(
        _ violates: [String], _ change: (inout RunSummary) -> Void = { _ in }
    ) throws -> [TestProblem] {
        let scenario = try ScenarioReader.read(text: text)
        let experiment = Experiment(scenario: scenario)
        var summary = try experiment.summary(World(scenario.specification, seed: 1))
        #expect(summary.verdict.passed)
        #expect(summary.findings.isEmpty)
        change(&summary)
        return TestJudge(scenario: scenario, violates: violates).problems(summary)
    }

    @Test("variants may name invariants and recovery in `violates`")
    func names() throws {
        let scenario = try ScenarioReader.read(text: text)
        #expect(scenario.variants.map(\.violates) == [["ttl"], ["recovery"], ["lost = 0"]])
    }

    @Test("a violated invariant is a problem with its message, whatever else a variant must violate")
    func violated() throws {
        for violates in [[], ["recovery"], ["lost = 0"]] {
            let problems = try problems(violates) { $0.violations = [violation] }
            #expect(problems.first?.text == "invariant ttl: sent 2 s late, message news/3")
            #expect(problems.first?.finding?.causeKey == "ttl: policy standard")
            #expect(problems.first?.finding?.message == "news/3")
        }
    }

    @Test("a variant that must violate an invariant passes when it does, and only then")
    func invariantOnPurpose() throws {
        #expect(try problems(["ttl"]) { $0.violations = [violation] }.isEmpty)
        #expect(try problems(["ttl"]).map(\.text) == ["must violate 'ttl', and does not"])
    }

    @Test("a run that doesn't recover is a problem, but for a variant that must violate that, or something else")
    func recovery() throws {
        let metastable = RecoverySummary(
            state: .metastable, fault: "outage", endedAtSeconds: 5, boundSeconds: 60, amplificationBefore: 1,
            amplificationAfter: 3)
        let found = try problems([]) { $0.recovery = metastable }
        #expect(
            found.map(\.text) == [
                "metastable: not recovered within 60 s after outage; amplification 3, before 1"
            ])
        #expect(try problems(["recovery"]) { $0.recovery = metastable }.isEmpty)
        var steady = metastable
        steady.state = .steady
        let calm = try problems(["recovery"]) { $0.recovery = steady }
        #expect(
            calm.map(\.text) == ["must violate 'recovery', and does not: the steady state was never left"])
    }

    @Test("what was not observed fails only where the scenario asks for it")
    func required() throws {
        var summary = RecoverySummary(
            state: .notObserved, fault: "outage", endedAtSeconds: 5, boundSeconds: 60)
        #expect(try problems([]) { $0.recovery = summary }.isEmpty)
        summary.isRequired = true
        #expect(try problems([]) { $0.recovery = summary }.map(\.text) == ["recovery from outage not observed"])
    }

    @Test("a problem is where it can be mended: at the fault, at what must be violated, at the cause of a regression")
    func places() throws {
        let text = """
            name: placed
            duration: 10s
            workloads: {news: {into: outbox, rate: 1/s}}
            brokers: {memory: {profile: direct}}
            topics: {outbox: {broker: memory}}
            stages: {sender: {reads: outbox, replicas: 1, concurrency: 1, steps: [{compute: constant 1ms}]}}
            faults:
              early: {at: 1s, for: 1s, stage: sender}
              crash: {at: 3s, for: 1s, stage: sender}
            variants:
              stuck:
                set: {seed: 3}
                violates:
                  - lost = 0
                  - recovery
            regression:
              violates: "expectation: lost = 0"
            """
        var scenario = try ScenarioReader.read(text: text, variant: "stuck")
        var summary = try Experiment(scenario: scenario).summary(World(scenario.specification, seed: 1))
        let metastable = RecoverySummary(state: .metastable, fault: "crash", endedAtSeconds: 4, boundSeconds: 60)
        func places(_ violates: [String]) -> [Int?] {
            TestJudge(scenario: scenario, violates: violates).problems(summary).map(\.place?.line)
        }
        for place in summary.faults.indices { summary.faults[place].inert = place == 0 }
        #expect(places(["lost = 0", "recovery"]) == [15, 14, 8])
        summary.recovery = metastable
        #expect(places([]) == [9, 8], "the fault that it does not recover from")
        #expect(scenario.places.regression?.line == 17)
        scenario = try ScenarioReader.read(text: text + "\nrecovery: {within: 1min}\n")
        #expect(places([]) == [18, 8], "where it is asked for")
    }
}
