// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("Stores")
struct StoreTests {
    /// A direct topic whose stage calls a store of 1,000 operations a second.
    static func caller(
        perSecond: Double, attempts: Int = 1, onFailure: CallSpecification.OnFailure = .deadLetter,
        maximumWait: Interval = .milliseconds(50), shards: Int = 1, errors: Int64 = 0, faults: [FaultSpecification] = []
    ) -> WorldSpecification {
        var world = Fixture.station(
            perSecond: perSecond, servers: 1_000, service: .constant(1_000), duration: .seconds(15))
        world.stores = [
            StoreSpecification(
                name: "db", latency: .constant(2_000_000), capacityMicros: 1_000_000_000, maximumWait: maximumWait,
                errorMicros: errors, shards: shards)
        ]
        world.stages[0].steps = [
            .call(
                CallSpecification(
                    store: 0, timeout: .milliseconds(500), attempts: attempts, backoff: .milliseconds(200),
                    onFailure: onFailure))
        ]
        world.faults = faults
        return world
    }

    static func fault(
        capacity: Int64 = 1_000_000, errors: Int64 = 0, latency: Int64 = 1_000_000, blackout: Bool = false,
        at: Interval = .seconds(5), length: Interval = .seconds(5)
    ) -> FaultSpecification {
        FaultSpecification(
            name: "store", at: at, length: length,
            effect: .store(
                0, capacityFactorMicros: capacity, errorMicros: errors, latencyFactorMicros: latency,
                blackout: blackout))
    }

    static func errors(_ world: World, _ slots: Range<Int>) -> Int64 {
        slots.reduce(0) { $0 + world.measurements.storeCalls(store: 0, slot: $1).errors }
    }

    @Test("errors come from the queue's state: none below the capacity, and the excess above it")
    func excess() {
        let calm = Fixture.run(Self.caller(perSecond: 800))
        #expect(Self.errors(calm.world, 0..<15) == 0 && calm.ledger.delivered == calm.ledger.submitted)
        let busy = Fixture.run(Self.caller(perSecond: 1_500))
        // A third is more than can be served.
        let share = Double(busy.ledger.deadLettered) / Double(busy.ledger.submitted)
        #expect(abs(share - 1.0 / 3) < 0.03, "\(share)")
        #expect(busy.ledger.balances && busy.ledger.deadLettered == Self.errors(busy.world, 0..<16))
    }

    @Test("shards share the capacity, and a longer line takes what a shorter one refuses")
    func shards() {
        let sharded = Fixture.run(Self.caller(perSecond: 1_500, shards: 4)).ledger
        #expect(abs(Double(sharded.deadLettered) / Double(sharded.submitted) - 1.0 / 3) < 0.03)
        let patient = Fixture.run(Self.caller(perSecond: 950, maximumWait: .seconds(2))).ledger
        let impatient = Fixture.run(Self.caller(perSecond: 950, maximumWait: .milliseconds(2))).ledger
        #expect(patient.deadLettered == 0 && impatient.deadLettered > 100)
    }

    @Test("the profile's own error share is beside that")
    func errorShare() {
        let ledger = Fixture.run(Self.caller(perSecond: 400, errors: 100_000)).ledger
        #expect(abs(Double(ledger.deadLettered) / Double(ledger.submitted) - 0.1) < 0.016)
    }

    @Test("a call takes the store's latency and both ways")
    func latency() {
        let world = Fixture.run(Self.caller(perSecond: 10)).world
        withExtendedLifetime(world) {
            let latency = world.measurements.latency(.channel(0), phase: 0)
            // 250 µs each way, 1 ms of service, 2 ms of latency.
            #expect(latency.min ?? 0 >= 3_500_000 && latency.value(atQuantile: 0.5) ?? 0 < 3_600_000)
        }
    }

    @Test(
        "a capacity fault fills the line and is inert without load; its end is the end of it", arguments: [0, 300_000])
    func capacityFault(capacity: Int64) {
        let world = Fixture.run(Self.caller(perSecond: 600, faults: [Self.fault(capacity: capacity)])).world
        #expect(Self.errors(world, 0..<5) == 0)
        #expect(Self.errors(world, 5..<10) > 1_000)
        #expect(Self.errors(world, 11..<16) == 0)
        #expect(world.measurements.decisionsChanged(fault: 0) > 1_000)
        let idle = Fixture.run(Self.caller(perSecond: 5, faults: [Self.fault(capacity: 300_000)])).world
        #expect(Self.errors(idle, 0..<16) == 0)
    }

    @Test("a store that stands still for long is as good as new when its fault ends")
    func standstill() {
        let faults = [
            Self.fault(capacity: 1, length: .seconds(3)),
            Self.fault(capacity: 10, at: .seconds(6), length: .seconds(3)),
        ]
        let world = Fixture.run(Self.caller(perSecond: 200, faults: faults)).world
        #expect(Self.errors(world, 5..<9) > 500)
        #expect(Self.errors(world, 10..<16) == 0)
    }

    @Test(
        "a blackout is waited for until the time-out, tried again, and then set aside or passed over",
        arguments: CallSpecification.OnFailure.allCases)
    func blackout(onFailure: CallSpecification.OnFailure) {
        let (world, ledger) = Fixture.run(
            Self.caller(
                perSecond: 200, attempts: 3, onFailure: onFailure,
                faults: [Self.fault(blackout: true)]))
        #expect(ledger.balances && ledger.lost == 0)
        // Three calls of 500 ms and two pauses of 200 ms: what begins in the last 1.4 s finds the store again.
        let failed = 200 * (5.0 - 1.4)
        switch onFailure {
        case .deadLetter:
            #expect(abs(Double(ledger.deadLettered) - failed) < 100)
            #expect(world.measurements.stage(0).deadLettered == ledger.deadLettered)
        case .proceed: #expect(ledger.delivered == ledger.submitted)
        }
        #expect(world.measurements.decisionsChanged(fault: 0) > 2_000)
        withExtendedLifetime(world) {
            let slow = world.measurements.latency(.channel(0), phase: 1)
            #expect(slow.max ?? 0 > (onFailure == .proceed ? 1_899_000_000 : 1_000_000_000))
        }
    }

    @Test("errors are tried again after the backoff")
    func retried() {
        let ledger = Fixture.run(Self.caller(perSecond: 300, attempts: 4, errors: 200_000)).ledger
        // All four fail with probability 0.0016.
        #expect(ledger.deadLettered < 20 && ledger.delivered + ledger.deadLettered == ledger.submitted)
    }

    @Test("faults compose, each with its own count; without traffic both are inert")
    func composed() {
        let faults = [Self.fault(latency: 5_000_000), Self.fault(errors: 500_000, at: .seconds(7))]
        let world = Fixture.run(Self.caller(perSecond: 200, faults: faults)).world
        #expect((0...1).allSatisfy { world.measurements.decisionsChanged(fault: $0) > 200 })
        var silent = Self.caller(perSecond: 200, faults: faults + [Self.fault(blackout: true)])
        silent.workloads[0].rate.points = [(.zero, 200_000_000), (.seconds(2), 200_000_000), (.seconds(2), 0)]
        let quiet = Fixture.run(silent).world
        #expect((0...2).allSatisfy { quiet.measurements.decisionsChanged(fault: $0) == 0 })
    }

    @Test(
        "de-duplication without its store: open sends all the same, closed waits until it is back",
        arguments: Policy.Deduplication.OnFailure.allCases)
    func deduplication(onFailure: Policy.Deduplication.OnFailure) {
        var policy = Fixture.policy()
        policy.deduplication?.onFailure = onFailure
        var specification = Fixture.pipeline(perSecond: 300, duration: .seconds(12), policy: policy)
        specification.faults = [Self.fault(blackout: true)]
        let world = World(specification, seed: 1)
        _ = world.advance(until: Instant.zero + .seconds(6))
        let before = world.measurements.provider(0).accepted
        _ = world.advance(until: Instant.zero + .seconds(9))
        let meanwhile = world.measurements.provider(0).accepted - before
        #expect(onFailure == .open ? meanwhile > 800 : meanwhile == 0, "\(meanwhile)")
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances && ledger.delivered == ledger.submitted && ledger.duplicates == 0, "\(ledger)")
    }
}
