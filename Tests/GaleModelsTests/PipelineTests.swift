// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import Testing

@Suite("The delivery code in a simulated pipeline")
struct PipelineTests {
    @Test(
        "delivers everything when nothing is wrong, each message once, with one attempt",
        arguments: Policy.Waiting.allCases)
    func calm(waiting: Policy.Waiting) {
        let (world, ledger) = Fixture.run(
            Fixture.pipeline(perSecond: 500, duration: .seconds(6), policy: Fixture.policy(waiting: waiting)))
        #expect(ledger.balances)
        #expect(ledger.delivered == ledger.submitted)
        #expect(ledger.duplicates == 0)
        let (attempts, messages) = world.measurements.attemptsAndMessages(phase: 0)
        #expect(attempts == messages)
        #expect(world.unsettled == 0)
    }

    @Test("a policy's rate is that of all who deliver by it, whatever stages they are in", arguments: [1, 3])
    func rateOfTwoStages(replicas: Int) {
        let limit = Fixture.RateLimit(
            provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 50_000_000, burst: 10)
        var pipeline = Fixture.pipeline(
            perSecond: 100, duration: .seconds(20), policy: Fixture.policy(deduplicate: false, limits: [limit]),
            replicas: replicas)
        pipeline.topics.append(TopicSpecification(name: "other", broker: 0, partitions: 12))
        var (stage, load) = (pipeline.stages[0], pipeline.workloads[0])
        (stage.name, stage.topic) = ("other", 1)
        (load.name, load.topic) = ("others", 1)
        pipeline.stages.append(stage)
        pipeline.workloads.append(load)
        let world = World(pipeline, seed: 1)
        _ = world.advance(until: .zero + .seconds(20))
        let attempts = world.measurements.phases.indices.reduce(0) {
            $0 + world.measurements.attemptsAndMessages(phase: $1).attempts
        }
        #expect((900...1_010).contains(attempts))
        #expect(world.measurements.violations.isEmpty)
    }

    @Test("waits out a brownout and delivers everything within its validity", arguments: Policy.Waiting.allCases)
    func brownout(waiting: Policy.Waiting) {
        var effect = ProviderFault()
        effect.capacityMicros = 100_000
        let (world, ledger) = Fixture.run(
            Fixture.pipeline(
                perSecond: 800, duration: .seconds(22), capacity: 2_000, policy: Fixture.policy(waiting: waiting),
                faults: [Fixture.provider(effect)]))
        #expect(ledger.balances)
        #expect(ledger.delivered == ledger.submitted, "\(ledger)")
        #expect(world.measurements.decisionsChanged(fault: 0) > 1_000)
        #expect(world.measurements.answers(provider: 0).contains { $0.text.hasPrefix("503") })
    }

    @Test("doubling the load beyond the capacity produces the 503s without any fault")
    func overload() {
        let calm = Fixture.run(Fixture.pipeline(perSecond: 1_250, duration: .seconds(6), capacity: 2_000)).world
        let busy = Fixture.run(Fixture.pipeline(perSecond: 2_500, duration: .seconds(6), capacity: 2_000)).world
        #expect(calm.measurements.answers(provider: 0).allSatisfy { !$0.text.hasPrefix("503") })
        #expect(busy.measurements.answers(provider: 0).contains { $0.text.hasPrefix("503") && $0.count > 1_000 })
    }

    @Test("a capacity fault without load is inert")
    func inert() {
        var effect = ProviderFault()
        effect.capacityMicros = 500_000
        let world = Fixture.run(
            Fixture.pipeline(perSecond: 100, duration: .seconds(25), faults: [Fixture.provider(effect)])
        ).world
        #expect(world.measurements.decisionsChanged(fault: 0) == 0)
    }

    @Test("a blackout runs attempts into their time-out, and what was accepted is counted by the provider's truth")
    func blackout() {
        var effect = ProviderFault()
        effect.blackout = true
        let (world, ledger) = Fixture.run(
            Fixture.pipeline(perSecond: 500, faults: [Fixture.provider(effect)]))
        #expect(ledger.balances)
        #expect(world.measurements.provider(0).timeouts > 0)
        #expect(world.measurements.provider(0).accepted == ledger.delivered + ledger.duplicates)
        #expect(ledger.delivered == ledger.submitted, "\(ledger)")
    }

    @Test("break-down spans sum to the latency of what was delivered")
    func spans() throws {
        let world = Fixture.run(Fixture.pipeline(perSecond: 500, duration: .seconds(10))).world
        let histogram = world.measurements.latency(.channel(0), phase: 0)
        let spans = world.measurements.spans(channel: 0).reduce(0, +)
        let sum = Int64(histogram.sum.low)
        withExtendedLifetime(world) { #expect(abs(spans - sum) <= histogram.count * 4_096) }
    }

    @Test("the same seed gives the same digests, another seed others")
    func determinism() {
        let specification = Fixture.pipeline(perSecond: 500, duration: .seconds(5))
        let first = Fixture.run(specification).world
        let second = Fixture.run(specification).world
        let other = Fixture.run(specification, seed: 2).world
        #expect(first.trajectoryDigest == second.trajectoryDigest)
        #expect(first.outcomeDigest == second.outcomeDigest)
        #expect(first.trajectoryDigest != other.trajectoryDigest)
        #expect(first.outcomeDigest != other.outcomeDigest)
    }
}
