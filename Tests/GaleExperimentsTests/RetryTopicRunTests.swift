// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleScenarioLanguage
import Testing

@Suite struct RetryTopicRunTests {
    /// For two seconds the gateway refuses everything.
    private static let text = """
        name: again
        duration: 5s
        drain: 2min
        workloads: {news: {into: outbox, rate: 200/s, channels: {in-app: 100%}}}
        brokers: {events: {profile: kafka}}
        topics: {outbox: {broker: events, partitions: 6}}
        stages: {sender: {reads: outbox, replicas: 2, concurrency: 16, steps: [{deliver: standard}]}}
        providers: {gateway: {dialect: gateway, latency: 5ms}}
        policies:
          standard:
            routes: {in-app: [gateway]}
            waiting: retry-topic
            retry: {backoff: exponential, base: 500ms, cap: 4s, attempts: 20}
        faults: {outage: {at: 1s, for: 2s, provider: gateway, errors: 100%, answer: 503}}
        expect: ["delivered >= 100%", "errors(gateway) >= 99% during outage"]
        """

    @Test("what an outage refused comes back through the retry topic that nobody declared, and all is delivered")
    func recovers() throws {
        let scenario: Scenario
        do { scenario = try ScenarioReader.read(text: Self.text) } catch {
            Issue.record("\(error.text)")
            return
        }
        let summary = try Experiment(scenario: scenario).run().summary
        #expect(summary.verdict.passed, "\(summary.expectations)")
        #expect(summary.ledger.delivered == summary.ledger.submitted)
        #expect(summary.ledger.submitted > 900)
        #expect(summary.attempts > summary.ledger.submitted + 300)
        #expect(summary.ledger.duplicates == 0)
    }
}
