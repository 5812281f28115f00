// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleScenarioLanguage
import Synchronization
import Testing

@Suite("Runs are compared with theory")
struct TheoryTestTests {
    private static func text(_ model: String, rate: String = "500/s", service: String, expect: String = "[]") -> String
    {
        """
        name: station
        duration: 100s
        theory: \(model)
        workloads:
          customers: {into: line, rate: \(rate)}
        brokers:
          memory: {profile: direct}
        topics:
          line: {broker: memory}
        stages:
          server: {reads: line, steps: [{compute: \(service)}]}
        expect: \(expect)
        """
    }

    private static func result(_ text: String, bias: Double? = nil, seeds: ClosedRange<UInt64> = 1...6) throws
        -> TestResult
    {
        let test = TestCase(try ScenarioReader.read(text: text), seeds: seeds, plantedBias: bias)
        return try test.result(of: try seeds.map { try test.run(seed: $0) })
    }

    @Test(
        "a queue's runs agree with its theory, and a bias in service time is seen",
        arguments: [
            ("M/M/1", "exponential mean 1ms", 0.002), ("M/D/1", "constant 1ms", 0.0015),
            ("M/G/1", "gamma mean 1ms cv 0.5", 0.001625),
        ])
    func agreement(model: String, service: String, mean: Double) throws {
        let text = Self.text(model, service: service)
        let result = try Self.result(text)
        #expect(result.passed, "\(result.rows)")
        #expect(abs(result.rows[0].theory - mean) < 1e-12)
        #expect(result.rows[0].lower <= mean && mean <= result.rows[0].upper)
        #expect(result.rows.first?.intervals == 6)
        let biased = try Self.result(text, bias: 0.05)
        #expect(biased.passed && biased.rows.contains { !$0.accepted }, "\(biased.rows)")
        #expect(biased.rows[0].theory == result.rows[0].theory, "theory does not know of the bias")
    }

    @Test("a bias that is too small to be seen fails the check of the check")
    func blind() throws {
        let result = try Self.result(Self.text("M/M/1", service: "exponential mean 1ms"), bias: 1e-6)
        #expect(!result.passed)
    }

    @Test("an expectation that fails, fails the test, whatever theory says")
    func expectations() throws {
        let result = try Self.result(
            Self.text("M/M/1", service: "exponential mean 1ms", expect: "[mean(latency) < 1ms]"))
        #expect(!result.passed && result.rows.allSatisfy(\.accepted))
        #expect(
            result.runs.allSatisfy { $0.problems.count == 1 && $0.problems[0].text.contains("mean(latency) < 1ms") })
        #expect(result.seedToReproduce == 1)
    }

    @Test("a token bucket lets through its burst and its rate, to one message")
    func bucket() throws {
        let text = """
            name: bucket
            duration: 10s
            drain: 1min
            theory: token-bucket
            workloads:
              app: {into: outbox, rate: 470/s, arrivals: uniform, channels: {in-app: 100%}}
            brokers:
              memory: {profile: direct}
            topics:
              outbox: {broker: memory}
            stages:
              sender: {reads: outbox, concurrency: 8, steps: [{deliver: limited}]}
            providers:
              gateway: {dialect: gateway, latency: 0ms, capacity: unbounded}
            policies:
              limited: {routes: {in-app: gateway}, limits: {gateway: {rate: 130/s, burst: 77}}}
            """
        let result = try Self.result(text, seeds: 1...5)
        #expect(result.passed && result.rows.count == 1, "\(result.rows)")
        #expect(try Self.result(text, bias: 0.01, seeds: 1...5).passed)
        #expect(try !Self.result(text, bias: 0.000_01, seeds: 1...5).passed)
    }

    /// Something for each quantity of M/M/1.
    private static func observations(_ seed: UInt64, without missing: Int? = nil) -> [TheoryObservation] {
        (0..<3).map { place in
            let estimate = TheoryEstimate(Double(place) + Double(seed * seed % 7))
            return TheoryObservation("quantity \(place)", unit: .seconds, place == missing ? nil : estimate)
        }
    }

    @Test("a quantity of which a run has no sample is named with the runs that lack it, and fails the test")
    func unmeasured() throws {
        let scenario = try ScenarioReader.read(text: Self.text("M/M/1", service: "exponential mean 1ms"))
        for bias in [nil, 0.02] {
            let test = TestCase(scenario, seeds: 1...6, plantedBias: bias)
            let runs = test.seeds.map { seed in
                var run = TestRun(seed: seed, problems: [], messages: 1)
                run.observations = Self.observations(seed, without: seed % 3 == 0 ? 1 : nil)
                return run
            }
            let result = try test.result(of: runs)
            #expect(!result.passed && result.rows.map(\.name) == ["mean latency", "utilisation"])
            #expect(result.unmeasured == [UnmeasuredQuantity(name: "p99 latency", seeds: [3, 6])])
            #expect(result.seedToReproduce == nil, "no run shows it by itself")
        }
    }

    @Test("what a run observed is named, and has its unit")
    func named() throws {
        let scenario = try ScenarioReader.read(text: Self.text("M/M/1", service: "exponential mean 1ms"))
        let run = try TestCase(scenario, seeds: 1...5).run(seed: 1)
        #expect(run.observations.map(\.quantity) == ["mean latency", "p99 latency", "utilisation"])
        #expect(run.observations.map(\.unit) == [.seconds, .seconds, .share])
        let mean = run.observations[0]
        #expect(mean.interval?.contains(mean.value ?? .nan) == true)
    }

    @Test("the reports come in order and are the same however many runs are made at once")
    func pool() throws {
        let scenario = try ScenarioReader.read(text: Self.text("M/M/1", service: "exponential mean 1ms"))
        let cases = [TestCase(scenario, seeds: 1...5), TestCase(scenario, seeds: 7...11)]
        let quick: @Sendable (TestCase, UInt64, Interruption) throws -> TestRun = { test, seed, _ in
            var run = TestRun(seed: seed, problems: [], messages: Int64(seed))
            run.observations = Self.observations(seed)
            return run
        }
        let order = Mutex<[[UInt64]]>([])
        let results = try [1, 2, 5].map { workers in
            try TestPool(cases, workers: workers).run(make: quick) { result in
                order.withLock { $0.append(result.runs.map(\.seed)) }
            }
        }
        #expect(results[0].count == 2 && results[0] == results[1] && results[1] == results[2])
        #expect(
            order.withLock { $0 } == Array(repeating: [[1, 2, 3, 4, 5], [7, 8, 9, 10, 11]], count: 3).flatMap { $0 })
    }

    @Test("what a run throws ends the pool, and a signal leaves only what was complete")
    func early() throws {
        struct Failure: Error {}
        let scenario = try ScenarioReader.read(text: Self.text("M/M/1", service: "exponential mean 1ms"))
        let cases = [TestCase(scenario, seeds: 1...5), TestCase(scenario, seeds: 6...10)]
        #expect(throws: Failure.self) {
            try TestPool(cases, workers: 2).run(make: { _, _, _ in throw Failure() }) { _ in }
        }
        let interruption = Interruption()
        let results = try TestPool(cases, workers: 1, interruption: interruption).run(
            make: { _, seed, interruption in
                if seed == 7 { interruption.raise(signal: 2) }
                var run = TestRun(seed: seed, problems: [], messages: 1)
                run.observations = Self.observations(seed)
                run.isInterrupted = interruption.signal != nil
                return run
            }) { _ in }
        #expect(results.count == 1)
    }
}
