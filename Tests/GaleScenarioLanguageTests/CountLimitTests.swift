// SPDX-License-Identifier: Apache-2.0
import GaleScenarioLanguage
import Testing

@Suite("Counts that the models can't tell apart are refused")
struct CountLimitTests {
    static func diagnostics(_ text: String) -> String {
        do {
            _ = try ScenarioReader.read(text: text, file: "many.yaml")
            return ""
        } catch { return error.text }
    }

    static func scenario(partitions: Int = 1, faults: Int = 0) -> String {
        var text = """
            name: many
            duration: 200s
            workloads: {load: {into: jobs, rate: 1/s}}
            brokers: {events: {profile: kafka}}
            topics: {jobs: {broker: events, partitions: \(partitions)}}
            stages: {work: {reads: jobs, replicas: 1, concurrency: 1, steps: [{compute: constant 1ms}]}}

            """
        if faults > 0 { text += "faults:\n" }
        for number in 0..<faults { text += "  f\(number): {at: \(number + 1)s, for: 1s, broker: events, node: 0}\n" }
        return text
    }

    @Test("a broker has at most 60,000 partitions")
    func partitions() {
        #expect(Self.diagnostics(Self.scenario(partitions: 60_000)) == "")
        #expect(Self.diagnostics(Self.scenario(partitions: 60_001)).contains("60001 partitions together"))
    }

    @Test("a scenario has at most 100 faults")
    func faults() {
        #expect(!Self.diagnostics(Self.scenario(faults: 100)).contains("100 at most"))
        #expect(Self.diagnostics(Self.scenario(faults: 101)).contains("101 faults; expected 100 at most"))
    }
}
