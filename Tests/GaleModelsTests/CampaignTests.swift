// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleRandomness
import Testing

@Suite("Campaigns: segments that a stage splits")
struct CampaignTests {
    /// Segments of `fanOut` into one topic, a router that splits them into another, and a stage that finishes them.
    static func campaign(
        perSecond: Double = 10_000, fanOut: Int64 = 500, duration: Interval = .seconds(6), split: Bool = true,
        profile: KafkaProfile = KafkaProfile(), faults: [FaultSpecification] = [], isDirect: Bool = false
    ) -> WorldSpecification {
        var world = WorldSpecification(name: "campaign", duration: duration, drain: .seconds(150), seed: 1)
        world.brokers = [
            BrokerSpecification(name: "kafka", kind: .kafka(profile)),
            BrokerSpecification(name: "memory", kind: .direct),
        ]
        world.topics = [
            TopicSpecification(name: "segments", broker: isDirect ? 1 : 0, partitions: isDirect ? 1 : 4),
            TopicSpecification(name: "outbox", broker: 0, partitions: 6),
        ]
        world.stages = [
            StageSpecification(
                name: "router", topic: 0, replicas: 2, concurrency: 8,
                steps: [.compute(.constant(2_000_000)), .emit(EmitSpecification(topic: 1, split: split))]),
            StageSpecification(
                name: "sink", topic: 1, replicas: 3, concurrency: 64, steps: [.compute(.constant(1_000_000))]),
        ]
        world.workloads = [
            WorkloadSpecification(
                name: "campaign", topic: 0, rate: .constant(perSecondMicros: Int64(perSecond * 1e6)),
                arrivals: .uniform,
                channelMicros: [(.push, 600_000), (.email, 250_000), (.sms, 100_000), (.inApp, 50_000)],
                fanOut: fanOut)
        ]
        world.faults = faults
        return world
    }

    static func routerCrash(at instant: Interval, for length: Interval = .seconds(5)) -> FaultSpecification {
        FaultSpecification(
            name: "crash", at: instant, length: length, effect: .workerCrash(stage: 0, firstReplica: 0, count: 1))
    }

    @Test("a segment counts as its notifications, each in its own channel, and they are delivered one by one")
    func split() {
        let (world, ledger) = Fixture.run(Self.campaign(perSecond: 5_000, duration: .seconds(4)))
        // One every 100 ms, the first after 50 ms.
        #expect(ledger.submitted == 40 * 500)
        #expect(ledger.delivered == ledger.submitted && ledger.duplicates == 0)
        #expect(world.measurements.stage(0).completed == 40)
        #expect(world.measurements.stage(1).completed == 40 * 500)
        for (channel, share) in [0.6, 0.25, 0.1, 0.05].enumerated() {
            let part = world.measurements.ledger(phase: 0, channel: channel)
            #expect(part.balances && part.delivered == part.submitted)
            #expect(abs(Double(part.submitted) / Double(ledger.submitted) - share) < 0.015)
            #expect(world.measurements.latency(.channel(channel), phase: 0).count == part.delivered)
        }
    }

    @Test("a segment that nobody splits still has the channels of its notifications")
    func unsplit() {
        let (world, ledger) = Fixture.run(Self.campaign(perSecond: 5_000, duration: .seconds(4), split: false))
        #expect(ledger.delivered == 40 * 500 && ledger.balances)
        #expect(world.measurements.stage(1).completed == 40)
        for channel in 0..<4 {
            let part = world.measurements.ledger(phase: 0, channel: channel)
            #expect(part.submitted > 0 && part.delivered == part.submitted)
            #expect(world.measurements.latency(.channel(channel), phase: 0).count == part.delivered)
        }
    }

    @Test("a segment whose record is lost is lost with all of its notifications")
    func lostSegment() {
        var profile = KafkaTests.profile(acks: .leader)
        profile.replication = .lognormal(median: 200_000_000, sigma: 0.3)
        let crash = FaultSpecification(
            name: "crash", at: .seconds(4), length: .seconds(60), effect: .brokerCrash(broker: 0, node: 1))
        let world = World(Self.campaign(perSecond: 20_000, profile: profile, faults: [crash]), seed: 3)
        _ = world.advance(until: Instant.zero + .seconds(4) - .nanoseconds(1))
        let views = world.partitions(broker: 0)
        let tail = { (range: Range<Int>) in
            range.filter { views[$0].leader == 1 }.reduce(0) { sum, place in
                let next = views[place].replicas.first { $0.node != 1 && $0.isInSync }
                return sum + views[place].end - (next?.end ?? views[place].end)
            }
        }
        let (segments, singles) = (tail(0..<4), tail(4..<10))
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(segments > 0 && singles > 0)
        #expect(ledger.lost == segments * 500 + singles)
        #expect(ledger.balances && ledger.delivered + ledger.lost == ledger.submitted)
        #expect((0..<4).allSatisfy { world.measurements.ledger(phase: 0, channel: $0).balances })
    }

    @Test(
        "a router that dies between its sends and their commit splits the same segments again: nothing is lost, and no notification is counted twice",
        arguments: [4_903, 4_911] as [Int64])
    func routerCrash(milliseconds: Int64) {
        let world = World(Self.campaign(faults: [Self.routerCrash(at: .milliseconds(milliseconds))]), seed: 2)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(world.measurements.stage(0).redelivered > 20)
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered == ledger.submitted, "\(ledger)")
        // Each was sent again, and finished again: that is at least once, not exactly once.
        #expect(ledger.duplicates > 1_000)
        #expect(ledger.delivered + ledger.duplicates == world.measurements.stage(1).completed)
        #expect(world.unsettled == 0)
    }

    @Test("a record that waits in a dead router's memory is not lost as long as its segment can be read again")
    func unsentNotifications() {
        var profile = KafkaProfile()
        // Everything that the router sends is still in its memory when it dies.
        profile.linger = .seconds(20)
        profile.batchBytes = 1 << 30
        profile.bufferBytes = 1 << 32
        var specification = Self.campaign(perSecond: 5_000, duration: .seconds(3), profile: profile)
        specification.brokers[1] = BrokerSpecification(name: "fast", kind: .kafka(KafkaProfile()))
        specification.topics[0].broker = 1
        specification.faults = [Self.routerCrash(at: .seconds(2))]
        let world = World(specification, seed: 1)
        _ = world.advance(until: Instant.zero + .milliseconds(2_001))
        #expect(Fixture.ledger(world).lost == 0)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances && ledger.delivered == ledger.submitted && ledger.duplicates == 0, "\(ledger)")
    }

    @Test("a direct topic gives nothing again: a router's death loses what only its memory held")
    func directRouter() {
        var specification = Self.campaign(faults: [Self.routerCrash(at: .milliseconds(5_026))], isDirect: true)
        specification.faults[0].effect = .workerCrash(stage: 0, firstReplica: 0, count: 2)
        let (world, ledger) = Fixture.run(specification, seed: 2)
        #expect(ledger.balances && ledger.lost > 0 && ledger.duplicates == 0)
        #expect(ledger.delivered + ledger.lost == ledger.submitted)
        #expect(world.measurements.decisionsChanged(fault: 0) > 0)
        #expect(world.unsettled == 0)
    }

    @Test(
        "a segment of which a part could not be produced is not finished when the rest is",
        arguments: [1, 2] as [UInt64])
    func producedInPart(seed: UInt64) {
        var profile = KafkaProfile()
        profile.minInsyncReplicas = 1
        profile.replicationFactor = 1
        profile.deliveryTimeout = .seconds(3)
        profile.nodes = 1
        // Room for a segment and a half: the other half of the second is sent when the first time-outs make room.
        profile.bufferBytes = 60 << 10
        let crash = FaultSpecification(
            name: "crash", at: .seconds(2), length: .seconds(5), effect: .brokerCrash(broker: 0, node: 0))
        var specification = Self.campaign(perSecond: 2_000, fanOut: 40, duration: .seconds(5), profile: profile)
        specification.faults = [crash]
        specification.brokers[1] = BrokerSpecification(name: "fast", kind: .kafka(KafkaProfile()))
        specification.topics[0].broker = 1
        let (world, ledger) = Fixture.run(specification, seed: seed)
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered == ledger.submitted, "\(ledger)")
        #expect(ledger.duplicates > 0)
        #expect(world.unsettled == 0)
    }

    @Test("a broker that takes nothing until delivery.timeout.ms has its records produced again, each once")
    func producedAgain() {
        var profile = KafkaProfile()
        profile.replicationFactor = 1
        profile.minInsyncReplicas = 1
        profile.deliveryTimeout = .seconds(3)
        let crash = FaultSpecification(
            name: "crash", at: .seconds(2), length: .seconds(15), effect: .brokerCrash(broker: 0, node: 0))
        var specification = Self.campaign(perSecond: 5_000, duration: .seconds(8), profile: profile, faults: [crash])
        specification.brokers[1] = BrokerSpecification(name: "fast", kind: .kafka(KafkaProfile()))
        specification.topics[0].broker = 1
        let (world, ledger) = Fixture.run(specification)
        #expect(ledger.balances && ledger.lost == 0 && ledger.shed == 0, "\(ledger)")
        #expect(ledger.delivered == ledger.submitted)
        #expect(world.measurements.decisionsChanged(fault: 0) > 0)
    }
}
