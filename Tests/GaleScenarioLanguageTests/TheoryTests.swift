// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GaleRandomness
import GaleScenarioLanguage
import Testing

@Suite("Theories take their parameters from the scenario")
struct TheoryTests {
    private static let line = Examples.queue.replacing("duration: 10s", with: "duration: 10s\ntheory: M/M/c/K")
        .replacing("replicas: 1", with: "replicas: 3").replacing(
            "{broker: memory}", with: "{broker: memory, capacity: 9}")

    @Test("a station's servers, service, room and arrivals")
    func station() throws {
        let theory = try #require(try ScenarioReader.read(text: Self.line).theory)
        #expect(theory.model == .boundedServers && theory.source == .open(perSecond: 100))
        let station = try #require(theory.stations.first)
        #expect(station.stage == 0 && station.servers == 6 && station.capacity == 9)
        #expect(station.service == .exponential(mean: 1e7))
    }

    @Test("what --set changes is changed in the theory as well")
    func overrides() throws {
        let scenario = try ScenarioReader.read(
            text: Self.line, overrides: [Override("workloads.jobs.rate=70/s"), Override("stages.work.concurrency=1")])
        #expect(scenario.theory?.source == .open(perSecond: 70) && scenario.theory?.stations[0].servers == 3)
    }

    @Test("a closed loop is read with its population, and is the source of a repair shop")
    func closedLoop() throws {
        let text = Examples.queue.replacing("duration: 10s", with: "duration: 10s\ntheory: machine-repair")
            .replacing("rate: 100/s", with: "population: 12, think: exponential mean 3s")
        let scenario = try ScenarioReader.read(text: text)
        let loop = ClosedLoopSpecification(population: 12, think: .exponential(mean: 3e9))
        #expect(scenario.specification.workloads[0].closedLoop == loop)
        #expect(scenario.theory?.source == .closed(population: 12, think: loop.think))
    }

    @Test("a scenario without a theory has none, and its fingerprint tells whether it has one")
    func none() throws {
        let plain = try ScenarioReader.read(text: Self.line.replacing("theory: M/M/c/K\n", with: ""))
        #expect(plain.theory == nil)
        #expect(try ScenarioReader.read(text: Self.line).fingerprint != plain.fingerprint)
    }
}
