// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleModels
import GaleScenarioLanguage
import Testing

/// What becomes of a failure that is stored as a scenario file.
@Suite struct RegressionTests {
    private static let cause = ShrinkTests.cause

    @Test("what a run can fail of is what a regression can be kept for")
    func causes() throws {
        var names = ["expectation: undelivered < 1%", "expectation: lost = 0", "ended early"]
        let states: [RecoverySummary.State] = [.metastable, .notObserved, .notMeasured]
        names +=
            states.map { "recovery: \($0.rawValue)" } + Invariant.allCases.map { "\($0.rawValue): \(Self.subject($0))" }
        for cause in names + ["no result: A.swift:7: Fatal error: x"] {
            let text = ShrinkTests.text(faults: 1) + "regression: {violates: \"\(cause)\"}\n"
            #expect(try ScenarioReader.read(text: text).regression?.violates == cause)
        }
        let trap = ShrinkTests.text(faults: 1) + "regression: {violates: \"no result: x\", expected: fixed}\n"
        #expect(try ScenarioReader.read(text: trap).regression?.expected == .fixed, "a run that dies reaches no marks")
        let other = "\nexplore: {faults: 1}\nregression: {violates: \"expectation: undelivered < 1%\"}\n"
        let template = try ScenarioReader.template(text: ShrinkTests.text(faults: 1) + other)
        #expect(try template.drawn([]).regression == nil, "a drawn world is none")
    }

    /// What a violation of an invariant is about.
    private static func subject(_ invariant: Invariant) -> String {
        switch invariant {
        case .ledger: "does not sum"
        case .durability: "acknowledged and lost"
        case .order: "workload app"
        default: "stage sender"
        }
    }

    private static func checked(
        _ expected: Regression.Expected, causes: [String], marks: [String], value: String = "3%", messages: Int64 = 1,
        notMeasured: Bool? = nil
    ) throws -> TestResult {
        var scenario = try ScenarioReader.read(text: ShrinkTests.text(faults: 1))
        scenario.regression = Regression(violates: Self.cause, expected: expected, marks: ["one", "two"])
        let findings = causes.map {
            RunFinding(
                kind: $0 == "ended early" ? .endedEarly : .expectation, name: $0,
                cause: $0 == "ended early" ? value : "'\($0)' does not hold: \(value)", causeKey: $0,
                notMeasured: notMeasured)
        }
        let test = TestCase(scenario, seeds: [1])
        let run = TestRun(
            seed: 1, problems: findings.map { TestProblem($0.cause, finding: $0) }, messages: messages)
        return try test.result(of: [test.checked(run, findings: findings, marks: marks)])
    }

    @Test("a regression that is known and open passes when it reproduces, and when it is mended")
    func open() throws {
        let known = try Self.checked(.reproduces, causes: [Self.cause, "another"], marks: [])
        #expect(known.passed && known.regression == .reproduces)
        let mended = try Self.checked(.reproduces, causes: [], marks: ["one", "two", "three"])
        #expect(mended.passed && mended.regression == .fixed)
    }

    @Test("a regression that was mended fails when it is back, and passes else")
    func mended() throws {
        let back = try Self.checked(.fixed, causes: [Self.cause], marks: ["one", "two"])
        #expect(!back.passed && back.regression == .reproduces)
        #expect(back.runs[0].problems[0].text.contains("it is back"))
        #expect(try Self.checked(.fixed, causes: [], marks: ["one", "two"]).passed)
    }

    @Test("a regression whose run fails of something else is not mended, and says of what")
    func otherCause() throws {
        for expected in Regression.Expected.allCases {
            let other = try Self.checked(expected, causes: ["duplicates < 5%"], marks: ["one", "two"])
            #expect(!other.passed && other.regression == .fixed)
            #expect(
                other.runs[0].problems.map(\.text) == [
                    "'\(Self.cause)' is fixed, but the run fails of something else: "
                        + "'duplicates < 5%' does not hold: 3%"
                ])
        }
    }

    @Test("a run that submits nothing, measures nothing, or ends at its limits tells nothing of a regression")
    func nothing() throws {
        let unmeasured = try Self.checked(
            .reproduces, causes: [Self.cause], marks: ["one", "two"], notMeasured: true)
        let empty = try Self.checked(.reproduces, causes: [Self.cause], marks: ["one", "two"], messages: 0)
        let mended = try Self.checked(.fixed, causes: [], marks: ["one", "two"], messages: 0)
        let early = try Self.checked(
            .reproduces, causes: [Self.cause, "ended early"], marks: ["one", "two"], value: "event limit")
        for result in [unmeasured, empty, mended, early] {
            #expect(!result.passed && result.regression == .stale, "\(result.runs[0].problems)")
            #expect(result.runs[0].problems[0].text.hasPrefix("stale: "))
        }
        #expect(early.runs[0].problems[0].text.contains("ended early (event limit)"))
    }

    @Test("whether anything was measured hangs on no words, and stays known on the way from a worker")
    func words() throws {
        let worded = try Self.checked(.reproduces, causes: [Self.cause], marks: ["one", "two"], value: "not measured")
        #expect(worded.passed && worded.regression == .reproduces)
        let scenario = try ScenarioReader.read(
            text: ShrinkTests.text(faults: 1), overrides: [Override("expect=[\"p99(push.latency) < 1s\"]")])
        let run = try TestCase(scenario, seeds: [1]).run(seed: 1)
        let sent = try JSONDecoder().decode(TestRun.self, from: JSONEncoder().encode(run))
        #expect(sent.problems.compactMap(\.finding).first?.notMeasured == true, "\(sent.problems)")
        // What says nothing of it has been measured.
        let plain = try JSONEncoder().encode(
            RunFinding(kind: .expectation, name: "a", cause: "b", causeKey: "expectation: a"))
        #expect(!String(decoding: plain, as: UTF8.self).contains("notMeasured"))
        #expect(try JSONDecoder().decode(RunFinding.self, from: plain).notMeasured == nil)
    }

    @Test("the marks of a run are marks that a stored regression may have, and there always are some")
    func marks() throws {
        let scenario = try ScenarioReader.read(text: ShrinkTests.text(faults: 1))
        let plain = try ScenarioReader.read(text: ShrinkTests.text(faults: 1), overrides: [Override("faults=")])
        for scenario in [scenario, plain] {
            var stored = scenario
            stored.regression = Regression(violates: Self.cause)
            let marks = try #require(try TestCase(stored, seeds: [1]).run(seed: 1).marks)
            #expect(marks.contains("notifications are submitted"), "\(marks)")
            let text =
                ShrinkTests.text(faults: 1) + "regression: {violates: \"\(Self.cause)\", expected: fixed, marks: ["
                + marks.map { "\"\($0)\"" }.joined(separator: ", ") + "]}\n"
            #expect(try ScenarioReader.read(text: text).regression?.marks == marks)
        }
    }

    @Test("a regression is stale, and fails, when its run neither fails nor reaches what the failing one did")
    func stale() throws {
        for expected in Regression.Expected.allCases {
            let stale = try Self.checked(expected, causes: ["another"], marks: ["one"])
            #expect(!stale.passed && stale.regression == .stale)
            #expect(stale.runs[0].problems[0].text.contains("no longer reaches 'two'"))
        }
    }

    @Test("a run that died of what the regression is about is no defect")
    func died() throws {
        let defect = "the worker was ended by signal 4 (Illegal instruction)"
        let text =
            ShrinkTests.text(faults: 1)
            + "regression: {violates: \"no result: the worker was ended by signal … (Illegal instruction)\"}\n"
        let test = TestCase(try ScenarioReader.read(text: text), seeds: [1])
        let result = try test.result(of: [TestRun(seed: 1, defect: defect)])
        #expect(result.passed && !result.hasDefect && result.regression == .reproduces)
        #expect(try test.result(of: [TestRun(seed: 1, defect: "another end")]).hasDefect)
    }

    @Test("a run that trapped has the line as its cause, without the numbers of the moment")
    func trapped() {
        func causes(_ defect: String) -> [String] { TestRun(seed: 1, defect: defect).causes }
        let first = causes("GaleModels/Stage.swift:17: Fatal error: Index 12 out of 8")
        #expect(first == ["no result: GaleModels/Stage.swift:17: Fatal error: Index … out of …"])
        #expect(first == causes("GaleModels/Stage.swift:17: Fatal error: Index 13 out of 8"))
        #expect(first != causes("GaleModels/Stage.swift:18: Fatal error: Index 12 out of 8"))
        var run = ExploredRun(seed: 1)
        run.defect = "GaleModels/Stage.swift:17: Fatal error: Index 12 out of 8"
        #expect(run.allFailures.map(\.cause) == first)
    }
}
