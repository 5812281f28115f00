// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives
import Testing

@Suite("A world")
struct WorldTests {
    @Test("delivers everything of a stable queue, and its ledger balances")
    func stableQueue() {
        let (world, ledger) = Fixture.run(Fixture.station(perSecond: 500, servers: 1, service: .exponential(mean: 1e6)))
        #expect(ledger.balances)
        #expect(ledger.submitted > 90_000)
        #expect(ledger.delivered == ledger.submitted)
        #expect(world.unsettled == 0)
    }

    @Test("delivers everything through Kafka, and its ledger balances")
    func throughKafka() {
        let (world, ledger) = Fixture.run(Fixture.log(perSecond: 2_000))
        #expect(ledger.balances)
        #expect(ledger.submitted > 50_000)
        #expect(ledger.delivered == ledger.submitted)
        #expect(world.unsettled == 0)
    }

    @Test("goes the same way however the run is sliced")
    func slicing() {
        let specification = Fixture.log(perSecond: 500, duration: .seconds(5))
        let whole = Fixture.run(specification).world
        let sliced = World(specification, seed: 1)
        var limit = Instant.zero
        while sliced.now < sliced.end {
            limit += .milliseconds(300)
            if sliced.advance(until: limit) != .reached { break }
        }
        sliced.finish()
        #expect(whole.trajectoryDigest == sliced.trajectoryDigest)
        #expect(whole.outcomeDigest == sliced.outcomeDigest)
    }

    @Test("has every latency in its histograms whenever they are read, by phase and by slot")
    func latenciesSoFar() {
        let world = World(Fixture.log(perSecond: 500, duration: .seconds(5)), seed: 3)
        let measurements = world.measurements
        var (limit, most) = (Instant.zero, Int64(0))
        while world.now < world.end {
            limit += .milliseconds(170)
            let stop = world.advance(until: limit)
            for channel in 0..<4 {
                let delivered = measurements.phases.indices.reduce(Int64(0)) {
                    $0 + measurements.ledger(phase: $1, channel: channel).delivered
                }
                let inPhases = measurements.phases.indices.reduce(Int64(0)) {
                    $0 + measurements.latency(.channel(channel), phase: $1).count
                }
                let inSlots = (0..<measurements.slotCount).reduce(Int64(0)) {
                    $0 + (measurements.latency(.channel(channel), slot: $1)?.count ?? 0)
                }
                #expect(inPhases == delivered && inSlots == delivered)
                most = max(most, delivered)
            }
            if stop != .reached { break }
        }
        #expect(most > 2_000)
    }
}
