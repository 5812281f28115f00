// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("Kafka")
struct KafkaTests {
    static func profile(acks: KafkaProfile.Acks, idempotence: Bool = true) -> KafkaProfile {
        var profile = KafkaProfile()
        profile.acks = acks
        profile.idempotence = idempotence
        // Followers that lag enough for a tail to be there when the leader dies.
        profile.replication = .lognormal(median: 30_000_000, sigma: 0.3)
        return profile
    }

    static let crash = FaultSpecification(
        name: "crash", at: .seconds(10), length: .seconds(60), effect: .brokerCrash(broker: 0, node: 1))

    /// Records that the dead node has and the next leader has not.
    static func unreplicatedTail(_ world: World, node: Int) -> Int {
        world.partitions(broker: 0).filter { $0.leader == node }.reduce(0) { sum, partition in
            let next = partition.replicas.first { $0.node != node && $0.isInSync }
            return sum + partition.end - (next?.end ?? partition.end)
        }
    }

    @Test("killing a leader with acks=1 loses exactly the unreplicated tail", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func acksLeader(seed: UInt64) {
        let specification = Fixture.log(
            perSecond: 5_000, duration: .seconds(11), profile: Self.profile(acks: .leader), faults: [Self.crash])
        let world = World(specification, seed: seed)
        _ = world.advance(until: Instant.zero + .seconds(10) - .nanoseconds(1))
        let tail = Self.unreplicatedTail(world, node: 1)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(tail > 5)
        #expect(ledger.lost == tail)
        #expect(ledger.delivered + ledger.lost == ledger.submitted)
        #expect(ledger.balances)
        #expect(world.measurements.decisionsChanged(fault: 0) > 0)
    }

    @Test(
        "killing a leader with acks=all loses nothing and, with idempotence, doubles nothing",
        arguments: [1, 2, 3] as [UInt64])
    func acksAll(seed: UInt64) {
        let specification = Fixture.log(
            perSecond: 5_000, duration: .seconds(11), profile: Self.profile(acks: .all), faults: [Self.crash])
        let world = World(specification, seed: seed)
        _ = world.advance(until: Instant.zero + .seconds(10) - .nanoseconds(1))
        #expect(Self.unreplicatedTail(world, node: 1) > 5)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.lost == 0)
        #expect(ledger.duplicates == 0)
        #expect(ledger.delivered == ledger.submitted)
    }

    @Test("without idempotence the resent batches are there twice")
    func duplicates() {
        let specification = Fixture.log(
            perSecond: 5_000, duration: .seconds(11), profile: Self.profile(acks: .all, idempotence: false),
            faults: [Self.crash])
        let (_, ledger) = Fixture.run(specification)
        #expect(ledger.lost == 0)
        #expect(ledger.duplicates > 0)
        #expect(ledger.delivered == ledger.submitted)
    }

    @Test("a partition without a leader stands still until its session has expired, then goes on")
    func outage() {
        let specification = Fixture.log(
            perSecond: 1_000, duration: .seconds(30), profile: Self.profile(acks: .all), faults: [Self.crash])
        let world = World(specification, seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(15))
        #expect(world.partitions(broker: 0).contains { $0.leader == 1 && $0.position == $0.highWatermark })
        _ = world.advance(until: Instant.zero + .milliseconds(19_600))
        #expect(world.partitions(broker: 0).allSatisfy { $0.leader != 1 })
        _ = world.advance(until: world.end)
        world.finish()
        #expect(Fixture.ledger(world).delivered == Fixture.ledger(world).submitted)
    }

    @Test("with one replica a partition is away until its node is back, and nothing is lost")
    func singleReplica() {
        var profile = Self.profile(acks: .all)
        profile.replicationFactor = 1
        profile.minInsyncReplicas = 1
        let crash = FaultSpecification(
            name: "crash", at: .seconds(10), length: .seconds(30), effect: .brokerCrash(broker: 0, node: 1))
        let (_, ledger) = Fixture.run(
            Fixture.log(perSecond: 500, duration: .seconds(15), profile: profile, faults: [crash]))
        #expect(ledger.lost == 0)
        #expect(ledger.delivered == ledger.submitted)
    }

    @Test("with fewer in-sync replicas than min.insync.replicas acks=all takes nothing until they are back")
    func minInsync() {
        var profile = Self.profile(acks: .all)
        profile.minInsyncReplicas = 3
        let crash = FaultSpecification(
            name: "crash", at: .seconds(5), length: .seconds(25), effect: .brokerCrash(broker: 0, node: 1))
        let world = World(
            Fixture.log(perSecond: 1_000, duration: .seconds(20), profile: profile, faults: [crash]), seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(16))
        let before = world.partitions(broker: 0).map(\.end)
        _ = world.advance(until: Instant.zero + .seconds(19))
        #expect(world.partitions(broker: 0).map(\.end) == before)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances)
        #expect(ledger.delivered == ledger.submitted)
    }

    @Test("consumers see nothing beyond the high watermark, and commits never pass what is finished")
    func watermarks() {
        let world = World(
            Fixture.log(perSecond: 5_000, duration: .seconds(5), profile: Self.profile(acks: .all)), seed: 3)
        for step in 1...100 {
            _ = world.advance(until: Instant.zero + .milliseconds(Int64(step) * 61))
            for partition in world.partitions(broker: 0) {
                #expect(partition.position <= partition.highWatermark)
                #expect(partition.highWatermark <= partition.end)
                #expect(partition.committed <= partition.begun)
                #expect(partition.begun <= partition.position)
                #expect(partition.replicas.filter(\.isInSync).allSatisfy { $0.end >= partition.highWatermark })
            }
        }
    }

    @Test("a worker killed between send and commit gets exactly the uncommitted range again")
    func redelivery() {
        let crash = FaultSpecification(
            name: "crash", at: .milliseconds(12_300), length: .seconds(120),
            effect: .workerCrash(stage: 0, firstReplica: 1, count: 1))
        let specification = Fixture.pipeline(
            perSecond: 1_000, duration: .seconds(15), policy: Fixture.policy(deduplicate: false), faults: [crash])
        let world = World(specification, seed: 5)
        // The group gives the partitions away when the session (45 s) and the rebalance (3 s) are over.
        _ = world.advance(until: Instant.zero + .milliseconds(12_300 + 48_000) - .nanoseconds(1))
        let orphans = world.partitions(broker: 0).filter { $0.owner < 0 }
        let uncommitted = orphans.reduce(0) { $0 + max(0, $1.begun - $1.committed) }
        #expect(orphans.count == 3)
        #expect(uncommitted > 100)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(world.measurements.stage(0).redelivered == Int64(uncommitted))
        #expect(ledger.duplicates > 0 && ledger.duplicates <= Int64(uncommitted))
        #expect(ledger.lost == 0)
        #expect(ledger.delivered == ledger.submitted)
    }

    @Test("de-duplication spares the recipients of redelivered messages that were already sent")
    func redeliveryDeduplicated() {
        let crash = FaultSpecification(
            name: "crash", at: .milliseconds(12_300), length: .seconds(5),
            effect: .workerCrash(stage: 0, firstReplica: 1, count: 2))
        let (world, ledger) = Fixture.run(
            Fixture.pipeline(perSecond: 1_000, duration: .seconds(15), faults: [crash]), seed: 5)
        #expect(world.measurements.stage(0).redelivered > 100)
        // Only what was sent and not yet written down can double.
        #expect(ledger.duplicates < world.measurements.stage(0).redelivered / 5)
        #expect(ledger.lost == 0)
        #expect(ledger.delivered == ledger.submitted)
    }

    /// Recipients whose notifications are to come in their order, over a leader's crash, with events of the same time in any order.
    private static func violationsInOrder(_ profile: KafkaProfile, ties: UInt64, seed: UInt64) -> [Violation] {
        var policy = Fixture.policy(deduplicate: false)
        policy.order = .key
        var world = Fixture.pipeline(
            perSecond: 2_000, duration: .seconds(14), capacity: 50_000, policy: policy, profile: profile,
            faults: [
                FaultSpecification(
                    name: "crash", at: .seconds(2), length: .seconds(30), effect: .brokerCrash(broker: 0, node: 1))
            ])
        world.workloads[0].recipientCount = 40
        world.workloads[0].isOrdered = true
        world.tieBreakKey = ties
        let (run, ledger) = Fixture.run(world, seed: seed)
        #expect(ledger.balances && ledger.delivered == ledger.submitted)
        return run.measurements.violations
    }

    @Test(
        "batches of a partition that waited for a leader are appended one after another, whatever order ties have",
        arguments: [3, 588_355_774, 77] as [UInt64])
    func orderOverElection(ties: UInt64) {
        var profile = KafkaProfile()
        profile.append = .constant(300_000)
        #expect(Self.violationsInOrder(profile, ties: ties, seed: ties & 7) == [])
    }

    @Test(
        "what was under way when the leader died goes before what came later, and so does what the new leader lacks",
        arguments: [1, 2, 3, 4] as [UInt64])
    func orderOfResent(seed: UInt64) {
        // Slow appends and followers: much is under way, and much unanswered, when the leader dies.
        var profile = Self.profile(acks: .all)
        profile.append = .constant(40_000_000)
        #expect(Self.violationsInOrder(profile, ties: seed, seed: seed) == [])
    }

    @Test("a static member that is back in time takes its own partitions up at once")
    func staticMembership() {
        var profile = KafkaProfile()
        profile.staticMembership = true
        let crash = FaultSpecification(
            name: "crash", at: .seconds(5), length: .seconds(3),
            effect: .workerCrash(stage: 0, firstReplica: 0, count: 1))
        let world = World(
            Fixture.log(perSecond: 500, duration: .seconds(10), profile: profile, faults: [crash]), seed: 1)
        _ = world.advance(until: Instant.zero + .milliseconds(8_100))
        #expect(world.partitions(broker: 0).filter { $0.owner == 0 }.count == 2)
        _ = world.advance(until: world.end)
        world.finish()
        #expect(Fixture.ledger(world).delivered == Fixture.ledger(world).submitted)
    }

    @Test("a stage's latency runs from its own topic's append, though the next topic has the message as well")
    func stageLatency() throws {
        var specification = Fixture.log(perSecond: 100, duration: .seconds(10), service: .constant(10_000_000))
        specification.topics.append(TopicSpecification(name: "ingest", broker: 0, partitions: 3))
        specification.workloads[0].topic = 1
        specification.stages.append(
            StageSpecification(
                name: "router", topic: 1, replicas: 1, concurrency: 64,
                steps: [.compute(.constant(200_000_000)), .emit(EmitSpecification(topic: 0, split: false))]))
        let (world, ledger) = Fixture.run(specification)
        #expect(ledger.delivered == ledger.submitted)
        let router = world.measurements.latency(.stage(1), phase: 0)
        #expect(router.count == ledger.submitted)
        // Ticks of 4,096 ns.
        #expect(try #require(router.min) > 199_990_000)
        let sink = world.measurements.latency(.stage(0), phase: 0)
        #expect(try #require(sink.min) > 9_990_000 && #require(sink.max) < 200_000_000)
    }

    @Test(
        "offsets grow beyond 32 bits in the middle of a run, and nobody notices",
        arguments: [1 << 31, 1 << 32, 7 << 32, 1 << 39])
    func longOffsets(end: Int) {
        let crash = FaultSpecification(
            name: "crash", at: .seconds(11), length: .seconds(60),
            effect: .workerCrash(stage: 0, firstReplica: 1, count: 1))
        let leader = FaultSpecification(
            name: "leader", at: .seconds(16), length: .seconds(60), effect: .brokerCrash(broker: 0, node: 0))
        var profile = KafkaProfile()
        profile.append = .constant(300_000)
        profile.replication = .constant(1_000_000)
        let specification = Fixture.log(
            perSecond: 600, duration: .seconds(20), service: .constant(50_000_000), profile: profile,
            faults: [crash, leader])
        let short = World(specification, seed: 1)
        let long = World(specification, seed: 1)
        // 100 records a second and partition: the border lies in the uncommitted records of the crash.
        long.startLogs(broker: 0, at: end - 1_090)
        for world in [short, long] {
            _ = world.advance(until: world.end)
            world.finish()
        }
        #expect(long.partitions(broker: 0).allSatisfy { $0.end > end && $0.committed > end })
        #expect(Fixture.ledger(long) == Fixture.ledger(short))
        #expect(Fixture.ledger(long).duplicates > 0)
        #expect(long.outcomeDigest == short.outcomeDigest)
        let (one, other) = (long.measurements.stage(0), short.measurements.stage(0))
        #expect(one.redelivered == other.redelivered && one.redelivered > 0)
        #expect(
            long.measurements.latency(.stage(0), phase: 0).mean == short.measurements.latency(.stage(0), phase: 0).mean)
        #expect(long.liveRecords.messages == short.liveRecords.messages)
    }

    @Test("everything is given back once it is settled and committed")
    func pools() {
        let world = World(Fixture.pipeline(perSecond: 500, duration: .seconds(5)), seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(5))
        #expect(world.liveRecords.messages > 0)
        _ = world.advance(until: world.end)
        world.finish()
        #expect(world.unsettled == 0)
    }
}

@Suite("Memory")
struct MemoryTests {
    @Test(
        "settled messages behind one that waits take little: their records fold, and come back when they are read again"
    )
    func folding() {
        var effect = ProviderFault()
        effect.capacityMicros = 0
        let crash = FaultSpecification(
            name: "crash", at: .seconds(20), length: .seconds(100),
            effect: .workerCrash(stage: 0, firstReplica: 0, count: 1))
        var specification = Fixture.pipeline(
            perSecond: 8_000, duration: .seconds(20), capacity: 20_000,
            faults: [
                Fixture.provider(effect, at: .milliseconds(500), length: .milliseconds(300)), crash,
            ])
        specification.policies[0].policy.retry.base = .seconds(60)
        let world = World(specification, seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(20) - .nanoseconds(1))
        let uncommitted = world.partitions(broker: 0).reduce(0) { $0 + $1.position - $1.committed }
        #expect(uncommitted > 100_000)
        #expect(world.liveRecords.messages < uncommitted / 3)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(world.measurements.stage(0).redelivered > 1_000)
        #expect(ledger.balances)
        #expect(ledger.lost == 0)
        #expect(ledger.delivered == ledger.submitted)
        // De-duplication still knows the folded ones; only what was under way when the replica died can double.
        #expect(ledger.duplicates < world.measurements.stage(0).redelivered / 10)
    }
}
