// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("Workers")
struct WorkerTests {
    static func crash(at: Interval, length: Interval, first: Int = 0, count: Int = 1) -> FaultSpecification {
        FaultSpecification(
            name: "crash", at: at, length: length,
            effect: .workerCrash(stage: 0, firstReplica: first, count: count))
    }

    static func owners(_ world: World) -> [Int] { world.partitions(broker: 0).map(\.owner) }

    @Test("with a direct topic a crash loses exactly what was in process", arguments: [1, 2])
    func direct(count: Int) {
        var specification = Fixture.station(
            perSecond: 100, servers: 8, service: .constant(100_000_000), duration: .seconds(20))
        specification.stages[0].replicas = 2
        specification.faults = [Self.crash(at: .seconds(10), length: .seconds(2), count: count)]
        let world = World(specification, seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(10) - .nanoseconds(1))
        let waiting = world.backlog
        let inProcess = world.unsettled - waiting
        _ = world.advance(until: Instant.zero + .seconds(10))
        // Replicas take turns, so each has about half of what is in process.
        let lost = Fixture.ledger(world).lost
        #expect(count == 2 ? lost == inProcess : abs(lost - inProcess / 2) <= 2 && lost > 2)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.lost == lost && ledger.delivered + ledger.lost == ledger.submitted && ledger.balances)
        #expect(world.measurements.decisionsChanged(fault: 0) >= lost)
    }

    @Test("when all replicas are down everything waits, and goes on when they are back")
    func allDown() {
        let specification = Fixture.log(
            perSecond: 300, duration: .seconds(20),
            faults: [Self.crash(at: .seconds(8), length: .seconds(60), count: 3)])
        let world = World(specification, seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(67))
        #expect(Self.owners(world).allSatisfy { $0 < 0 })
        #expect(world.backlog > 3_000)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered == ledger.submitted)
        #expect(world.measurements.stage(0).redelivered > 0)
        #expect(world.measurements.stage(0).consumed == ledger.submitted + world.measurements.stage(0).redelivered)
    }

    @Test(
        "an eager rebalance stops every member, a cooperative one only those whose partitions move",
        arguments: KafkaProfile.Assignor.allCases)
    func rebalance(assignor: KafkaProfile.Assignor) {
        var profile = KafkaProfile()
        profile.assignor = assignor
        let world = World(
            Fixture.log(
                perSecond: 300, duration: .seconds(25), profile: profile,
                faults: [Self.crash(at: .seconds(5), length: .seconds(5))]), seed: 1)
        _ = world.advance(until: Instant.zero + .milliseconds(10_500))
        // The replica is back and has joined: the group rebalances for 3 s.
        #expect(Self.owners(world).count { $0 < 0 } == (assignor == .eager ? 6 : 2))
        let before = world.partitions(broker: 0).map(\.position)
        _ = world.advance(until: Instant.zero + .milliseconds(12_900))
        let moved = zip(before, world.partitions(broker: 0).map(\.position)).count { $0 < $1 }
        #expect(moved == (assignor == .eager ? 0 : 4))
        _ = world.advance(until: Instant.zero + .milliseconds(13_100))
        #expect((0..<3).allSatisfy { replica in Self.owners(world).count { $0 == replica } == 2 })
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered == ledger.submitted)
    }

    @Test("partitions are spread evenly again once everybody is back", arguments: [(12, 5), (7, 3), (4, 3)])
    func balance(partitions: Int, replicas: Int) {
        let world = World(
            Fixture.log(
                perSecond: 50, duration: .seconds(120), partitions: partitions, replicas: replicas,
                faults: [Self.crash(at: .seconds(5), length: .seconds(60), first: replicas - 1)]), seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(60))
        var loads = (0..<replicas - 1).map { replica in Self.owners(world).count { $0 == replica } }
        #expect(loads.reduce(0, +) == partitions && loads.max()! - loads.min()! <= 1, "\(loads)")
        _ = world.advance(until: Instant.zero + .seconds(70))
        loads = (0..<replicas).map { replica in Self.owners(world).count { $0 == replica } }
        #expect(loads.reduce(0, +) == partitions && loads.max()! - loads.min()! <= 1, "\(loads)")
    }

    @Test("the end of one crash brings nobody back whom another still keeps down")
    func overlapping() {
        var specification = Fixture.log(
            perSecond: 100, duration: .seconds(40),
            faults: [
                Self.crash(at: .seconds(5), length: .seconds(5)), Self.crash(at: .seconds(7), length: .seconds(15)),
            ])
        let nodes = [(2, 6), (4, 20)].map { (at: Int64, length: Int64) in
            FaultSpecification(
                name: "node", at: .seconds(at), length: .seconds(length), effect: .brokerCrash(broker: 0, node: 1))
        }
        specification.faults += nodes
        let world = World(specification, seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(20))
        #expect(Self.owners(world).allSatisfy { $0 != 0 })
        #expect(world.partitions(broker: 0).allSatisfy { $0.leader != 1 })
        _ = world.advance(until: world.end)
        world.finish()
        #expect(Self.owners(world).contains(0))
        #expect(Fixture.ledger(world).delivered == Fixture.ledger(world).submitted)
        #expect((0..<4).allSatisfy { world.measurements.decisionsChanged(fault: $0) > 0 })
    }

    @Test("a crash that meets nothing in process and nothing that waits is inert")
    func inert() {
        var specification = Fixture.log(
            perSecond: 100, duration: .seconds(80),
            faults: [Self.crash(at: .seconds(15), length: .seconds(5), count: 3)])
        specification.workloads[0].rate.points = [
            (.zero, 100_000_000), (.seconds(2), 100_000_000), (.seconds(2), 0), (.seconds(70), 0),
            (.seconds(70), 100_000_000),
        ]
        let (world, ledger) = Fixture.run(specification)
        #expect(ledger.delivered == ledger.submitted)
        #expect(world.measurements.decisionsChanged(fault: 0) == 0)
    }

    @Test("a limit on what is uncommitted slows a stage down and never stops it", arguments: [1, 7, 100])
    func uncommitted(limit: Int) {
        var specification = CampaignTests.campaign(perSecond: 300, fanOut: 1, duration: .seconds(4))
        specification.stages[0].maximumUncommitted = limit
        specification.stages[1].maximumUncommitted = limit
        let ledger = Fixture.run(specification).ledger
        #expect(ledger.balances && ledger.delivered == ledger.submitted, "\(ledger)")
    }

    @Test(
        "hold keeps the slot while a message waits, park and retry-topic give it back",
        arguments: Policy.Waiting.allCases)
    func waiting(waiting: Policy.Waiting) {
        var effect = ProviderFault()
        effect.errorMicros = 1_000_000
        var policy = Fixture.policy(waiting: waiting, deduplicate: false)
        policy.retry = RetryPolicy(backoff: .fixed, jitter: .none, base: .seconds(2), attempts: 20)
        let (world, ledger) = Fixture.run(
            Fixture.pipeline(
                perSecond: 40, duration: .seconds(30), policy: policy,
                faults: [Fixture.provider(effect, at: .seconds(5), length: .seconds(10))]))
        #expect(ledger.balances && ledger.delivered == ledger.submitted, "\(ledger)")
        let busy = Double(world.measurements.stage(0).busyNanoseconds) / 1e9
        let attempts = Double(world.measurements.provider(0).attempts)
        // An attempt takes some 50 ms. With hold, the 2 s before each further one are in the slot as well.
        let waits = 2 * (attempts - Double(ledger.submitted))
        #expect(waits > 1_000)
        if waiting == .hold {
            #expect(abs(busy - (waits + attempts * 0.053)) < 0.1 * busy, "\(busy) \(waits)")
        } else {
            #expect(busy < attempts * 0.08, "\(busy) \(attempts)")
        }
    }

    @Test("more faults in a row than a provider has room for at once")
    func manyFaults() {
        var effect = ProviderFault()
        effect.errorMicros = 500_000
        let faults = (0..<40).map {
            Fixture.provider(effect, at: .milliseconds(Int64($0) * 200), length: .milliseconds(100))
        }
        let (world, ledger) = Fixture.run(Fixture.pipeline(perSecond: 400, duration: .seconds(9), faults: faults))
        #expect(ledger.delivered == ledger.submitted)
        #expect(faults.indices.allSatisfy { world.measurements.decisionsChanged(fault: $0) > 2 })
    }
}
