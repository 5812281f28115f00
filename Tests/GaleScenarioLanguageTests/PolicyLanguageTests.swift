// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("Breakers, routes, limits and attempts in scenarios")
struct PolicyLanguageTests {
    private static func text(_ keys: String, routes: String, replicas: Int, providers: Int) -> String {
        let sms = (0..<providers).map { "  p\($0): {profile: sms}" }.joined(separator: "\n")
        return """
            name: policies
            duration: 1min
            workloads:
              users: {into: outbox, rate: 100/s, channels: {sms: 100%}}
            brokers:
              memory: {profile: direct}
            topics:
              outbox: {broker: memory}
            stages:
              sender: {reads: outbox, replicas: \(replicas), concurrency: 8, steps: [{deliver: standard}]}
            providers:
            \(sms)
              apns: {profile: apns}
            policies:
              standard:
                routes: {sms: \(routes), push: [apns]}
                \(keys)
            """
    }

    private func scenario(
        _ keys: String = "timeout: 10s", routes: String = "[p0, p1]", replicas: Int = 2, providers: Int = 2
    ) throws(ScenarioError) -> Scenario {
        try ScenarioReader.read(text: Self.text(keys, routes: routes, replicas: replicas, providers: providers))
    }

    private func policy(_ keys: String = "timeout: 10s", routes: String = "[p0, p1]") throws -> Policy {
        do throws(ScenarioError) {
            return try scenario(keys, routes: routes).specification.policies[0].policy
        } catch {
            Issue.record("\(keys): \(error.text)")
            throw error
        }
    }

    private func mistake(_ keys: String = "timeout: 10s", routes: String = "[p0, p1]", providers: Int = 2) -> String {
        do throws(ScenarioError) {
            _ = try scenario(keys, routes: routes, providers: providers)
            return "none"
        } catch { return error.text }
    }

    // MARK: Breakers

    @Test("every breaker preset reads as the breaker of that name", arguments: BreakerPolicy.Preset.allCases)
    func presets(preset: BreakerPolicy.Preset) throws {
        #expect(try policy("breaker: \(preset.rawValue)").breaker == BreakerPolicy(preset))
        #expect(try policy("breaker: {preset: \(preset.rawValue)}").breaker == BreakerPolicy(preset))
    }

    @Test("a policy's own keys go over the breaker preset's; a time takes the place of a number of calls")
    func changed() throws {
        var expected = BreakerPolicy(.resilience4j)
        expected.open = .seconds(10)
        #expect(try policy("breaker: {preset: resilience4j, open: 10s}").breaker == expected)
        let timed = try #require(try policy("breaker: {preset: resilience4j, window: 20s}").breaker)
        #expect(timed.windowCalls == nil && timed.window == .seconds(20) && timed.open == .seconds(60))
        #expect(try policy("breaker: {preset: polly, window-calls: 50}").breaker?.windowCalls == 50)
        #expect(try policy("breaker: none").breaker == nil && policy("breaker: {}").breaker == BreakerPolicy())
        #expect(mistake("breaker: poly").contains("polly"))
        #expect(mistake("breaker: {preset: resilience4}").contains("resilience4j"))
    }

    @Test("a breaker over few calls wants no more of them, says so in its resolved text, and that reads as the same")
    func countedWindow() throws {
        let counted = try scenario("breaker: {window-calls: 50}")
        #expect(!counted.resolvedText.contains("window: ") && !counted.resolvedText.contains("minimum-calls"))
        let again = try ScenarioReader.read(text: counted.resolvedText)
        #expect(again.fingerprint == counted.fingerprint)
        #expect(again.specification.policies[0].policy == counted.specification.policies[0].policy)
        let polly = try #require(try policy("breaker: {preset: polly, window-calls: 50}").breaker)
        #expect(polly.minimumCalls == 50 && polly.failureRateMicros == 100_000)
        let own = try #require(
            try policy("breaker: {preset: resilience4j, window-calls: 40, minimum-calls: 20}").breaker)
        #expect(own.windowCalls == 40 && own.minimumCalls == 20)
        #expect(try scenario("breaker: {window-calls: 200}").resolvedText.contains("minimum-calls: 100"))
    }

    @Test("a preset's spread goes with its jitter")
    func presetJitter() throws {
        let full = try policy("retry: {preset: sidekiq, jitter: full}").retry
        #expect(full.jitter == .full && full.jitterSpread == .zero)
        let around = try policy("retry: {preset: sidekiq, jitter: around}").retry
        #expect(around.jitter == .around && around.jitterSpread == .seconds(10))
        #expect(try policy("retry: {preset: grpc, jitter-share: 10%}").retry.jitterShareMicros == 100_000)
    }

    @Test("a breaker preset's resolved text reads as the same scenario")
    func resolved() throws {
        let first = try scenario("breaker: {preset: resilience4j, open: 10s}")
        let second = try ScenarioReader.read(text: first.resolvedText)
        #expect(second.fingerprint == first.fingerprint)
        #expect(second.specification.policies[0].policy == first.specification.policies[0].policy)
    }

    // MARK: Routes

    @Test("a weight of 0 is a stand-by; a list is one of equals; somebody must have a weight")
    func standBy() throws {
        let weighted = try policy(routes: "{p0: 3, p1: 0}").routes.first { $0.channel == .sms }
        #expect(weighted?.providers.map(\.weight) == [3, 0])
        let listed = try policy(routes: "[p1, p0]").routes.first { $0.channel == .sms }
        #expect(listed?.providers.map(\.weight) == [1, 1])
        let none = mistake(routes: "{p0: 0, p1: 0}")
        #expect(none.contains("17:19") && none.contains("stand-by") && none.contains("at least one"))
    }

    @Test("a route has at most as many providers as a dispatcher tells apart")
    func manyProviders() throws {
        func route(_ count: Int) -> String { "[" + (0..<count).map { "p\($0)" }.joined(separator: ", ") + "]" }
        #expect(mistake(routes: route(32), providers: 32) == "none")
        let many = mistake(routes: route(33), providers: 33)
        #expect(many.contains("48:19") && many.contains("33 providers") && many.contains("32"))
    }

    // MARK: Limits

    @Test("a limit whose burst is below the number of replicas is warned of: each may always send one")
    func shares() throws {
        let warned = try scenario("limits: {p0: 100/s}", replicas: 1_000).warnings
        #expect(warned.count == 1)
        let text = warned.first.map { "\($0)" } ?? ""
        #expect(text.contains("100 attempts") && text.contains("1000 replicas"))
        #expect(warned.first?.location.line == 18)
        #expect(try scenario("limits: {p0: 100/s}", replicas: 100).warnings.isEmpty)
        #expect(try scenario("limits: {p0: {rate: 100/s, burst: 1k}}", replicas: 1_000).warnings.isEmpty)
        #expect(try scenario("limits: {p0: {rate: 100/s, burst: 5}}", replicas: 6).warnings.count == 1)
    }

    // MARK: Attempts

    @Test("more attempts than are counted beside a fallback are an error; without one, and without end, they are not")
    func attempts() throws {
        let fallback = "fallback: {push: {to: sms}}"
        let wrong = mistake("\(fallback)\n    retry: {base: 1ms, attempts: 64}")
        #expect(wrong.contains("19:34") && wrong.contains("63") && wrong.contains("unlimited"))
        #expect(mistake("\(fallback)\n    retry: {attempts: 63}") == "none")
        #expect(mistake("\(fallback)\n    retry: temporal") == "none")
        #expect(mistake("retry: {attempts: 100}") == "none")
    }
}
