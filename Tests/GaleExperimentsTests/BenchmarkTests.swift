// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import Testing

@Suite("benchmarks do what they say")
struct BenchmarkTests {
    private func figures(_ name: String, operations: Int) throws -> [String: Double] {
        let found = try BenchmarkCatalogue.benchmarks(named: name, scenario: "missing.yaml")
        #expect(found.map(\.name) == [name])
        let sample = try found[0].sample(operations: operations)
        #expect(abs(Double(sample.operations) / Double(operations) - 1) < 0.05)
        return Dictionary(uniqueKeysWithValues: sample.figures.map { ($0.name, $0.value) })
    }

    @Test(
        "holding n events for k operations takes k/n simulated seconds, beyond the first turn",
        arguments: ["queue", "heap", "kernel"])
    func hold(layer: String) throws {
        let seconds = try #require(figures("hold/\(layer)/100", operations: 10_000)["seconds"])
        #expect(abs(seconds - 101) < 5)
    }

    @Test("99 % of the time-outs are cancelled")
    func timers() throws {
        let found = try figures("timers/100", operations: 20_000)
        #expect(abs(try #require(found["cancelled"]) - 0.99) < 0.003)
        #expect(abs(try #require(found["pending"]) - 100) < 5)
    }

    @Test("M/M/1 at utilisation 0.9: the mean sojourn time is near theory's 9 ms")
    func singleServer() throws {
        // 20,000 customers are few at this utilisation: 2 ms are about two standard deviations.
        #expect(abs(try #require(figures("mm1", operations: 20_000)["sojourn"]) - 9e-3) < 2e-3)
    }

    @Test("the retry pipeline and its scenario agree on latencies and attempts")
    func retry() throws {
        for name in ["retry/kernel", "retry/scenario"] {
            let found = try figures(name, operations: 10_000)
            #expect(abs(try #require(found["p50"]) - 25e-3) < 3e-3, "\(name)")
            #expect(abs(try #require(found["p99"]) - 0.89) < 0.1, "\(name)")
            #expect(abs(try #require(found["attempts"]) - 1.0526) < 0.01, "\(name)")
        }
    }

    @Test(
        "draws of a distribution have its mean", arguments: [("exponential", 1e6), ("gamma", 20e6), ("uniform", 2e6)])
    func draws(word: String, mean: Double) throws {
        #expect(abs(try #require(figures("draws/\(word)", operations: 20_000)["mean"]) / mean - 1) < 0.03)
    }

    @Test("one attempt in twenty fails, and everything is delivered, whatever guards the providers")
    func dispatch() throws {
        for (variant, attempts) in [("straight", 1), ("message", 1.0526), ("guarded", 1.0526)] {
            let found = try figures("policies/\(variant)", operations: 200_000)
            #expect(abs(try #require(found["attempts per message"]) - attempts) < 0.003, "\(variant)")
            #expect(found["undelivered"] == 0, "\(variant)")
        }
    }

    @Test(
        "policies alone let through what they are there to let through",
        arguments: [("token-bucket", 0.9), ("gcra", 0.9), ("retry", 0.2), ("breaker", 1), ("bulkhead", 1)])
    func policies(name: String, share: Double) throws {
        #expect(abs(try #require(figures("policies/\(name)", operations: 100_000)["yes"]) - share) < 0.02)
    }

    @Test(
        "a word that names nothing finds nothing",
        arguments: ["", "hold/", "hold/queue/x", "hold/queue/1/2", "mm1/2", "draws/x", "retry/x", "policies/x"])
    func unknown(word: String) throws {
        #expect(try BenchmarkCatalogue.benchmarks(named: word, scenario: "missing.yaml").isEmpty)
    }

    @Test("rates are medians with the least and the greatest")
    func rates() throws {
        let found = try BenchmarkCatalogue.benchmarks(named: "draws/number", scenario: "missing.yaml")
        let result = try BenchmarkResult(found[0], operations: 1000, runs: 4)
        #expect(result.runs == 4 && result.operations == 1000)
        #expect(
            result.processor.least <= result.processor.median && result.processor.median <= result.processor.greatest)
    }
}
