// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("Links")
struct LinkTests {
    static func fault(
        factor: Int64 = 1_000_000, added: Interval = .zero, loss: Int64 = 0, partitioned: Bool = false,
        at: Interval = .seconds(4), length: Interval = .seconds(4), link: Int = 0
    ) -> FaultSpecification {
        FaultSpecification(
            name: "link", at: at, length: length,
            effect: .link(
                link, latencyFactorMicros: factor, addedLatency: added, lossMicros: loss, partitioned: partitioned))
    }

    /// A provider that answers after exactly 20 ms behind a link of 5 ms each way.
    static func pipeline(perSecond: Double = 200, faults: [FaultSpecification] = []) -> WorldSpecification {
        var world = Fixture.pipeline(perSecond: perSecond, duration: .seconds(12), faults: faults)
        world.providers[0].profile.latency = .constant(20_000_000)
        world.providers[0].profile.capacityMicros = nil
        return world
    }

    static func providerLatency(_ world: World, phase: Int) -> (least: Int64, most: Int64) {
        withExtendedLifetime(world) {
            let histogram = world.measurements.latency(.provider(0), phase: phase)
            return (histogram.min ?? -1, histogram.max ?? -1)
        }
    }

    /// Kafka behind a link of its own.
    static func log(loss: Int64 = 0, acks: KafkaProfile.Acks = .all, faults: [FaultSpecification] = [])
        -> WorldSpecification
    {
        var profile = KafkaProfile()
        profile.acks = acks
        var world = Fixture.log(perSecond: 1_000, duration: .seconds(12), profile: profile, faults: faults)
        world.links = [LinkSpecification(name: "site", latency: .constant(500_000), lossMicros: loss)]
        world.brokers[0].link = 0
        return world
    }

    @Test("a request and its answer each take the link's latency")
    func bothWays() {
        let world = Fixture.run(Self.pipeline()).world
        let latency = Self.providerLatency(world, phase: 0)
        #expect(latency.least == 30_000_000 && latency.most < 30_000_100)
    }

    @Test("latency faults lengthen both ways, compose, and end")
    func latency() {
        let specification = Self.pipeline(faults: [
            Self.fault(factor: 3_000_000), Self.fault(added: .milliseconds(10), at: .seconds(6)),
        ])
        let (world, ledger) = Fixture.run(specification)
        #expect(ledger.delivered == ledger.submitted)
        // Phases: until 4 s, both ways 15 ms until 6 s, 25 ms until 8 s, 15 ms until 10 s, and as before.
        #expect(world.measurements.phases.count == 5)
        let expected: [(Int64, Int64)] = [(30, 50), (50, 70), (50, 70), (30, 50), (30, 30)]
        for (phase, bounds) in expected.enumerated() {
            let latency = Self.providerLatency(world, phase: phase)
            #expect(latency.least >= bounds.0 * 1_000_000 && latency.most <= bounds.1 * 1_000_000 + 100, "\(phase)")
        }
        #expect(Self.providerLatency(world, phase: 2).most >= 70_000_000)
        #expect((0...1).allSatisfy { world.measurements.decisionsChanged(fault: $0) > 500 })
    }

    @Test("loss on the way there or back makes time-outs, and what the provider took counts")
    func loss() {
        let (world, ledger) = Fixture.run(Self.pipeline(faults: [Self.fault(loss: 200_000)]), seed: 2)
        #expect(ledger.balances && ledger.lost == 0 && ledger.delivered == ledger.submitted, "\(ledger)")
        let provider = world.measurements.provider(0)
        // 800 messages, lost one way or the other with probability 36 %, and tried again.
        #expect(provider.timeouts > 200 && provider.timeouts < 600)
        #expect(provider.accepted == ledger.delivered + ledger.duplicates)
        #expect(ledger.duplicates > 50)
        #expect(world.measurements.decisionsChanged(fault: 0) >= provider.timeouts)
    }

    @Test("a partition stops everything, and heals")
    func partition() {
        let world = World(Self.pipeline(faults: [Self.fault(partitioned: true)]), seed: 1)
        _ = world.advance(until: Instant.zero + .milliseconds(4_050))
        let before = world.measurements.provider(0).accepted
        _ = world.advance(until: Instant.zero + .seconds(8))
        #expect(world.measurements.provider(0).accepted == before)
        #expect(before > 700)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances && ledger.delivered == ledger.submitted)
        #expect(world.measurements.provider(0).timeouts >= 700)
    }

    @Test("a lossy path to the brokers delays, and loses nothing", arguments: KafkaProfile.Acks.allCases)
    func lossyBroker(acks: KafkaProfile.Acks) {
        let (world, ledger) = Fixture.run(Self.log(loss: 300_000, acks: acks))
        #expect(ledger.balances && ledger.delivered == ledger.submitted, "\(ledger)")
        withExtendedLifetime(world) {
            let latency = world.measurements.latency(.channel(0), phase: 0)
            // Three of ten requests take a retry's backoff of 100 ms longer, some several.
            #expect((latency.value(atQuantile: 0.99) ?? 0) > 150_000_000)
            #expect((latency.max ?? 0) < 5_000_000_000)
        }
    }

    @Test(
        "a partition between the brokers and everybody stops produce, fetch and commit; afterwards nothing is missing")
    func partitionedBroker() {
        let world = World(Self.log(faults: [Self.fault(partitioned: true)]), seed: 1)
        _ = world.advance(until: Instant.zero + .milliseconds(4_100))
        let before = world.partitions(broker: 0)
        let unsettled = world.unsettled
        _ = world.advance(until: Instant.zero + .milliseconds(7_999))
        let after = world.partitions(broker: 0)
        #expect(zip(before, after).allSatisfy { $0.end == $1.end && $0.position == $1.position })
        #expect(world.unsettled > unsettled + 3_500)
        _ = world.advance(until: world.end)
        world.finish()
        let ledger = Fixture.ledger(world)
        #expect(ledger.balances && ledger.delivered == ledger.submitted && ledger.duplicates == 0, "\(ledger)")
        #expect(world.measurements.decisionsChanged(fault: 0) > 0)
    }

    @Test(
        "a fault without traffic on its link is inert",
        arguments: [
            fault(factor: 9_000_000), fault(added: .seconds(1)), fault(loss: 900_000), fault(partitioned: true),
        ])
    func inert(fault: FaultSpecification) {
        for specification in [Self.pipeline(perSecond: 100, faults: [fault]), Self.log(faults: [fault])] {
            var silent = specification
            let rate = silent.workloads[0].rate.points[0].perSecondMicros
            silent.workloads[0].rate.points = [
                (.zero, rate), (.seconds(1), rate), (.seconds(1), 0), (.seconds(9), 0), (.seconds(9), rate),
            ]
            // The offsets of the first second are committed before the fault begins.
            for broker in silent.brokers.indices {
                guard case .kafka(var profile) = silent.brokers[broker].kind else { continue }
                profile.autoCommit = .seconds(1)
                silent.brokers[broker].kind = .kafka(profile)
            }
            #expect(Fixture.run(silent).world.measurements.decisionsChanged(fault: 0) == 0)
            #expect(Fixture.run(specification).world.measurements.decisionsChanged(fault: 0) > 0)
        }
    }
}
