// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import Testing

@Suite("Deciding requests when they are sent")
struct LookAheadTests {
    /// Everything that a run says, with and without looking ahead.
    static func outcomes(_ specification: WorldSpecification, seed: UInt64) -> [String] {
        [true, false].map { looksAhead in
            let world = World(specification, seed: seed)
            if !looksAhead { world.stopLookingAhead() }
            _ = world.advance(until: world.end)
            world.finish()
            return "\(world.outcomeDigest) \(Fixture.ledger(world)) \(world.measurements.answers(provider: 0))"
        }
    }

    @Test("changes no outcome: neither in calm nor under overload", arguments: [1_500.0, 6_000.0])
    func sameOutcome(perSecond: Double) {
        let specification = Fixture.pipeline(perSecond: perSecond, duration: .seconds(2), capacity: 4_000)
        for seed in 1...2 as ClosedRange<UInt64> {
            let outcomes = Self.outcomes(specification, seed: seed)
            #expect(outcomes[0] == outcomes[1])
        }
    }

    /// Some objections end while look-ups are under way, others never; look-ups are decided when they are sent, or (over a link that
    /// takes now more, now less time) only attempts are.
    @Test(
        "a look-up that an objection withdraws is not answered in the next one's stead",
        arguments: [1, 100], [true, false])
    func withdrawnLookUp(seconds: Int64, isStraight: Bool) {
        var policy = Fixture.policy(deduplicate: false)
        policy.consent = ConsentPolicy(timeout: .seconds(5))
        policy.routes.append(
            .init(
                channel: .sms, platform: .none,
                providers: [(provider: ProviderIndex(rawValue: 1), weight: UInt32(1))]))
        policy.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: nil)]
        let objections = FaultSpecification(
            name: "objections", at: .seconds(2), length: .seconds(seconds),
            effect: .objections(stage: 0, shareMicros: 1_000_000, channel: .push))
        var world = Fixture.pipeline(perSecond: 500, duration: .seconds(4), policy: policy, faults: [objections])
        world.stores[0].latency = .lognormal(median: 200_000_000, sigma: 0.8)
        world.providers.append(world.providers[0])
        world.providers[1].name = "sms"
        world.policies[0].stores[.consent] = 0
        if !isStraight {
            world.links.append(LinkSpecification(name: "inside", latency: .lognormal(median: 1_000_000, sigma: 0.5)))
            world.stores[0].link = 1
        }
        for seed in 1...2 as ClosedRange<UInt64> {
            let outcomes = Self.outcomes(world, seed: seed)
            #expect(outcomes[0] == outcomes[1])
        }
        let (run, ledger) = Fixture.run(world)
        #expect(ledger.delivered == ledger.submitted && run.measurements.decisionsChanged(fault: 0) > 100)
        #expect(run.measurements.violations == [])
    }

    @Test("costs fewer events")
    func fewerEvents() {
        let specification = Fixture.pipeline(perSecond: 1_000, duration: .seconds(3))
        let ahead = Fixture.run(specification).world
        let plain = World(specification, seed: 1)
        plain.stopLookingAhead()
        _ = plain.advance(until: plain.end)
        #expect(ahead.events + 3 * UInt64(ahead.submitted) <= plain.events)
        #expect(ahead.laneOperations < plain.laneOperations)
    }

    /// A stage that works for a constant time, asks a store, and hands on.
    static func routed(
        storeCapacity: Int64, timeout: Interval = .seconds(1), hasStoreFault: Bool = false
    ) -> WorldSpecification {
        var world = Fixture.pipeline(perSecond: 2_000, duration: .seconds(3), capacity: 4_000)
        world.topics.append(TopicSpecification(name: "ingest", broker: 0, partitions: 6))
        world.stores.append(
            StoreSpecification(
                name: "subscriptions", latency: .lognormal(median: 300_000, sigma: 0.8),
                capacityMicros: storeCapacity * 1_000_000, maximumWait: .milliseconds(2)))
        world.stages.append(
            StageSpecification(
                name: "router", topic: 1, replicas: 3, concurrency: 16,
                steps: [
                    .compute(.constant(80_000)),
                    .call(
                        CallSpecification(
                            store: 1, timeout: timeout, attempts: 3, backoff: .milliseconds(5),
                            onFailure: .proceed)), .emit(EmitSpecification(topic: 0, split: false)),
                ]))
        world.workloads[0].topic = 1
        if hasStoreFault {
            world.faults = [
                FaultSpecification(
                    name: "slow", at: .seconds(1), length: .seconds(1),
                    effect: .store(
                        1, capacityFactorMicros: 500_000, errorMicros: 0, latencyFactorMicros: 1_000_000,
                        blackout: false))
            ]
        }
        return world
    }

    @Test("constant work before a call is no event of its own, and changes no outcome")
    func fused() {
        let specification = Self.routed(storeCapacity: 40_000)
        for seed in 1...2 as ClosedRange<UInt64> {
            let outcomes = Self.outcomes(specification, seed: seed)
            #expect(outcomes[0] == outcomes[1])
        }
        // The same work, where something may fall between it and the call, is an event a message more.
        let fused = Fixture.run(specification).world
        let apart = Fixture.run(Self.routed(storeCapacity: 40_000, hasStoreFault: true)).world
        #expect(fused.events + UInt64(fused.submitted) * 9 / 10 <= apart.events)
    }

    @Test("work and call come apart before a failed call is repeated: errors, time-outs and retries change nothing")
    func separated() {
        let specification = Self.routed(storeCapacity: 2_100, timeout: .milliseconds(2))
        for seed in 1...4 as ClosedRange<UInt64> {
            let outcomes = Self.outcomes(specification, seed: seed)
            #expect(outcomes[0] == outcomes[1])
        }
        let world = Fixture.run(specification).world
        let calls = (0..<world.measurements.slotCount).map { world.measurements.storeCalls(store: 1, slot: $0) }
        #expect(calls.map(\.errors).reduce(0, +) > 0 && calls.map(\.calls).reduce(0, +) > world.submitted)
    }
}
