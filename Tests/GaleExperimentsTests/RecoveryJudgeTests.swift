// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// A fault from 40 to 50 s in a load of 200 s, ten notifications a second.
@Suite struct RecoveryJudgeTests {
    private let fast = Interval.milliseconds(100)

    private func source() -> HandMadeMeasurements {
        let source = HandMadeMeasurements(seconds: 200, cuts: [40, 50])
        source.deliveries = Array(repeating: 10, count: 200)
        source.waiting = Array(repeating: 2, count: 200)
        source.providerAttempts[0] = Array(repeating: (10, 0, 0), count: 200)
        return source
    }

    private func judge(
        _ source: HandMadeMeasurements, _ rule: RecoveryRule = RecoveryRule(), duration: Int64 = 200
    ) -> RecoverySummary? {
        let specification = specification(duration: duration, drain: 60, fault: (40, 10))
        return RecoveryJudge(reader: MetricReader(source: source, specification: specification), rule: rule).judge()
    }

    @Test("what stays as it was is steady")
    func steady() throws {
        let source = source()
        source.send(in: 0..<200, latency: fast)
        let summary = try #require(judge(source))
        #expect(summary.state == .steady)
        #expect(!summary.fails)
        #expect(summary.amplificationBefore == 1 && summary.amplificationAfter == 1)
    }

    @Test("a backlog that drains is a recovery, with its time and half-life")
    func recovered() throws {
        let source = source()
        source.send(in: 0..<200, latency: fast)
        for second in 40..<80 { source.waiting[second] = Int64(second < 50 ? (second - 39) * 10 : (80 - second) * 3) }
        let summary = try #require(judge(source))
        #expect(summary.state == .recovered)
        #expect(summary.afterSeconds.map { (25...30).contains($0) } == true)
        #expect(summary.halfLifeSeconds.map { (12...16).contains($0) } == true, "\(summary)")
        #expect(!summary.fails)
        let strict = try #require(judge(source, RecoveryRule(within: .seconds(20))))
        #expect(strict.state == .metastable && strict.fails, "not within the bound")
    }

    @Test("what never comes back while the load stays is metastable, and says why, and by how much it amplifies")
    func metastable() throws {
        let source = source()
        source.send(in: 0..<40, latency: fast)
        source.send(in: 40..<200, latency: nil, attempts: 4)
        for second in 40..<200 {
            source.deliveries[second] = 1
            source.waiting[second] = 500
            source.providerAttempts[0]?[second] = (40, 39, 0)
        }
        let summary = try #require(judge(source))
        #expect(summary.state == .metastable)
        #expect(summary.fails)
        #expect(summary.amplificationBefore == 1 && summary.amplificationAfter == 4)
        #expect(summary.halfLifeSeconds == nil)
        #expect(
            summary.text == "metastable: not recovered within 60 s after brownout; delivered 1/s of 10/s, "
                + "500 in the system, at most 2 before, p90 latency inf, at most 100 ms before, "
                + "4 attempts per notification, at most 1 before; amplification 4, before 1")
    }

    @Test("a relapse long after counts, one unlucky window doesn't")
    func relapse() throws {
        let unlucky = source()
        unlucky.send(in: 0..<200, latency: fast)
        unlucky.waiting[120] = 100
        #expect(try #require(judge(unlucky)).state == .steady)
        let relapsed = source()
        relapsed.send(in: 0..<200, latency: fast)
        for second in 140..<200 { relapsed.waiting[second] = 100 }
        #expect(try #require(judge(relapsed)).state == .metastable)
    }

    @Test("a run that ends before the bound has not been seen to fail, and fails only where that is asked for")
    func notObserved() throws {
        let source = source()
        source.send(in: 0..<200, latency: fast)
        for second in 40..<200 { source.waiting[second] = 500 }
        let short = try #require(judge(source, duration: 90))
        #expect(short.state == .notObserved)
        #expect(!short.fails)
        let words = "recovery from brownout not observed; not in the 40 s that the load went on: 500 in"
        #expect(short.text.hasPrefix(words))
        let asked = try #require(judge(source, RecoveryRule(isRequired: true), duration: 90))
        #expect(asked.fails)
        #expect(try #require(judge(source, duration: 45)).what == "the load ended before the fault did")
    }

    @Test("another load than before says nothing")
    func otherLoad() throws {
        let source = source()
        source.send(in: 0..<40, latency: fast)
        source.send(50, in: 40..<200, latency: nil)
        let summary = try #require(judge(source))
        #expect(summary.state == .notObserved)
        #expect(summary.what == "the load was not what it had been")
    }

    @Test("more load than can be delivered is no steady state, even where there was little time to see it")
    func overload() throws {
        let source = source()
        source.send(in: 0..<200, latency: fast)
        // Half of what is sent stays.
        for second in 0..<200 { source.waiting[second] = Int64(300 + second) * 5 }
        let summary = try #require(judge(source))
        #expect(summary.state == .notMeasured)
        #expect(summary.what == "there was no steady state before brownout")
        #expect(summary.text.contains("before brownout; let the first fault begin after 12 s or more of a steady load"))
        // The same backlog, but as large from the start, is one.
        for second in 0..<40 { source.waiting[second] = 1_500 }
        #expect(try #require(judge(source)).state != .notMeasured)
    }

    @Test("a burst of load before the fault, and what it piled up, is no measure of the steady state")
    func burst() throws {
        let source = source()
        source.send(in: 0..<200, latency: fast)
        source.send(60, in: 30..<36, latency: fast)
        for second in 30..<40 { source.waiting[second] = 300 }
        #expect(try #require(judge(source)).state == .steady)
        for second in 50..<200 { source.waiting[second] = 100 }
        let summary = try #require(judge(source))
        #expect(summary.state == .metastable && summary.what == "100 in the system, at most 2 before")
    }

    @Test("what a burst has left behind is no measure of it either, until it is worked off")
    func afterBurst() throws {
        let source = source()
        source.send(in: 0..<200, latency: fast)
        source.send(60, in: 20..<24, latency: fast)
        for second in 20..<40 { source.waiting[second] = 300 }
        for second in 50..<200 { source.waiting[second] = 100 }
        #expect(try #require(judge(source)).state == .metastable)
    }

    @Test("without a steady state before the fault there is none to come back to")
    func notMeasured() throws {
        let growing = source()
        growing.send(in: 0..<200, latency: fast)
        for second in 0..<200 { growing.waiting[second] = Int64(second * 10) }
        #expect(try #require(judge(growing)).state == .notMeasured)
        #expect(try #require(judge(source())).state == .notMeasured, "nothing was sent")
    }
}
