// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness

/// A small pipeline with settings and faults drawn from a seed: ingest, a router that calls a store and may split
/// campaigns, and a sender with the delivery code.
struct RandomWorld {
    private var state: UInt64
    var specification: WorldSpecification
    /// Whether nothing may be lost whatever happens: every topic is a log, and every write waits for all replicas.
    private(set) var isSafe = true

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        specification = WorldSpecification(name: "random", duration: .seconds(6), drain: .seconds(390), seed: seed)
        addParts()
        addPipeline()
        for number in 0..<below(7) { addFault(number) }
        if chance(30) {
            specification.workloads[0].closedLoop = ClosedLoopSpecification(
                population: Int64(pick([1, 40])), think: pick([.constant(0), .exponential(mean: 2e8)]))
        }
        if chance(50) { addRouting() }
        if chance(60) { addPolicies() }
        if chance(40) { addJobs() }
    }

    /// An app, and a policy that looks at all that a notification brings with it.
    private mutating func addRouting() {
        specification.providers.append(
            ProviderSpecification(
                name: "gateway",
                profile: ProviderProfile(
                    dialect: .gateway, latency: .lognormal(median: 5e6, sigma: 0.5), capacityMicros: 500_000_000,
                    maximumWait: .milliseconds(200), excess: .answer(ProviderDialect.gateway.overloaded)), link: 1))
        let gateway = ProviderIndex(rawValue: 2)
        var routing = RoutingPolicy(collapses: chance(50), isFair: chance(50))
        if chance(50) { routing.lanes = pick([.strict(ageing: .seconds(2)), .weighted([8, 4, 2, 1])]) }
        if chance(50) {
            routing.presence = PresencePolicy(
                channels: [.push, .email], seenWithin: pick([nil, .seconds(2), .seconds(30)]),
                onFailure: pick([.open, .closed]))
        }
        if chance(50) {
            routing.cap = FrequencyCap(
                limit: pick([1, 3]), window: .seconds(10), onFailure: pick([.open, .closed]))
        }
        if chance(50) {
            // Midnight comes three seconds after the start in one zone, and an hour later in the other.
            let zones = TimeZoneTable(fixed: [("here", 0), ("there", -3_600)])
            routing.quietHours = QuietHours(begin: 0, end: 1, zones: zones, epoch: -3)
        }
        if chance(50) {
            routing.money = MoneyPolicy(
                prices: [
                    .init(provider: gateway, micros: 100), .init(provider: ProviderIndex(rawValue: 1), micros: 500),
                ],
                budgetMicros: pick([10_000, 100_000]), period: .seconds(5),
                whenUsedUp: pick(MoneyPolicy.WhenUsedUp.allCases))
        }
        if chance(50) { routing.deadlines = TierDeadlines(provider: .seconds(1), message: .seconds(40)) }
        specification.policies[0].policy.routing = routing
        specification.policies[0].policy.routes.append(
            .init(channel: .inApp, platform: .none, providers: [(provider: gateway, weight: UInt32(1))]))
        for kind in specification.policies[0].policy.stateKinds { specification.policies[0].stores[kind] = 0 }
        for place in specification.workloads.indices {
            specification.workloads[place].recipientCount = 300
            specification.workloads[place].tenantCount = 5
            specification.workloads[place].collapseKeys = 2
            specification.workloads[place].priorityMicros = [(.critical, 200_000), (.normal, 500_000), (.low, 300_000)]
            specification.workloads[place].zoneMicros = [
                (TimeZoneIndex(rawValue: 0), 500_000), (TimeZoneIndex(rawValue: 1), 500_000),
            ]
            specification.workloads[place].visits = VisitSpecification(presentMicros: 500_000, visit: .seconds(4))
        }
    }

    mutating func below(_ count: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(count))
    }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    private mutating func addParts() {
        specification.links = [
            LinkSpecification(name: "site", latency: .constant(300_000), lossMicros: chance(20) ? 20_000 : 0),
            LinkSpecification(
                name: "internet", latency: chance(50) ? .constant(5e6) : .lognormal(median: 5e6, sigma: 0.4),
                lossMicros: chance(20) ? 30_000 : 0),
        ]
        var profile = KafkaProfile()
        profile.acks = chance(60) ? .all : pick([.leader, .none])
        profile.idempotence = chance(70)
        profile.assignor = pick([.eager, .cooperative])
        profile.staticMembership = chance(30)
        profile.session = .seconds(Int64(pick([6, 20, 45])))
        profile.autoCommit = .seconds(Int64(pick([1, 5])))
        profile.linger = .milliseconds(Int64(pick([0, 5, 50])))
        profile.maxPollRecords = pick([20, 500])
        profile.replication = .lognormal(median: 5e6, sigma: 0.8)
        if chance(20) { profile.bufferBytes = 64 << 10 }
        if chance(20) { profile.deliveryTimeout = .seconds(3) }
        if profile.acks != .all { isSafe = false }
        specification.brokers = [BrokerSpecification(name: "kafka", kind: .kafka(profile), link: 0)]
        specification.stores = [
            StoreSpecification(
                name: "store", latency: .lognormal(median: 3e5, sigma: 0.5), capacityMicros: 2_000_000_000,
                maximumWait: .milliseconds(50), errorMicros: chance(30) ? 20_000 : 0, shards: pick([1, 4]), link: 0)
        ]
        for (name, dialect) in [("apns", ProviderDialect.apns), ("smtp", .smtp)] {
            specification.providers.append(
                ProviderSpecification(
                    name: name,
                    profile: ProviderProfile(
                        dialect: dialect, latency: .lognormal(median: 3e7, sigma: 0.5), capacityMicros: 800_000_000,
                        maximumWait: .milliseconds(200), excess: .answer(dialect.overloaded)), link: 1))
        }
    }

    private mutating func addPipeline() {
        specification.topics = [
            TopicSpecification(name: "ingest", broker: 0, partitions: 3),
            TopicSpecification(name: "outbox", broker: 0, partitions: 4),
        ]
        if chance(25) {
            specification.brokers.append(BrokerSpecification(name: "memory", kind: .direct))
            specification.topics[below(2)] = TopicSpecification(
                name: "queue", broker: 1, capacity: chance(50) ? 300 : nil)
            isSafe = false
        }
        var policy = Policy(
            routes: [
                .init(
                    channel: .push, platform: .none,
                    providers: [(provider: ProviderIndex(rawValue: 0), weight: UInt32(1))]),
                .init(
                    channel: .email, platform: .none,
                    providers: [(provider: ProviderIndex(rawValue: 1), weight: UInt32(1))]),
            ], timeout: pick([.seconds(1), .seconds(10)]), waiting: pick(Policy.Waiting.allCases),
            deduplication: chance(60) ? .init(onFailure: pick([.open, .closed])) : nil,
            retry: RetryPolicy(base: .milliseconds(500), cap: .seconds(10), attempts: pick([3, 20])))
        if chance(40) { policy.breaker = BreakerPolicy(window: .seconds(5), open: .seconds(5), minimumCalls: 20) }
        if chance(30) { policy.retry.budget = RetryBudgetPolicy(ratioMicros: 200_000) }
        if chance(30) {
            policy.limits = [
                Fixture.RateLimit(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 600_000_000, burst: 100)
            ]
        }
        specification.policies = [PolicySpecification(name: "policy", policy: policy, stores: [.deduplication: 0])]
        let call = CallSpecification(
            store: 0, timeout: .milliseconds(300), attempts: pick([1, 4]), backoff: .milliseconds(100),
            onFailure: pick([.proceed, .deadLetter]))
        specification.stages = [
            StageSpecification(
                name: "router", topic: 0, replicas: 2, concurrency: 16,
                steps: [.call(call), .emit(EmitSpecification(topic: 1, split: true))]),
            StageSpecification(
                name: "sender", topic: 1, replicas: 3, concurrency: pick([8, 64]), steps: [.deliver(policy: 0)],
                maximumUncommitted: pick([50, 1_000_000])),
        ]
        for (name, fanOut) in [("single", 1), ("campaign", pick([1, 40]))] {
            specification.workloads.append(
                WorkloadSpecification(
                    name: name, topic: 0, rate: .constant(perSecondMicros: 150_000_000),
                    arrivals: pick([.poisson, .uniform]), channelMicros: [(.push, 700_000), (.email, 300_000)],
                    timeToLive: pick([.seconds(20), .minutes(6)]), fanOut: Int64(fanOut)))
        }
    }

    private mutating func addFault(_ number: Int) { addFault("fault \(number)", effect()) }

    mutating func addFault(_ name: String, _ effect: FaultEffect) {
        specification.faults.append(
            FaultSpecification(
                name: name, at: .milliseconds(Int64(below(7_000))),
                length: .milliseconds(Int64(100 + below(12_000))), effect: effect))
    }

    private mutating func effect() -> FaultEffect {
        switch below(6) {
        case 0:
            var fault = ProviderFault()
            switch below(4) {
            case 0: fault.capacityMicros = Int64(below(300_000))
            case 1: fault.errorMicros = Int64(below(1_000_000))
            case 2: fault.latencyFactorMicros = Int64(1_000_000 + below(50_000_000))
            default: fault.blackout = true
            }
            return .provider(below(2), fault)
        case 1: return .brokerCrash(broker: 0, node: below(3))
        case 2: return .workerCrash(stage: below(2), firstReplica: below(2), count: 1 + below(3))
        case 3:
            return .link(
                below(2), latencyFactorMicros: Int64(1_000_000 + below(5_000_000)),
                addedLatency: .milliseconds(Int64(below(200))), lossMicros: Int64(below(400_000)),
                partitioned: chance(30))
        case 4:
            return .store(
                0, capacityFactorMicros: Int64(below(1_000_000)), errorMicros: Int64(below(500_000)),
                latencyFactorMicros: Int64(1_000_000 + below(20_000_000)), blackout: chance(30))
        default: return .brokerCrash(broker: 0, node: below(3))
        }
    }
}
