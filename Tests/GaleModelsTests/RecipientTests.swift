// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

/// Objections, time stamps of invalid tokens, and order by recipient in the simulated host.
@Suite("Recipients")
struct RecipientTests {
    private func attempts(_ world: World) -> Int64 {
        world.measurements.phases.indices.reduce(0) { $0 + world.measurements.attemptsAndMessages(phase: $1).attempts }
    }

    @Test("who objects while a notification waits gets none, and nothing later until the objection ends")
    func consent() {
        func world(_ channel: Channel?) -> WorldSpecification {
            var policy = Fixture.policy(retry: RetryPolicy(base: .seconds(4), cap: .seconds(8), attempts: 20))
            policy.consent = ConsentPolicy()
            var overload = ProviderFault()
            overload.errorMicros = 1_000_000
            let objections = FaultSpecification(
                name: "objections", at: .seconds(15), length: .seconds(5),
                effect: .objections(stage: 0, shareMicros: 250_000, channel: channel))
            var world = Fixture.pipeline(
                perSecond: 200, drain: .seconds(60), policy: policy,
                faults: [Fixture.provider(overload, at: .seconds(8), length: .seconds(9)), objections])
            world.policies[0].stores[.consent] = 0
            return world
        }
        let (run, ledger) = Fixture.run(world(.push))
        #expect(ledger.balances && ledger.delivered + ledger.suppressed == ledger.submitted, "\(ledger)")
        func share(from: Int, to: Int) -> Double {
            var sum = Ledger()
            for slot in from..<to { sum += run.measurements.ledger(slot: slot, channel: 0) }
            return Double(sum.suppressed) / Double(sum.submitted)
        }
        #expect(share(from: 0, to: 7) == 0 && share(from: 21, to: 30) == 0)
        // What waited for its retry, and what came meanwhile.
        #expect(share(from: 9, to: 14) > 0.2 && share(from: 16, to: 19) > 0.2 && share(from: 16, to: 19) < 0.3)
        // Those that a provider had just then were not tried again, which nobody notes as a decision.
        #expect(run.measurements.decisionsChanged(fault: 1) > ledger.suppressed * 9 / 10)
        #expect(Fixture.run(world(nil)).ledger.suppressed == ledger.suppressed, "every channel is push")
        #expect(Fixture.run(world(.email)).ledger.suppressed == 0)
        // Only what the last commit did not reach is still held, once each, by the log.
        let uncommitted = run.partitions(broker: 0).reduce(0) { $0 + $1.position - $1.committed }
        #expect(run.liveRecords.messages == uncommitted && run.liveRecords.exchanges == 0)
    }

    @Test("a 410 from before a token was registered strikes nobody, one from after does")
    func timeStamps() {
        func run(_ knownFor: Interval, renewed: Int64) -> Ledger {
            var policy = Fixture.policy()
            policy.suppression = SuppressionPolicy(ceilingMicros: 1_000_000)
            var wave = ProviderFault()
            wave.errorMicros = 1_000_000
            wave.error = ProviderResponse(status: 410, reason: .named("Unregistered", in: .apns))
            wave.errorKnownFor = knownFor
            var world = Fixture.pipeline(
                perSecond: 200, drain: .seconds(60), policy: policy, faults: [Fixture.provider(wave)])
            world.workloads[0].recipientCount = 100
            world.workloads[0].renewals = RenewalSpecification(shareMicros: renewed, within: .minutes(10))
            world.policies[0].stores[.suppression] = 0
            return Fixture.run(world).ledger
        }
        let after = 1.0 / 3
        func share(_ ledger: Ledger) -> Double { Double(ledger.suppressed) / Double(ledger.submitted) }
        // In ten seconds of thirty each recipient is told to be gone; who is struck then gets nothing in the ten after that.
        let (nobody, half, all) = (
            share(run(.hours(1), renewed: 1_000_000)), share(run(.hours(1), renewed: 500_000)),
            share(run(.zero, renewed: 1_000_000))
        )
        #expect(nobody < after * 1.2 && all > after * 1.8, "\(nobody) \(half) \(all)")
        #expect(half > nobody + 0.1 && half < all - 0.1, "\(nobody) \(half) \(all)")
    }

    @Test("an ordered workload's recipients choose the partition, and then order by key holds over retries and a crash")
    func order() {
        func run(_ order: OrderPolicy, ordered: Bool = true) -> (misordered: Int64?, ledger: Ledger) {
            var policy = Fixture.policy(retry: RetryPolicy(base: .milliseconds(200), attempts: 20))
            policy.order = order
            var profile = KafkaProfile()
            profile.session = .seconds(6)
            let crash = FaultSpecification(
                name: "crash", at: .seconds(12), length: .seconds(10),
                effect: .workerCrash(stage: 0, firstReplica: 1, count: 2))
            var overload = ProviderFault()
            overload.errorMicros = 300_000
            var world = Fixture.pipeline(
                perSecond: 200, policy: policy, profile: profile, faults: [Fixture.provider(overload), crash])
            world.workloads[0].recipientCount = 200
            world.workloads[0].isOrdered = ordered
            let (run, ledger) = Fixture.run(world)
            #expect(ledger.balances && ledger.delivered == ledger.submitted, "\(ledger)")
            return (run.measurements.misordered, ledger)
        }
        #expect(run(.key).misordered == 0)
        #expect(run(.none).misordered ?? 0 > 50)
        #expect(run(.key, ordered: false).misordered == nil)
    }

    @Test("while two objections overlap, the end of one says nothing about the other")
    func overlap() {
        var policy = Fixture.policy(retry: RetryPolicy(base: .seconds(4), cap: .seconds(8), attempts: 20))
        policy.consent = ConsentPolicy()
        var overload = ProviderFault()
        overload.errorMicros = 1_000_000
        func objection(_ at: Int64, _ length: Int64) -> FaultSpecification {
            FaultSpecification(
                name: "objection \(at)", at: .seconds(at), length: .seconds(length),
                effect: .objections(stage: 0, shareMicros: 1_000_000, channel: nil))
        }
        var world = Fixture.pipeline(
            perSecond: 100, drain: .seconds(60), policy: policy,
            faults: [
                Fixture.provider(overload, at: .seconds(5), length: .seconds(15)), objection(10, 30),
                objection(11, 1),
            ])
        // What the provider has when they object is answered after the second objection's end.
        world.providers[0].profile.latency = .constant(6e9)
        world.policies[0].stores[.consent] = 0
        let (run, _) = Fixture.run(world)
        var sum = Ledger()
        for slot in 6..<9 { sum += run.measurements.ledger(slot: slot, channel: 0) }
        #expect(sum.submitted > 200 && sum.suppressed == sum.submitted, "\(sum)")
    }

    @Test("an objection is to what its stage sends, also where another asks the same store")
    func stages() {
        var policy = Fixture.policy()
        policy.consent = ConsentPolicy()
        policy.routes.append(
            .init(
                channel: .email, platform: .none,
                providers: [(provider: ProviderIndex(rawValue: 0), weight: UInt32(1))]))
        let objections = FaultSpecification(
            name: "objections", at: .seconds(10), length: .seconds(10),
            effect: .objections(stage: 0, shareMicros: 1_000_000, channel: nil))
        var world = Fixture.pipeline(perSecond: 100, policy: policy, faults: [objections])
        world.policies[0].stores[.consent] = 0
        world.topics.append(TopicSpecification(name: "other", broker: 0, partitions: 4))
        world.stages.append(
            StageSpecification(name: "other", topic: 1, replicas: 2, concurrency: 64, steps: [.deliver(policy: 0)]))
        world.workloads.append(
            WorkloadSpecification(
                name: "other", topic: 1, rate: .constant(perSecondMicros: 100_000_000),
                channelMicros: [(.email, 1_000_000)]))
        let (run, _) = Fixture.run(world)
        func suppressed(_ channel: Channel) -> Int64 {
            run.measurements.phases.indices.reduce(0) {
                $0 + run.measurements.ledger(phase: $1, channel: Int(channel.rawValue)).suppressed
            }
        }
        #expect(suppressed(.push) > 900 && suppressed(.email) == 0)
    }

    @Test("what a provider takes late comes after what it took meanwhile, whichever was sent first")
    func takenLate() {
        func run(_ latency: DistributionSpecification) -> Int64? {
            var world = Fixture.pipeline(perSecond: 200, policy: Fixture.policy(deduplicate: false))
            world.providers[0].profile.latency = latency
            world.workloads[0].recipientCount = 5
            world.workloads[0].isOrdered = true
            return Fixture.run(world).world.measurements.misordered
        }
        #expect(run(.constant(4e7)) == 0)
        #expect(run(.lognormal(median: 4e7, sigma: 1)) ?? 0 > 50)
    }
}
