// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness

extension Fixture {
    /// Kafka, a sender stage with the delivery code, a de-duplication store, and one APNs-like provider.
    static func pipeline(
        perSecond: Double, duration: Interval = .seconds(30), drain: Interval = .seconds(180), capacity: Double = 5_000,
        policy: Policy = policy(), profile: KafkaProfile = KafkaProfile(), replicas: Int = 4, concurrency: Int = 256,
        faults: [FaultSpecification] = []
    ) -> WorldSpecification {
        var world = WorldSpecification(name: "pipeline", duration: duration, drain: drain, seed: 1)
        world.brokers = [BrokerSpecification(name: "kafka", kind: .kafka(profile))]
        world.topics = [TopicSpecification(name: "outbox", broker: 0, partitions: 12)]
        world.links = [LinkSpecification(name: "internet", latency: .constant(5_000_000))]
        world.stores = [
            StoreSpecification(
                name: "seen", latency: .lognormal(median: 200_000, sigma: 0.5), capacityMicros: 100_000_000_000,
                maximumWait: .milliseconds(50))
        ]
        world.providers = [
            ProviderSpecification(
                name: "apns",
                profile: ProviderProfile(
                    dialect: .apns, latency: .lognormal(median: 40_000_000, sigma: 0.4),
                    capacityMicros: Int64(capacity * 1e6), maximumWait: .milliseconds(200),
                    excess: .answer(ProviderResponse(status: 503))), link: 0)
        ]
        world.policies = [PolicySpecification(name: "standard", policy: policy, stores: [.deduplication: 0])]
        if policy.waiting == .retryTopic {
            world.topics.append(TopicSpecification(name: "outbox-retry", broker: 0, partitions: 6))
            world.policies[0].retryTopic = 1
        }
        world.stages = [
            StageSpecification(
                name: "sender", topic: 0, replicas: replicas, concurrency: concurrency, steps: [.deliver(policy: 0)])
        ]
        world.workloads = [
            WorkloadSpecification(
                name: "load", topic: 0, rate: .constant(perSecondMicros: Int64(perSecond * 1e6)),
                timeToLive: .minutes(5))
        ]
        world.faults = faults
        return world
    }

    static func policy(
        waiting: Policy.Waiting = .park, retry: RetryPolicy = RetryPolicy(attempts: 8),
        breaker: BreakerPolicy? = nil, deduplicate: Bool = true, limits: [RateLimit] = []
    ) -> Policy {
        Policy(
            routes: [
                .init(
                    channel: .push, platform: .ios,
                    providers: [(provider: ProviderIndex(rawValue: 0), weight: UInt32(1))])
            ], waiting: waiting, deduplication: deduplicate ? .init() : nil, retry: retry, breaker: breaker,
            limits: limits)
    }

    typealias RateLimit = Policy.RateLimit

    static func provider(_ effect: ProviderFault, at: Interval = .seconds(10), length: Interval = .seconds(10))
        -> FaultSpecification
    {
        FaultSpecification(name: "fault", at: at, length: length, effect: .provider(0, effect))
    }
}
