// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import GaleModels
import GalePrimitives
import Testing

@Suite("In every world")
struct PropertyTests {
    /// Runs to the very end, beyond the point where everything is settled, so that all offsets are committed.
    static func run(_ specification: WorldSpecification, seed: UInt64, stride: Interval) -> World {
        let world = World(specification, seed: seed)
        var limit = Instant.zero
        while world.now < world.end {
            limit = min(world.end, max(limit, world.now) + stride)
            if case .stopped(let reason) = world.advance(until: limit) {
                Issue.record("\(reason)")
                break
            }
        }
        return world
    }

    static func hasNoNegativeEntry(_ ledger: Ledger) -> Bool {
        [
            ledger.submitted, ledger.delivered, ledger.deliveredLate, ledger.expired, ledger.suppressed,
            ledger.deadLettered, ledger.shed, ledger.lost, ledger.inFlight, ledger.duplicates,
        ].allSatisfy { $0 >= 0 }
    }

    @Test(
        "each notification is in one line of the ledger, the provider's truth rules, and everything is given back",
        arguments: 1...30 as ClosedRange<UInt64>)
    func books(seed: UInt64) {
        let random = RandomWorld(seed: seed)
        let world = Self.run(random.specification, seed: seed, stride: .seconds(400))
        let records = world.liveRecords
        world.finish()
        let measurements = world.measurements
        for channel in 0..<4 {
            var (byPhase, bySlot) = (Ledger(), Ledger())
            for phase in measurements.phases.indices {
                let ledger = measurements.ledger(phase: phase, channel: channel)
                #expect(ledger.balances && Self.hasNoNegativeEntry(ledger), "\(ledger)")
                byPhase += ledger
            }
            for slot in 0..<measurements.slotCount { bySlot += measurements.ledger(slot: slot, channel: channel) }
            #expect(byPhase == bySlot)
        }
        #expect(measurements.violations.isEmpty, "\(measurements.violations)")
        let ledger = Fixture.ledger(world)
        #expect(ledger.submitted == world.submitted && ledger.inFlight == world.unsettled)
        let accepted = random.specification.providers.indices.reduce(0) { $0 + measurements.provider($1).accepted }
        let worked = random.specification.stages.indices.compactMap { measurements.jobs(stage: $0) }.reduce(0) {
            $0 + ($1.completed + $1.unfencedCompletions) * random.specification.workloads.last!.fanOut
        }
        #expect(accepted + worked == ledger.delivered + ledger.deliveredLate + ledger.duplicates, "\(ledger)")
        #expect(measurements.violations.isEmpty, "\(measurements.violations)")
        if random.isSafe { #expect(ledger.lost == 0, "\(ledger)") }
        // The last fault ends 390 s before the end at the least, and no validity is longer than six minutes.
        #expect(ledger.inFlight == 0, "\(ledger)")
        #expect(records.messages == 0 && records.exchanges == 0, "\(records) \(ledger)")
    }

    @Test("two runs are one, however they are sliced", arguments: [3, 8, 13, 21, 29] as [UInt64])
    func repeatable(seed: UInt64) {
        let specification = RandomWorld(seed: seed).specification
        let worlds = [Interval.seconds(400), .milliseconds(730)].map { stride in
            let world = Self.run(specification, seed: seed, stride: stride)
            world.finish()
            return world
        }
        #expect(worlds[0].trajectoryDigest == worlds[1].trajectoryDigest)
        #expect(worlds[0].outcomeDigest == worlds[1].outcomeDigest)
        #expect(Fixture.ledger(worlds[0]) == Fixture.ledger(worlds[1]))
        #expect(
            specification.faults.indices.allSatisfy { fault in
                worlds[0].measurements.decisionsChanged(fault: fault)
                    == worlds[1].measurements.decisionsChanged(fault: fault)
            })
    }
}
