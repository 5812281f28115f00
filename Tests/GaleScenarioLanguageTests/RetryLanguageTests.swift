// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("Retry in scenarios")
struct RetryLanguageTests {
    private func scenario(_ retry: String, waiting: String = "park") throws(ScenarioError) -> Scenario {
        try ScenarioReader.read(
            text: """
                name: retry
                duration: 1min
                workloads:
                  users: {into: outbox, rate: 100/s, channels: {push: 100%}, platforms: {ios: 100%}}
                brokers:
                  events: {profile: kafka, nodes: 3}
                topics:
                  outbox: {broker: events, partitions: 4}
                stages:
                  sender: {reads: outbox, replicas: 2, concurrency: 8, steps: [{deliver: standard}]}
                providers:
                  apns: {profile: apns, capacity: 1k/s}
                policies:
                  standard:
                    routes: {push: {ios: [apns]}}
                    waiting: \(waiting)
                    retry: \(retry)
                """)
    }

    private func policy(_ retry: String, waiting: String = "park") throws -> RetryPolicy {
        do throws(ScenarioError) {
            return try scenario(retry, waiting: waiting).specification.policies[0].policy.retry
        } catch {
            Issue.record("\(retry): \(error.text)")
            throw error
        }
    }

    private func mistake(_ retry: String, waiting: String = "park") -> String {
        do throws(ScenarioError) {
            _ = try scenario(retry, waiting: waiting)
            return "none"
        } catch { return error.text }
    }

    @Test("every preset reads as the policy of that name, in both forms", arguments: RetryPolicy.Preset.allCases)
    func presets(preset: RetryPolicy.Preset) throws {
        #expect(try policy(preset.rawValue) == RetryPolicy(preset))
        #expect(try policy("{preset: \(preset.rawValue)}") == RetryPolicy(preset))
    }

    @Test("a preset's resolved text reads as the same scenario")
    func resolved() throws {
        let first = try scenario("{preset: grpc, hedge: {after: 50ms}}")
        let second = try ScenarioReader.read(text: first.resolvedText)
        #expect(second.fingerprint == first.fingerprint)
        #expect(second.specification.policies[0].policy == first.specification.policies[0].policy)
        #expect(first.resolvedText.contains("jitter: proportional"))
    }

    @Test("a client rate's resolved text reads as the same scenario")
    func resolvedRate() throws {
        let first = try scenario("{preset: aws-adaptive, client-rate: {scale: 0.5}}")
        let second = try ScenarioReader.read(text: first.resolvedText)
        #expect(second.specification.policies[0].policy == first.specification.policies[0].policy)
        #expect(second.fingerprint == first.fingerprint)
    }

    @Test("a policy's own keys go over the preset's")
    func changed() throws {
        var expected = RetryPolicy(.grpc)
        expected.attempts = 3
        #expect(try policy("{preset: grpc, attempts: 3}") == expected)
        #expect(try policy("{preset: grpc, attempts: 9}").attempts == 5, "gRFC A6 treats more than five as five")
        for attempts in ["unlimited", "0.05k", "6"] {
            #expect(try policy("{preset: grpc, attempts: \(attempts)}").attempts == 5, "\(attempts)")
        }
        #expect(try policy("{preset: temporal, attempts: unlimited}").attempts == RetryPolicy.unlimited)
        #expect(try policy("{preset: envoy, attempts: 9}").attempts == 9)
        #expect(try policy("{preset: envoy, when-refused: wait}").whenRefused == .wait)
        #expect(try policy("envoy").whenRefused == .giveUp && policy("{budget: 20%}").whenRefused == .wait)
        #expect(try policy("{preset: grpc, budget: 10%}").admission == .budget(RetryBudgetPolicy(ratioMicros: 100_000)))
        #expect(try policy("{preset: aws-standard-2.1, budget: none}").admission == .unlimited)
        let throttle = try policy("{preset: finagle, admission: {throttle: {tokens: 100, ratio: 0.5}}}").admission
        #expect(throttle == .throttle(RetryThrottlePolicy(maximumMillis: 100_000, ratioMillis: 500)))
    }

    @Test("every key is read")
    func keys() throws {
        let retry = try policy(
            """
            {backoff: list, delays: [5s, 1min], jitter: proportional, jitter-share: 10%, attempts: unlimited, \
            lifetime: 3h, throttled-base: 4s, multiplier: 1.5, when-refused: give-up, scope: shared, retry-after: bounded, \
            admission: {bucket: {capacity: 50, cost: 2.5, timeout-cost: 5, deposit: 0.1, refund: false}}, \
            hedge: {after: 80ms, copies: 3}, levels: [10s, 1min], replay: {after: 5min, rate: 20/s}}
            """, waiting: "retry-topic")
        #expect(retry.delays == [.seconds(5), .minutes(1)])
        #expect(retry.jitterShareMicros == 100_000 && retry.multiplierMicros == 1_500_000)
        #expect(retry.attempts == RetryPolicy.unlimited && retry.lifetime == .hours(3))
        #expect(retry.throttledBase == .seconds(4) && retry.retryAfter == .bounded)
        #expect(retry.whenRefused == .giveUp && retry.scope == .shared)
        #expect(
            retry.admission
                == .bucket(
                    RetryBucketPolicy(
                        capacityMillis: 50_000, costMillis: 2_500, timeoutCostMillis: 5_000, depositMillis: 100,
                        refundsCost: false)))
        #expect(retry.hedging == HedgingPolicy(copies: 3, delay: .milliseconds(80)))
        #expect(retry.levels == [.seconds(10), .minutes(1)])
        #expect(retry.replay == DeadLetterReplay(after: .minutes(5), ratePerSecondMicros: 20_000_000))
        #expect(try policy("{admission: {adaptive: {}}}").admission == .adaptive(AdaptiveThrottlePolicy()))
        #expect(
            try policy("{client-rate: {beta: 50%, scale: 0.8, smoothing: 70%, least: 2/s}}").clientRate
                == ClientRatePolicy(
                    betaMicros: 500_000, scaleMicros: 800_000, smoothingMicros: 700_000,
                    leastPerSecondMicros: 2_000_000))
        #expect(try policy("{client-rate: {}}").clientRate == ClientRatePolicy())
        #expect(try policy("{preset: aws-adaptive, client-rate: {beta: 60%}}").clientRate?.betaMicros == 600_000)
        #expect(try policy("aws-standard-2.1").clientRate == nil)
        #expect(try policy("{admission: {concurrency: {}}}").admission == .concurrency(RetryConcurrencyPolicy()))
    }

    @Test("each level has its topic, and so have dead letters that come back")
    func topics() throws {
        let world = try scenario(
            "{levels: [10s, 1min, 10min], replay: {rate: 5/s}}", waiting: "retry-topic"
        ).specification
        #expect(
            world.topics.map(\.name) == [
                "outbox", "outbox-retry", "outbox-retry-2", "outbox-retry-3", "outbox-dead",
            ])
        #expect(world.policies.last?.retryTopics == [1, 2, 3, 4])
    }

    @Test("what doesn't go together is an error that says why")
    func mistakes() {
        #expect(mistake("grcp").contains("grpc"))
        #expect(mistake("{preset: grcp}").contains("grpc"))
        #expect(mistake("{budget: 20%, admission: {throttle: {}}}").contains("not both"))
        #expect(mistake("{backoff: list}").contains("no 'delays'"))
        #expect(mistake("{delays: [1s]}").contains("'backoff: list'"))
        #expect(mistake("{levels: [1s]}").contains("waiting: retry-topic"))
        #expect(mistake("{replay: {rate: 1/s}}").contains("waiting: retry-topic"))
        #expect(mistake("{levels: [1min, 10s]}", waiting: "retry-topic").contains("not longer"))
        #expect(mistake("{admission: {}}").contains("needs one of"))
        #expect(mistake("{hedge: {after: 50}}").contains("duration"))
        #expect(mistake("{base: 2min, preset: envoy}").contains("cap 250ms"))
    }
}
