// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// A fault from 20 to 30 s in a load of 120 s.
@Suite struct RecoveryTests {
    private let fast = Interval.milliseconds(100)
    private let p99 = compare(.quantile(0.99, push), .less, .interval(.seconds(1)))

    private func source(seconds: Int = 120) -> HandMadeMeasurements {
        HandMadeMeasurements(seconds: seconds, cuts: [20, 30])
    }

    private func evaluate(
        _ source: HandMadeMeasurements, within limit: Int64, _ clauses: [Comparison]? = nil, duration: Int64 = 120
    ) -> ExpectationSummary {
        let specification = specification(duration: duration, drain: 60, fault: (20, 10))
        return ExpectationEvaluator(source: source, specification: specification)
            .evaluate(expectation(.recovery(within: .seconds(limit), fault: 0, clauses ?? [p99])))
    }

    @Test("a recovery exactly at the limit holds, and one second later doesn't")
    func exactlyAtTheLimit() {
        let source = source()
        source.send(in: 0..<20, latency: fast)
        source.send(in: 20..<40, latency: .seconds(5))
        source.send(in: 40..<120, latency: fast)
        // The last slow second ends at 40 s; the trailing window is rid of it at 50 s, 20 s after the fault.
        let exact = evaluate(source, within: 20)
        #expect(exact.held)
        #expect(exact.value == "recovered after 20 s")
        let late = evaluate(source, within: 19)
        #expect(!late.held)
        #expect(late.value == "recovered only after 20 s")
    }

    @Test("a relapse counts: recovery begins after the last window that fails")
    func relapse() {
        let source = source()
        source.send(in: 0..<20, latency: fast)
        source.send(in: 20..<31, latency: .seconds(5))
        source.send(in: 31..<80, latency: fast)
        source.send(in: 80..<81, latency: .seconds(5))
        source.send(in: 81..<120, latency: fast)
        #expect(!evaluate(source, within: 40).held)
        #expect(evaluate(source, within: 61).value == "recovered after 61 s")
        #expect(!evaluate(source, within: 60).held)
    }

    @Test("what waits for its route and what waits for the budget of three routes do not change places for ever")
    func noCircleOfQueues() throws {
        let scenario = try ScenarioReader.read(
            text: StarterScenario.text(name: "starter"), overrides: ["duration=70s", "drain=20s"].map { Override($0) })
        let experiment = Experiment(scenario: scenario, seed: 2)
        let world = World(scenario.specification, seed: 2)
        let summary = try experiment.summary(world)
        #expect(world.unsettledCount < 10, "what failed until 30 s has been sent again")
        #expect(summary.recovery?.state == .recovered, "\(String(describing: summary.recovery))")
    }

    @Test("what still fails at the end has not recovered, and the value says what failed")
    func neverRecovered() {
        let source = source()
        source.send(in: 0..<20, latency: fast)
        source.send(in: 20..<120, latency: .seconds(5))
        let summary = evaluate(source, within: 80)
        #expect(!summary.held)
        #expect(summary.value == "not recovered: p99(push.latency) = 5 s at the end")
    }

    @Test("an undelivered message in the window makes its quantile infinite")
    func undeliveredInTheWindow() {
        let source = source()
        source.send(in: 0..<119, latency: fast)
        source.send(5, in: 119..<120, latency: nil)
        let summary = evaluate(source, within: 80)
        #expect(!summary.held)
        #expect(summary.value == "not recovered: p99(push.latency) = inf at the end")
    }

    @Test("a few slow messages at the load's end are no relapse: no window is judged that reaches beyond it")
    func scrapsAtTheEnd() {
        let source = source(seconds: 180)
        source.send(100, in: 0..<120, latency: fast)
        source.send(2, in: 119..<120, latency: .seconds(5))
        #expect(evaluate(source, within: 5).value == "recovered at once")
    }

    @Test("a last good second is no recovery")
    func noRecoveryAtTheEnd() {
        let source = source(seconds: 180)
        source.send(100, in: 0..<120, latency: fast)
        source.send(5, in: 20..<119, latency: .seconds(5))
        let summary = evaluate(source, within: 120)
        #expect(!summary.held)
        #expect(summary.value.hasPrefix("not recovered: p99(push.latency) = "))
    }

    @Test("windows after the load's end are skipped")
    func quietAfterTheLoad() {
        let source = source(seconds: 180)
        source.send(in: 0..<120, latency: fast)
        let summary = evaluate(source, within: 5)
        #expect(summary.held)
        #expect(summary.value == "recovered at once")
    }

    @Test("a silent window while the load lasts is not measured, and fails")
    func silentDuringTheLoad() {
        let source = source()
        source.send(in: 0..<60, latency: fast)
        let summary = evaluate(source, within: 20)
        #expect(!summary.held)
        #expect(summary.value == "not measured: p99(push.latency)" && summary.notMeasured == true)
    }

    @Test("what failed until its last sample has not recovered because no more samples came")
    func silenceIsNoRecovery() {
        let source = source(seconds: 180)
        source.send(in: 0..<20, latency: fast)
        source.send(in: 20..<120, latency: .seconds(5))
        let summary = evaluate(source, within: 120)
        #expect(!summary.held)
        #expect(summary.value == "not recovered: p99(push.latency) = 5 s at the end")
    }

    @Test("a backlog counts to the end of the drain, by the clock")
    func backlogToTheEnd() {
        let source = source(seconds: 180)
        source.send(in: 0..<120, latency: fast)
        let backlog = compare(.backlog(topic: 0), .less, .count(10_000))
        source.backlogs[0] = (0..<180).map { (20..<45).contains($0) ? 50_000 : 10 }
        #expect(evaluate(source, within: 25, [p99, backlog]).held)
        #expect(!evaluate(source, within: 24, [p99, backlog]).held)
        source.backlogs[0]![179] = 50_000
        let relapsed = evaluate(source, within: 140, [p99, backlog])
        #expect(!relapsed.held)
        #expect(relapsed.value == "not recovered: backlog(outbox) = 50,000 at the end")
    }

    @Test("all clauses must hold at once, not one after the other")
    func clausesTogether() {
        let source = source()
        let backlog = compare(.backlog(topic: 0), .less, .count(100))
        source.send(in: 0..<30, latency: fast)
        source.send(in: 30..<60, latency: .seconds(5))
        source.send(in: 60..<120, latency: fast)
        source.backlogs[0] = (0..<120).map { (70..<90).contains($0) ? 1_000 : 0 }
        #expect(evaluate(source, within: 70, [p99, backlog]).held)
        #expect(!evaluate(source, within: 69, [p99, backlog]).held)
        #expect(evaluate(source, within: 40, [p99]).held)
    }

    @Test("a run that ended before the fault did has measured no recovery")
    func endedBeforeTheFault() {
        let source = HandMadeMeasurements(seconds: 25, cuts: [20])
        source.send(in: 0..<25, latency: fast)
        let summary = evaluate(source, within: 60)
        #expect(!summary.held)
        #expect(summary.value == "not measured: p99(push.latency)" && summary.notMeasured == true)
    }
}
