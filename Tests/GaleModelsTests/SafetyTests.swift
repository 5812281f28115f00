// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import Testing

/// Suppression, order and delivery counts in the simulated host.
@Suite("Safety")
struct SafetyTests {
    private func attempts(_ world: World) -> Int64 {
        world.measurements.phases.indices.reduce(0) { $0 + world.measurements.attemptsAndMessages(phase: $1).attempts }
    }

    /// A hundred recipients, a tenth of whom have uninstalled.
    private func world(_ suppression: SuppressionPolicy?) -> WorldSpecification {
        var policy = Fixture.policy()
        policy.suppression = suppression
        var world = Fixture.pipeline(perSecond: 200, drain: .seconds(60), policy: policy)
        world.workloads[0].recipientCount = 100
        world.providers[0].profile.outcomes = [
            .init(
                response: ProviderResponse(status: 410, reason: .named("Unregistered", in: .apns)), micros: 100_000,
                layer: .recipient)
        ]
        if suppression != nil { world.policies[0].stores[.suppression] = 0 }
        return world
    }

    @Test("strikes in the store keep the whole fleet from asking for dead recipients again")
    func suppression() {
        let (plain, lost) = Fixture.run(world(nil))
        let (striking, same) = Fixture.run(world(SuppressionPolicy(ceilingMicros: 1_000_000)))
        #expect(lost.suppressed > 100 && lost.balances && same.balances)
        #expect(same.suppressed == lost.suppressed, "the same are lost")
        #expect(same.delivered == lost.delivered)
        #expect(attempts(plain) - attempts(striking) > lost.suppressed * 8 / 10, "but nobody is asked for them")
    }

    @Test("a wave of false answers under the ceiling's guard strikes few; without the guard it strikes many")
    func wave() {
        func run(ceiling: Int64) -> Ledger {
            var policy = Fixture.policy()
            policy.suppression = SuppressionPolicy(ceilingMicros: ceiling, window: .seconds(10))
            var wave = ProviderFault()
            wave.errorMicros = 500_000
            wave.error = ProviderResponse(status: 410, reason: .named("Unregistered", in: .apns))
            var world = Fixture.pipeline(
                perSecond: 200, drain: .seconds(60), policy: policy,
                faults: [Fixture.provider(wave, length: .seconds(5))])
            world.workloads[0].recipientCount = 1_000
            world.policies[0].stores[.suppression] = 0
            return Fixture.run(world).ledger
        }
        let (guarded, open) = (run(ceiling: 100_000), run(ceiling: 1_000_000))
        #expect(guarded.balances && open.balances)
        #expect(open.suppressed > guarded.suppressed * 3 / 2, "\(open) \(guarded)")
        #expect(guarded.delivered > open.delivered)
    }

    @Test("in order a recipient's messages take longer, and none is lost, over a crash too")
    func order() {
        var policy = Fixture.policy()
        policy.order = .key
        let crash = FaultSpecification(
            name: "crash", at: .seconds(10), length: .seconds(10),
            effect: .workerCrash(stage: 0, firstReplica: 0, count: 1))
        var world = Fixture.pipeline(perSecond: 200, drain: .seconds(120), policy: policy, faults: [crash])
        world.workloads[0].recipientCount = 50
        let (ordered, ledger) = Fixture.run(world)
        #expect(ledger.balances && ledger.lost == 0)
        #expect(ledger.delivered == ledger.submitted, "\(ledger)")
        let (again, same) = Fixture.run(world)
        #expect(same == ledger && attempts(again) == attempts(ordered))
    }

    @Test("what a crash makes the broker deliver once more than allowed goes to the dead letters")
    func poison() {
        func run(_ most: UInt8?) -> Ledger {
            var policy = Fixture.policy(deduplicate: false)
            policy.maximumDeliveries = most
            let crash = FaultSpecification(
                name: "crash", at: .seconds(10), length: .seconds(10),
                effect: .workerCrash(stage: 0, firstReplica: 0, count: 4))
            var overload = ProviderFault()
            overload.errorMicros = 1_000_000
            let faults = [Fixture.provider(overload, at: .seconds(8), length: .seconds(4)), crash]
            return Fixture.run(
                Fixture.pipeline(perSecond: 500, drain: .seconds(120), policy: policy, faults: faults)
            ).ledger
        }
        let (unlimited, one, two) = (run(nil), run(1), run(2))
        #expect(unlimited.deadLettered == 0 && two.deadLettered == 0, "one crash, two deliveries")
        #expect(one.deadLettered > 0 && one.balances)
        #expect(one.submitted == unlimited.submitted)
    }
}
