// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("Producers")
struct ProducerTests {
    /// 200 records of 1 KiB a second into a cluster of one node, which is away from 2 s to 32 s.
    static func outage(_ change: (inout KafkaProfile) -> Void) -> WorldSpecification {
        var profile = KafkaProfile()
        profile.nodes = 1
        profile.replicationFactor = 1
        profile.minInsyncReplicas = 1
        change(&profile)
        let crash = FaultSpecification(
            name: "crash", at: .seconds(2), length: .seconds(30), effect: .brokerCrash(broker: 0, node: 0))
        return Fixture.log(perSecond: 200, duration: .seconds(40), profile: profile, faults: [crash])
    }

    @Test("what does not fit into buffer.memory waits for max.block.ms and is then refused")
    func bufferMemory() {
        let world = World(
            Self.outage {
                $0.bufferBytes = 200 << 10
                $0.maxBlock = .seconds(5)
            }, seed: 1)
        // After 2 s without a node the buffer holds 200 records; those of the next second wait for room.
        _ = world.advance(until: Instant.zero + .seconds(7))
        #expect(Fixture.ledger(world).shed == 0)
        _ = world.advance(until: Instant.zero + .seconds(20))
        let meanwhile = Fixture.ledger(world).shed
        #expect(abs(meanwhile - (20 - 5 - 3) * 200) < 150, "\(meanwhile)")
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered + ledger.shed == ledger.submitted)
        #expect(abs(ledger.shed - (32 - 5 - 3) * 200) < 300, "\(ledger)")
    }

    @Test("a workload's records are refused after delivery.timeout.ms")
    func deliveryTimeout() {
        let ledger = Fixture.run(Self.outage { $0.deliveryTimeout = .seconds(4) }).ledger
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered + ledger.shed == ledger.submitted)
        #expect(abs(ledger.shed - (30 - 4) * 200) < 250, "\(ledger)")
    }

    @Test("with acks=0 the tail is lost, and what was on its way to the dead leader")
    func acksNone() {
        var total: (lost: Int64, tail: Int64) = (0, 0)
        var profile = KafkaTests.profile(acks: .none)
        // The leader takes its time, so that something is under way when it dies.
        profile.append = .lognormal(median: 20_000_000, sigma: 0.3)
        for seed in 1...3 as ClosedRange<UInt64> {
            let world = World(
                Fixture.log(
                    perSecond: 4_000, duration: .seconds(8), profile: profile,
                    faults: [
                        FaultSpecification(
                            name: "crash", at: .seconds(4), length: .seconds(20),
                            effect: .brokerCrash(broker: 0, node: 1))
                    ]), seed: seed)
            _ = world.advance(until: Instant.zero + .seconds(4) - .nanoseconds(1))
            let tail = KafkaTests.unreplicatedTail(world, node: 1)
            _ = world.advance(until: world.end)
            world.finish()
            let ledger = Fixture.ledger(world)
            #expect(ledger.balances && ledger.delivered + ledger.lost == ledger.submitted, "\(ledger)")
            #expect(ledger.lost >= tail && ledger.lost < tail + 150)
            total = (total.lost + ledger.lost, total.tail + Int64(tail))
        }
        #expect(total.lost > total.tail)
    }
}

@Suite("Retry topics")
struct RetryTopicTests {
    static func failing(_ micros: Int64, at: Interval = .seconds(2), length: Interval = .seconds(5))
        -> FaultSpecification
    {
        var effect = ProviderFault()
        effect.errorMicros = micros
        return Fixture.provider(effect, at: at, length: length)
    }

    static func policy(attempts: Int) -> Policy {
        var policy = Fixture.policy(waiting: .retryTopic)
        policy.retry = RetryPolicy(base: .seconds(1), cap: .seconds(8), attempts: attempts)
        return policy
    }

    @Test("attempts are carried over: the last one is the last, and then the message is set aside")
    func attempts() {
        let (world, ledger) = Fixture.run(
            Fixture.pipeline(
                perSecond: 100, duration: .seconds(5), policy: Self.policy(attempts: 4),
                faults: [Self.failing(1_000_000, at: .zero, length: .seconds(180))]))
        #expect(ledger.balances && ledger.deadLettered == ledger.submitted)
        #expect(world.measurements.provider(0).attempts == 4 * ledger.submitted)
        #expect(world.measurements.stage(0).deadLettered == ledger.submitted)
    }

    @Test(
        "a broker's and a worker's crash on the way through the retry topic lose nothing",
        arguments: [1, 2] as [UInt64])
    func crashes(seed: UInt64) {
        let faults = [
            Self.failing(700_000),
            FaultSpecification(
                name: "node", at: .seconds(4), length: .seconds(25), effect: .brokerCrash(broker: 0, node: 1)),
            FaultSpecification(
                name: "worker", at: .seconds(5), length: .seconds(10),
                effect: .workerCrash(stage: 0, firstReplica: 1, count: 2)),
        ]
        var specification = Fixture.pipeline(
            perSecond: 300, duration: .seconds(8), policy: Self.policy(attempts: 12), faults: faults)
        // The world adds the topic when none is named.
        specification.topics.removeLast()
        specification.policies[0].retryTopic = nil
        let (world, ledger) = Fixture.run(specification, seed: seed)
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered == ledger.submitted, "\(ledger)")
        #expect(world.measurements.provider(0).accepted == ledger.delivered + ledger.duplicates)
        #expect((0..<3).allSatisfy { world.measurements.decisionsChanged(fault: $0) > 0 })
    }

    @Test(
        "a producer that waits for no acknowledgement makes room at once, and the next job in its place is another",
        arguments: [true, false])
    func unacknowledged(deduplicates: Bool) {
        var profile = KafkaProfile()
        profile.acks = .none
        profile.linger = .zero
        var policy = Self.policy(attempts: 12)
        if !deduplicates { policy.deduplication = nil }
        var specification = Fixture.pipeline(
            perSecond: 300, duration: .seconds(8), policy: policy, profile: profile, replicas: 1,
            concurrency: 64, faults: [Self.failing(700_000)])
        specification.stages[0].maximumUncommitted = 8
        let (world, ledger) = Fixture.run(specification)
        #expect(world.measurements.violations.isEmpty, "\(world.measurements.violations)")
        #expect(ledger.balances && ledger.delivered == ledger.submitted && ledger.duplicates == 0, "\(ledger)")
        #expect(world.measurements.provider(0).accepted == ledger.delivered)
    }

    @Test("without a log there is no retry topic: the message waits in memory")
    func direct() {
        var specification = Fixture.pipeline(
            perSecond: 100, duration: .seconds(8), policy: Self.policy(attempts: 12), faults: [Self.failing(900_000)])
        specification.topics.removeLast()
        specification.policies[0].retryTopic = nil
        specification.brokers[0].kind = .direct
        let ledger = Fixture.run(specification).ledger
        #expect(ledger.balances && ledger.delivered == ledger.submitted)
    }
}
