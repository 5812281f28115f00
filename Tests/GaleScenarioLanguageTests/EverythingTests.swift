// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("Every part of the language")
struct EverythingTests {
    private func world() throws -> WorldSpecification {
        do throws(ScenarioError) {
            let scenario = try ScenarioReader.read(text: Examples.everything)
            // The broker in memory is read but nothing is ever sent there; that is no mistake.
            #expect(scenario.warnings.isEmpty, "\(scenario.warnings.map(\.text))")
            return scenario.specification
        } catch {
            Issue.record("\(error.text)")
            throw error
        }
    }

    @Test("topics and stages stand in the order in which messages pass them, faults in that of time, the rest by name")
    func order() throws {
        let world = try world()
        #expect(world.topics.map(\.name) == ["ingest", "outbox", "again", "side"])
        #expect(world.stages.map(\.name) == ["router", "sender", "aside"])
        #expect(world.faults.map(\.name) == ["slow", "dark", "node", "workers", "cable", "whole", "cut", "store"])
        #expect(world.workloads.map(\.name) == ["campaign", "curve", "users"])
        #expect(world.providers.map(\.name) == ["apns", "fcm", "mail", "sms-a", "sms-b"])
    }

    @Test("steps are read in both forms")
    func steps() throws {
        let world = try world()
        #expect(world.stages[0].steps.count == 4)
        guard case .call(let call) = world.stages[0].steps[1], case .call(let plain) = world.stages[0].steps[2],
            case .emit(let emit) = world.stages[0].steps[3], case .deliver(let policy) = world.stages[1].steps[0]
        else {
            Issue.record("other steps")
            return
        }
        #expect(world.stores[call.store].name == "people")
        #expect(call.timeout == .milliseconds(50))
        #expect(call.attempts == 2)
        #expect(call.onFailure == .proceed)
        #expect(world.stores[plain.store].name == "seen")
        #expect(emit.split)
        #expect(world.topics[emit.topic].name == "outbox")
        #expect(policy == 0)
    }

    @Test("a call, an emit or a deliver in short has the defaults of the long form")
    func shortForms() throws {
        func call(_ text: String) throws -> CallSpecification? {
            let scenario = Examples.everything.replacing("- call: seen", with: "- call: \(text)")
            guard case .call(let call) = try ScenarioReader.read(text: scenario).specification.stages[0].steps[2] else {
                return nil
            }
            return call
        }
        let short = try #require(try call("seen"))
        let long = try #require(try call("{store: seen}"))
        #expect("\(short)" == "\(long)")
    }

    @Test("policies are read in all their forms")
    func policy() throws {
        let world = try world()
        let policy = world.policies[0]
        #expect(policy.policy.waiting == .retryTopic)
        #expect(policy.retryTopic.map { world.topics[$0].name } == "again")
        #expect(policy.policy.deduplication?.onFailure == .closed)
        #expect(
            policy.policy.retry.budget
                == RetryBudgetPolicy(ratioMicros: 150_000, window: .seconds(20), reservePerSecond: 5))
        #expect(policy.policy.retry.retryAfterCap == nil)
        #expect(policy.policy.breaker?.minimumCalls == 50)
        #expect(policy.policy.limits.map(\.burst) == [100_000, 50, 21])
        #expect(
            policy.policy.fallbacks == [
                .init(from: .push, to: .sms, after: .seconds(30)), .init(from: .sms, to: .email, after: nil),
            ])
        let sms = try #require(policy.policy.routes.first { $0.channel == .sms })
        #expect(sms.providers.map(\.weight) == [3, 1])
        #expect(policy.policy.routes.count == 4)
    }

    @Test("protection is read, with the published defaults for what is not written")
    func protection() throws {
        let policy = try world().policies[0].policy
        let breaker = try #require(policy.breaker)
        #expect(breaker.windowCalls == 400 && breaker.slowCallRateMicros == 800_000)
        #expect(breaker.slowCallDuration == .seconds(2) && breaker.maximumHalfOpen == .seconds(5))
        #expect(breaker.automaticHalfOpen)
        #expect(policy.limits.map(\.algorithm) == [.tokenBucket, .tokenBucket, .gcra])
        #expect(policy.limits[2].tolerance == .milliseconds(20))
        #expect(
            policy.outlierEjection
                == OutlierPolicy(
                    consecutive: 3, maximumEjectedMicros: 500_000,
                    successRate: .init(minimumHosts: 2, factorThousandths: 1_500),
                    failurePercentage: .init(thresholdMicros: 600_000, minimumHosts: 2)))
        var concurrency = ConcurrencyPolicy(.gradient2)
        concurrency.initial = 30
        concurrency.maximum = 400
        concurrency.toleranceMicros = 2_000_000
        #expect(policy.concurrency == concurrency)
        #expect(
            policy.bulkheads
                == BulkheadPolicy(
                    providers: [.init(provider: ProviderIndex(rawValue: 1), attempts: 512)], tenant: 64,
                    tenantQueue: 1_000))
        #expect(
            policy.shedding
                == SheddingPolicy(
                    admission: .init(delay: .milliseconds(500), sparedPriorities: 2), deadlineShareMicros: 800_000))
        let plain = try ScenarioReader.read(
            text: Examples.brownout.replacing("waiting: park", with: "concurrency: vegas\n    outlier-ejection: {}"))
        #expect(plain.specification.policies[0].policy.concurrency == ConcurrencyPolicy(.vegas))
        #expect(plain.specification.policies[0].policy.outlierEjection == OutlierPolicy())
        var envoy = ConcurrencyPolicy(.envoyGradient)
        (envoy.initial, envoy.minimum, envoy.maximum) = (5, 4, 300)
        (envoy.percentileMicros, envoy.updateInterval) = (900_000, .milliseconds(200))
        (envoy.probeInterval, envoy.probeJitterMicros, envoy.probeAnswers) = (.seconds(30), 100_000, 25)
        envoy.bufferMicros = 500_000
        let gradient = try ScenarioReader.read(
            text: Examples.brownout.replacing(
                "waiting: park",
                with: "concurrency: {algorithm: envoy-gradient, initial: 5, min: 4, max: 300, percentile: 90%, "
                    + "update: 200ms, probe: 30s, probe-jitter: 10%, probe-answers: 25, buffer: 50%}"))
        #expect(gradient.specification.policies[0].policy.concurrency == envoy)
        let defaults = try ScenarioReader.read(
            text: Examples.brownout.replacing("waiting: park", with: "concurrency: envoy-gradient"))
        #expect(defaults.specification.policies[0].policy.concurrency == ConcurrencyPolicy(.envoyGradient))
        let none = try ScenarioReader.read(text: Examples.brownout).specification.policies[0].policy
        #expect(none.concurrency == nil && none.outlierEjection == nil && none.bulkheads == nil && none.shedding == nil)
    }

    @Test(
        "what keeps recipients, order and consumers safe is read, with the published defaults for what is not written")
    func safety() throws {
        let specified = try world().policies[0]
        #expect(
            specified.policy.suppression
                == SuppressionPolicy(strikes: 3, graylist: .hours(48), ceilingMicros: 50_000, onFailure: .closed))
        #expect(specified.stores == [.deduplication: 1, .suppression: 1])
        #expect(specified.policy.order == .none && specified.policy.maximumDeliveries == 5)
        let lines = "order: key\n    suppress: {store: seen}\n    waiting: park"
        let plain = try ScenarioReader.read(text: Examples.brownout.replacing("waiting: park", with: lines))
        let policy = plain.specification.policies[0].policy
        #expect(policy.order == .key && policy.suppression == SuppressionPolicy() && policy.maximumDeliveries == nil)
        #expect(try ScenarioReader.read(text: Examples.brownout).specification.policies[0].policy.suppression == nil)
    }

    @Test("providers are read from profiles, overrides and nothing but the scenario")
    func providers() throws {
        let world = try world()
        #expect(world.providers[1].profile.quota == nil)
        #expect(world.providers[1].profile.capacityMicros == nil)
        #expect(world.providers[1].profile.excess == .queue)
        #expect(world.providers[2].profile.greylisting?.delay == .minutes(5))
        #expect(world.providers[3].profile.concurrency?.limit == 100)
        let own = world.providers[4].profile
        #expect(own.quota?.burst == 5_000)
        #expect(own.answersOnAdmission)
        #expect(own.outcomes.count == 1)
        #expect(own.outcomes[0].response.reason.text(.sms) == "30005")
        #expect(own.retryAfter == .seconds(5))
        #expect(world.links.map(\.name) == ["rack", "wide"])
        #expect(world.providers[0].link == 1)
        #expect(world.brokers[0].link == 0)
        guard case .kafka(let kafka) = world.brokers[0].kind, case .direct = world.brokers[1].kind else {
            Issue.record("other brokers")
            return
        }
        #expect(kafka.acks == .leader)
    }

    @Test("each fault says what it does")
    func faults() throws {
        #expect(
            try world().faults.map(\.what) == [
                "provider fcm: errors 30%, answer 500 INTERNAL, latency 3x", "provider sms-a: blackout",
                "broker events: node 2 crashes", "stage sender: replicas 3 to 6 crash",
                "link wide: latency 2x, delay 20ms, loss 3%", "stage router: all replicas crash",
                "link rack: partition", "store seen: capacity 50%, errors 1%, latency 1.5x",
            ])
        guard case .workerCrash(_, let first, let count) = try world().faults[3].effect else {
            Issue.record("no crash")
            return
        }
        #expect(first == 3)
        #expect(count == 4)
    }

    @Test("a variant may take something away")
    func variant() throws {
        let calm = try ScenarioReader.read(text: Examples.everything, variant: "calm")
        #expect(calm.specification.faults.count == 6)
    }

    @Test("Kafka's defaults in the language are those of the model")
    func defaults() throws {
        let text = Examples.brownout.replacing("{profile: kafka, nodes: 6}", with: "{kind: kafka}")
        guard case .kafka(let kafka) = try ScenarioReader.read(text: text).specification.brokers[0].kind else {
            Issue.record("no Kafka")
            return
        }
        #expect(kafka == KafkaProfile())
    }

    @Test("the resolved text of everything reads as the same scenario")
    func resolved() throws {
        let scenario = try ScenarioReader.read(text: Examples.everything)
        do throws(ScenarioError) {
            let again = try ScenarioReader.read(text: scenario.resolvedText)
            #expect(again.fingerprint == scenario.fingerprint)
        } catch {
            Issue.record("\(error.text)")
        }
    }
}
