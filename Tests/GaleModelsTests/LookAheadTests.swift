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
}
