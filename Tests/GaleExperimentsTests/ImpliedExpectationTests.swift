// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite struct ImpliedExpectationTests {
    @Test("a scenario without faults that says nothing expects no loss and almost nothing undelivered")
    func both() {
        let all = scenario(specification(duration: 1)).allExpectations
        #expect(all.map(\.text) == ["lost = 0", "undelivered < 0.1%"])
        #expect(all.map(\.location) == [nil, nil])
    }

    @Test("a scenario that was read has them already")
    func read() throws {
        let scenario = try ScenarioReader.read(
            text: ShrinkTests.text(faults: 1), overrides: [Override("faults="), Override("expect=[amplification < 3]")])
        #expect(scenario.expectations.map(\.text) == ["amplification < 3", "lost = 0", "undelivered < 0.1%"])
        #expect(scenario.allExpectations == scenario.expectations)
    }

    @Test("with a fault only lost = 0 is implied")
    func withFault() {
        let all = scenario(specification(duration: 10, fault: (1, 1))).allExpectations
        #expect(all.map(\.text) == ["lost = 0"])
    }

    @Test("what the scenario says itself is not added, wherever it says it")
    func ownWords() {
        let lost = expectation(.comparison(compare(.count(.lost, push), .less, .count(5)), .all))
        let undelivered = expectation(
            .recovery(within: .seconds(1), fault: 0, [compare(.count(.undelivered, .all), .less, .share(0.5))]))
        let all = scenario(specification(duration: 1), expecting: [lost, undelivered]).allExpectations
        #expect(all == [lost, undelivered])
    }

    @Test("implied expectations are marked in the result")
    func marked() throws {
        let source = HandMadeMeasurements(seconds: 1)
        source.send(in: 0..<1, latency: .seconds(1))
        let specification = specification(duration: 1)
        let evaluator = ExpectationEvaluator(source: source, specification: specification)
        let summaries = scenario(specification).allExpectations.map(evaluator.evaluate)
        #expect(summaries.map(\.held) == [true, true])
        #expect(summaries.map(\.value) == ["0", "0%"])
        #expect(summaries.map(\.implied) == [true, true])
    }
}
