// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import Testing

@Suite("Hedged attempts")
struct HedgingTests {
    private func world(_ hedging: HedgingPolicy?) -> World {
        var policy = Fixture.policy()
        policy.retry.hedging = hedging
        var world = Fixture.pipeline(perSecond: 200, drain: .seconds(60), policy: policy)
        world.providers[0].profile.latency = .lognormal(median: 20e6, sigma: 1.2)
        return Fixture.run(world).world
    }

    @Test("the copy that the provider takes first delivers, at its latency; what it takes beside is a duplicate")
    func firstTaken() {
        func tail(_ world: World) -> Int64 {
            world.measurements.latency(.channel(Int(Channel.push.rawValue)), phase: 0).value(atQuantile: 0.99) ?? 0
        }
        let (plain, hedged) = (world(nil), world(HedgingPolicy(delay: .milliseconds(100))))
        #expect(tail(plain) > 300_000_000)
        #expect(tail(hedged) < 230_000_000, "\(tail(hedged))")
        let ledger = Fixture.ledger(hedged)
        #expect(ledger.balances && ledger.delivered == ledger.submitted && ledger.lost == 0)
        #expect(hedged.measurements.provider(0).accepted == ledger.delivered + ledger.duplicates)
        #expect(hedged.liveRecords.exchanges == 0)
    }
}
