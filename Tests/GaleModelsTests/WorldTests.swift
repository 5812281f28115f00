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
}
