// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("Load: rates, curves, bursts, campaigns")
struct LoadTests {
    /// Points as (seconds, notifications per second).
    private func points(_ workload: String) throws -> [[Double]] {
        let text = Examples.queue.replacing("rate: 100/s", with: workload)
        let rate = try ScenarioReader.read(text: text).specification.workloads[0].rate
        return rate.points.map { [$0.at.seconds, Double($0.perSecondMicros) / 1e6] }
    }

    @Test("a rate is one point, in any of its units")
    func rates() throws {
        #expect(try points("rate: 100/s") == [[0, 100]])
        #expect(try points("rate: 1.5k/s") == [[0, 1500]])
        #expect(try points("rate: 6M/min") == [[0, 100_000]])
        #expect(try points("rate: 36/h") == [[0, 0.01]])
    }

    @Test("a curve keeps its points, steps included")
    func curve() throws {
        #expect(
            try points("rate: {curve: [[0s, 100/s], [2s, 300/s], [2s, 50/s], [9s, 0/s]]}")
                == [[0, 100], [2, 300], [2, 50], [9, 0]])
    }

    @Test("a curve and a burst may go on after the load; a shortened run offers the beginning of the same")
    func beyond() throws {
        let day = "rate: {curve: [[0s, 100/s], [20s, 300/s], [24h, 0/s]]}"
        let beginning = try points(day + ", bursts: [{at: 9s, for: 20s, rate: 5/s}]").prefix(3)
        #expect(beginning == [[0, 100], [9, 190], [9, 195]])
    }

    @Test("a burst is a step on top")
    func burst() throws {
        #expect(
            try points("rate: 100/s, bursts: [{at: 4s, for: 2s, rate: 50/s}]")
                == [[0, 100], [4, 100], [4, 150], [6, 150], [6, 100]])
        #expect(
            try points("rate: 100/s, bursts: [{at: 0s, for: 2s, rate: 50/s}]") == [[0, 150], [2, 150], [2, 100]])
    }

    @Test("a burst on a slope, and bursts on one another, add up")
    func addition() throws {
        let text =
            "rate: {curve: [[0s, 0/s], [10s, 100/s]]}, bursts: [{at: 2s, for: 4s, rate: 10/s}, {at: 4s, for: 4s, rate: 5/s}]"
        #expect(
            try points(text) == [
                [0, 0], [2, 20], [2, 30], [4, 50], [4, 55], [6, 75], [6, 65], [8, 85], [8, 80], [10, 100],
            ])
    }

    @Test("a campaign is a step that offers its count")
    func campaign() throws {
        let campaign = try points("at: 2s, count: 4M, over: 5s")
        #expect(campaign == [[0, 0], [2, 0], [2, 800_000], [7, 800_000], [7, 0]])
    }

    @Test("a workload without a source is refused for that alone", arguments: ["", ", think: 1s"])
    func noSource(rest: String) throws {
        let text = Examples.queue.replacing(", rate: 100/s", with: rest)
        let error = try #require(throws: ScenarioError.self) { try ScenarioReader.read(text: text) }
        #expect(error.diagnostics.map(\.message) == ["workload 'jobs' needs one of: rate, count, population"])
    }

    @Test("an empirical distribution reads its file, with units in each line or in the first")
    func empirical() throws {
        let text = Examples.queue.replacing("exponential mean 10ms", with: "empirical data/times.csv")
        func values(_ csv: String) throws -> StepSpecification {
            try ScenarioReader.read(text: text, files: ["data/times.csv": csv]).specification.stages[0].steps[0]
        }
        guard case .compute(.empirical(let first)) = try values("3ms\n1ms\n2ms\n"),
            case .compute(.empirical(let second)) = try values("ms\r\n3\r\n1\r\n2\r\n")
        else {
            Issue.record("not empirical")
            return
        }
        #expect(first == [1e6, 2e6, 3e6])
        #expect(second == first)
        #expect(throws: ScenarioError.self) { try values("1ms\nfast\n") }
        #expect(throws: ScenarioError.self) { try values("") }
    }

    @Test("every distribution of the language is read")
    func distributions() throws {
        let texts = [
            "constant 5ms", "5ms", "uniform 1ms..3ms", "exponential mean 10ms", "lognormal median 45ms p99 400ms",
            "lognormal median 45ms sigma 0.5", "gamma mean 20ms cv 0.5", "erlang shape 4 mean 10ms",
            "weibull shape 1.5 scale 10ms", "pareto min 1ms alpha 1.5", "hyperexponential mean 10ms cv 2",
        ]
        for text in texts {
            let scenario = Examples.queue.replacing("exponential mean 10ms", with: text)
            do { _ = try ScenarioReader.read(text: scenario) } catch { Issue.record("\(text): \(error.text)") }
        }
    }
}
