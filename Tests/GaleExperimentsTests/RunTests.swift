// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite struct RunTests {
    private func measurements() -> HandMadeMeasurements {
        let measurements = HandMadeMeasurements(seconds: 1)
        measurements.send(in: 0..<1, latency: .milliseconds(20))
        return measurements
    }

    private func run(
        _ world: HandMadeWorld, _ specification: WorldSpecification? = nil, expecting: [Expectation] = [],
        interruption: Interruption = Interruption()
    ) throws -> RunResult {
        let scenario = scenario(specification ?? GaleExperimentsTests.specification(duration: 1), expecting: expecting)
        return try Experiment(scenario: scenario).run(world, interruption: interruption)
    }

    @Test("a run advances in slices of 100 ms, the last one shorter, with a checkpoint each")
    func slices() throws {
        let world = HandMadeWorld(measurements(), end: .milliseconds(250))
        let result = try run(world)
        #expect(world.steps.map(\.nanoseconds) == [100_000_000, 200_000_000, 250_000_000])
        #expect(result.checkpoints.map(\.nanoseconds) == [100_000_000, 200_000_000, 250_000_000])
        #expect(result.checkpoints.map(\.events) == [10, 20, 30])
        #expect(result.checkpoints.last?.digest == "trajectory 3")
        #expect(world.isFinished)
        #expect(result.summary.verdict == RunSummary.Verdict(passed: true, partial: false, reason: nil))
        #expect(result.summary.seed == 7)
    }

    @Test("a run ends as soon as the world has drained, and that is not partial")
    func drained() throws {
        let world = HandMadeWorld(measurements(), end: .seconds(10))
        world.special = (4, .drained)
        let result = try run(world)
        #expect(world.steps.count == 4)
        #expect(result.summary.simulatedSeconds == 0.4)
        #expect(!result.summary.verdict.partial)
        #expect(result.summary.verdict.passed)
    }

    @Test("a world that stops by itself gives a partial result with its reason, which doesn't pass")
    func stopped() throws {
        let world = HandMadeWorld(measurements(), end: .seconds(10))
        world.special = (2, .stopped("livelock at 150ms in sender"))
        let verdict = try run(world).summary.verdict
        #expect(verdict == RunSummary.Verdict(passed: false, partial: true, reason: "livelock at 150ms in sender"))
        #expect(world.isFinished)
    }

    @Test("an interruption ends the run after the slice under way, partial")
    func interrupted() throws {
        let world = HandMadeWorld(measurements(), end: .seconds(10))
        let interruption = Interruption()
        world.onStep = { if $0 == 3 { interruption.raise(signal: 2) } }
        let verdict = try run(world, interruption: interruption).summary.verdict
        #expect(world.steps.count == 3)
        #expect(verdict.partial)
        #expect(verdict.reason == "interrupted by signal 2")
        #expect(!verdict.passed)
    }

    @Test("an interruption remembers the first signal only")
    func firstSignal() {
        let interruption = Interruption()
        #expect(interruption.signal == nil)
        #expect(interruption.raise(signal: 15))
        #expect(!interruption.raise(signal: 2))
        #expect(interruption.signal == 15)
    }

    @Test("the scenario's limits of wall time and memory end a run, partial")
    func limits() throws {
        var specification = specification(duration: 10)
        specification.limits.wall = .zero
        let wall = HandMadeWorld(measurements(), end: .seconds(10))
        let late = try run(wall, specification).summary.verdict
        #expect(late.reason == "limit reached: wall time 0s" && late.limit == .wall)
        #expect(wall.steps.count == 1)

        specification.limits.wall = .hours(1)
        specification.limits.memory = 1 << 20
        let memory = HandMadeWorld(measurements(), end: .seconds(10))
        let full = try run(memory, specification).summary.verdict
        #expect(full.reason == "limit reached: memory 1 MiB" && full.limit == .memory)
    }

    @Test("a ledger that doesn't sum is a violation")
    func unbalanced() throws {
        let broken = measurements()
        broken.unexplained = 1
        let summary = try run(HandMadeWorld(broken, end: .seconds(1))).summary
        #expect(summary.violations.map(\.invariant).contains(.ledger))
        #expect(summary.verdict.violated == ["ledger"])
        #expect(!summary.verdict.passed)
        #expect(summary.findings.first?.causeKey == "ledger: does not sum")
    }

    @Test("the result has the ledger, amplification, latencies and series of the channels that were used")
    func result() throws {
        let measurements = HandMadeMeasurements(seconds: 2)
        measurements.send(3, in: 0..<1, latency: .milliseconds(20), attempts: 2)
        measurements.send(1, in: 1..<2, channel: .email, latency: nil)
        let result = try run(HandMadeWorld(measurements, end: .seconds(2)))
        let summary = result.summary
        #expect(summary.ledger == LedgerSummary(submitted: 4, delivered: 3, expired: 1))
        #expect(summary.attempts == 7)
        #expect(summary.amplification == 1.75)
        #expect(summary.latency.keys.sorted() == ["all", "email", "push"])
        #expect(summary.latency["push"]?.p50 == 0.02)
        #expect(
            summary.latency["email"]
                == LatencySummary(
                    count: 0, mean: nil, p50: nil, p90: nil, p99: nil, p999: nil, p9999: nil, max: nil))
        #expect(result.channelSeries.map(\.channel) == ["push", "email"])
        #expect(result.channelSeries[0].submitted == [3, 0])
        #expect(result.channelSeries[1].undelivered == [0, 1])
        #expect(result.channelSeries[1].p50 == [nil, nil])
        #expect(result.distributions.map(\.name) == ["all", "push", "email"])
        #expect(summary.providers["apns"]?.answers == ["200": 7, "503 ServiceUnavailable": 2])
        #expect(!summary.verdict.passed)
        #expect(summary.expectations.map(\.held) == [true, false])
    }

    @Test("utilisation is the share of a stage's slots in use while the load lasts, however long the drain takes")
    func utilisation() throws {
        let measurements = HandMadeMeasurements(seconds: 8)
        measurements.send(in: 0..<1, latency: .milliseconds(20))
        // Three of four slots for two seconds.
        measurements.busyNanoseconds = 6_000_000_000
        var specification = specification(duration: 2, drain: 6)
        specification.stages = [StageSpecification(name: "sender", topic: 0, replicas: 2, concurrency: 2, steps: [])]
        let result = try run(HandMadeWorld(measurements, end: .seconds(8)), specification)
        #expect(result.summary.stages["sender"]?.utilisation == 0.75)
        let early = HandMadeWorld(measurements, end: .seconds(8))
        early.special = (15, .stopped("a limit"))
        #expect(try run(early, specification).summary.stages["sender"]?.utilisation == 1)
    }

    @Test("a fault is described in words, and one that changed nothing is inert")
    func faults() throws {
        let measurements = HandMadeMeasurements(seconds: 10, cuts: [2, 5])
        measurements.send(in: 0..<10, latency: .seconds(1))
        let specification = specification(duration: 10, fault: (2, 3))
        let inert = try run(HandMadeWorld(measurements, end: .seconds(10)), specification).summary.faults
        #expect(inert.map(\.what) == ["provider apns: capacity 20%"])
        #expect(inert.map(\.inert) == [true])
        measurements.changed[0] = 12
        let effective = try run(HandMadeWorld(measurements, end: .seconds(10)), specification).summary.faults
        #expect(effective.map(\.decisionsChanged) == [12])
        #expect(effective.map(\.inert) == [false])
    }

    @Test("a limit of memory ends a run within one slice: a few events may ask for more than there is")
    func limitWithinSlice() throws {
        // A thousand segments of a million notifications each: one slice would take 20 GB.
        let scenario = try ScenarioReader.read(
            text: """
                name: segments
                duration: 1s
                limits: {memory: 300MiB, wall: 10min}
                workloads: {load: {into: segments, rate: 1G/s, fan-out: 1M, arrivals: uniform}}
                brokers: {memory: {profile: direct}}
                topics: {segments: {broker: memory}, single: {broker: memory}}
                stages:
                  split: {reads: segments, concurrency: 1000, steps: [{compute: constant 1us}, {emit: {to: single, split: true}}]}
                  work: {reads: single, steps: [{compute: constant 1s}]}
                """)
        let result = try Experiment(scenario: scenario).run()
        #expect(result.summary.verdict.partial)
        #expect(result.summary.verdict.reason == "limit reached: memory 300 MiB")
        #expect(result.summary.simulatedSeconds < 0.1)
        #expect(result.timing.peakMemoryBytes < 2 << 30)
    }

    @Test("a pause that no limit asks for changes nothing")
    func spuriousPause() throws {
        let world = HandMadeWorld(measurements(), end: .milliseconds(250))
        world.special = (2, .paused)
        let result = try run(world)
        #expect(world.steps.count == 3)
        #expect(!result.summary.verdict.partial)
    }

    @Test("wherever a run is cut, what has been submitted is in its slots as it is in its phases")
    func cutAhead() throws {
        let scenario = try ScenarioReader.read(
            text: """
                name: cut
                duration: 3s
                workloads: {load: {into: jobs, rate: 20k/s}}
                brokers: {events: {profile: kafka}}
                topics: {jobs: {broker: events}}
                stages: {work: {reads: jobs, concurrency: 100, steps: [{compute: constant 1us}]}}
                """)
        for microseconds in [0, 300, 999_800, 1_000_000, 1_999_900] as [Int64] {
            let world = World(scenario.specification, seed: 1)
            _ = world.advance(until: .zero + .microseconds(microseconds))
            world.finish()
            let measured = world.measurements
            let byPhase = measured.phases.indices.reduce(0) { $0 + measured.ledger(phase: $1, channel: 0).submitted }
            let bySlot = (0..<measured.slotCount).reduce(0) { $0 + measured.ledger(slot: $1, channel: 0).submitted }
            #expect(byPhase == world.submitted)
            #expect(bySlot == world.submitted, "cut at \(microseconds) us")
        }
    }
}
