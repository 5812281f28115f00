// SPDX-License-Identifier: GPL-3.0-or-later
import Gale
import GaleScenarioLanguage
import Testing

@Suite("The diagram of a pipeline")
struct TopologyDiagramTests {
    private func text(work: String, retry: String) throws -> String {
        try TopologyDiagram(
            ScenarioReader.read(
                text: """
                    name: diagram
                    duration: 10s
                    workloads:
                      tasks: {into: line, rate: 10/s}
                      users: {into: outbox, rate: 10/s, channels: {in-app: 100%}}
                    brokers: {memory: {profile: direct}}
                    topics: {line: {broker: memory}, outbox: {broker: memory}}
                    stages:
                      workers: {reads: line, replicas: 1, concurrency: 2, steps: [{work: \(work)}]}
                      sender: {reads: outbox, replicas: 1, concurrency: 2, steps: [{deliver: standard}]}
                    providers: {gateway: {profile: gateway}}
                    policies:
                      standard: {routes: {in-app: [gateway]}, retry: \(retry)}
                    """)
        ).text
    }

    @Test("it says how many attempts there are, or that there is no end to them")
    func attempts() throws {
        let limited = try text(work: "{duration: constant 1s, attempts: 1}", retry: "{attempts: 4}")
        #expect(limited.contains("at most 1 attempt,") && limited.contains("at most 4 attempts, waiting"))
        let unlimited = try text(work: "{duration: constant 1s, retry: temporal}", retry: "temporal")
        #expect(unlimited.contains("heartbeat each 10s, attempts until it expires"))
        #expect(unlimited.contains("standard: attempts until it expires, waiting"))
    }
}
