// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("The first example")
struct ExampleTests {
    @Test("the example reads as it stands, with every value where it belongs")
    func reads() throws {
        let scenario = try ScenarioReader.read(text: Examples.brownout)
        let world = scenario.specification
        #expect(scenario.name == "apns-brownout")
        #expect(scenario.warnings.isEmpty)
        #expect(world.duration == .minutes(6))
        #expect(world.drain == .minutes(4))
        #expect(world.seed == 1)
        #expect(world.workloads[0].rate.points.map(\.perSecondMicros) == [120_000_000_000])
        #expect(world.workloads[0].channelMicros.map(\.share) == [800_000, 150_000, 30_000, 20_000])
        #expect(world.workloads[0].tenantSkew == 1.1)
        #expect(world.workloads[0].timeToLive == .minutes(5))
        #expect(world.topics[0].partitions == 96)
        #expect(world.stages[0].concurrency == 1024)
        #expect(world.providers.map(\.name) == ["apns", "fcm", "gateway", "sms-a", "sms-b", "smtp"])
    }

    @Test("a scenario's own keys go over the profile's, and the rest of the profile stays")
    func profiles() throws {
        let world = try ScenarioReader.read(text: Examples.brownout).specification
        #expect(world.providers[0].profile.capacityMicros == 80_000_000_000)
        #expect(world.providers[0].profile.dialect == .apns)
        let quota = try #require(world.providers[1].profile.quota)
        #expect(quota.count == 4_800_000)
        #expect(quota.window == .minutes(1))
        #expect(quota.refillsAtOnce)
        guard case .kafka(let kafka) = world.brokers[0].kind else {
            Issue.record("not a Kafka broker")
            return
        }
        #expect(kafka.nodes == 6)
        #expect(kafka.minInsyncReplicas == 2)
    }

    @Test("policies, faults and expectations are resolved")
    func resolves() throws {
        let scenario = try ScenarioReader.read(text: Examples.brownout)
        let policy = scenario.specification.policies[0]
        #expect(policy.policy.routes.count == 5)
        #expect(policy.policy.retry.attempts == 6)
        #expect(policy.policy.retry.budget == RetryBudgetPolicy(ratioMicros: 200_000))
        #expect(policy.policy.breaker == BreakerPolicy())
        #expect(policy.deduplicationStore == 0)
        let fault = scenario.specification.faults[0]
        #expect(fault.what == "provider apns: capacity 20%, excess 503")
        guard case .provider(0, let effect) = fault.effect else {
            Issue.record("not a provider's fault")
            return
        }
        #expect(effect.capacityMicros == 200_000)
        #expect(scenario.expectations.count == 5)
        #expect(scenario.expectations.allSatisfy { $0.location != nil })
        #expect(scenario.expectations[0].location?.description == "scenario.yaml:47:5")
        #expect(scenario.variants.map(\.name) == ["naive"] && scenario.variants[0].violates == ["amplification < 1.4"])
    }

    @Test("the smallest scenario reads, and expects what every scenario expects")
    func smallest() throws {
        let scenario = try ScenarioReader.read(text: Examples.queue)
        #expect(scenario.expectations.map(\.text) == ["lost = 0", "undelivered < 0.1%"])
        #expect(scenario.expectations.allSatisfy { $0.location == nil })
        #expect(scenario.specification.stages[0].concurrency == 2)
    }
}
