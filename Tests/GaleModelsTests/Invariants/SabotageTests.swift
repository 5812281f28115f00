// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import Testing

/// Worlds in which something is done wrong on purpose: the run says so, with the message. Without it they are silent.
@Suite struct SabotageTests {
    private func advance(_ world: World, to seconds: Int64) {
        _ = world.advance(until: .zero + .seconds(seconds))
    }

    private func outage(from start: Int64, for length: Int64) -> FaultSpecification {
        var outage = ProviderFault()
        outage.errorMicros = 1_000_000
        outage.error = ProviderResponse(status: 503)
        return FaultSpecification(
            name: "outage", at: .seconds(start), length: .seconds(length), effect: .provider(0, outage))
    }

    /// A message waits out a long backoff from the outage at the beginning on.
    private func waiting(_ change: (inout WorldSpecification) -> Void = { _ in }) -> World {
        let retry = RetryPolicy(backoff: .fixed, jitter: .none, base: .seconds(20), attempts: 100)
        var world = Fixture.pipeline(
            perSecond: 5, duration: .seconds(20), policy: Fixture.policy(retry: retry, deduplicate: false),
            replicas: 1, faults: [outage(from: 0, for: 10)])
        change(&world)
        return World(world, seed: 1)
    }

    @Test("untouched, such a world violates nothing")
    func untouched() {
        let world = waiting()
        _ = world.advance(until: world.end)
        world.finish()
        #expect(world.measurements.violations.isEmpty)
    }

    @Test("a second settlement, and a send after the end, are seen and not carried out")
    func settlement() throws {
        let world = waiting()
        advance(world, to: 15)
        let job = try #require(world.openJobs(stage: 0).first)
        world.act(.settle(reference: job.reference, .deadLettered), stage: 0, replica: job.replica)
        #expect(world.measurements.violations.isEmpty)
        world.act(.settle(reference: job.reference, .deadLettered), stage: 0, replica: job.replica)
        world.send(job, stage: 0, provider: 0)
        let violations = world.measurements.violations
        #expect(
            violations.map(\.causeKey) == ["settlement: stage sender: settled again", "settlement: stage sender: sent"])
        #expect(violations.last?.message == job.message)
        #expect(violations.last?.at == world.now)
    }

    @Test("tenants who wait in turns beside retries violate nothing", arguments: 1...8 as ClosedRange<UInt64>)
    func turnsBesideRetries(seed: UInt64) {
        var blackout = ProviderFault()
        blackout.blackout = true
        var policy = Fixture.policy(
            retry: RetryPolicy(base: .milliseconds(500), cap: .seconds(10), attempts: 10), deduplicate: false)
        policy.timeout = .seconds(5)
        policy.routing.isFair = true
        policy.routing.lanes = .strict(ageing: nil)
        policy.limits = [.init(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 20_000_000, burst: 20)]
        var world = Fixture.pipeline(
            perSecond: 75, duration: .seconds(10), policy: policy, replicas: 1 + Int(seed % 3), concurrency: 64,
            faults: [Fixture.provider(blackout, at: .seconds(2), length: .seconds(6))])
        world.workloads[0].tenantCount = 5
        world.workloads[0].tenantSkew = 1.5
        world.workloads[0].recipientCount = 500
        world.workloads[0].priorityMicros = [(.critical, 100_000), (.high, 200_000), (.normal, 700_000)]
        let (run, ledger) = Fixture.run(world, seed: seed)
        #expect(run.measurements.violations == [])
        #expect(ledger.balances)
    }

    @Test("a policy that a stage has for itself, for its retry topics, is told by the name that the scenario gives it")
    func policyOfStage() throws {
        let world = waiting {
            $0.policies[0].policy.limits = [
                .init(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 50_000_000, burst: 1)
            ]
            $0.policies[0].name = "standard@sender"
        }
        advance(world, to: 15)
        let job = try #require(world.openJobs(stage: 0).first)
        for _ in 0..<2 { world.send(job, stage: 0, provider: 0) }
        #expect(world.measurements.violations.map(\.causeKey) == ["rate-limit: policy standard, stage sender, apns"])
    }

    @Test("a send after the time to live is seen")
    func timeToLive() throws {
        // Nobody answers, and the time-out is long.
        let world = waiting {
            $0.workloads[0].timeToLive = .seconds(5)
            $0.policies[0].policy.timeout = .seconds(60)
            var silence = ProviderFault()
            silence.blackout = true
            $0.faults[0].effect = .provider(0, silence)
        }
        advance(world, to: 4)
        let job = try #require(world.openJobs(stage: 0).first)
        world.send(job, stage: 0, provider: 0)
        #expect(world.measurements.violations.isEmpty)
        advance(world, to: 9)
        world.send(job, stage: 0, provider: 0)
        #expect(world.measurements.violations.map(\.invariant).contains(.timeToLive))
    }

    @Test("a send against the recipient's will is seen from the moment at which the pipeline is told")
    func consent() throws {
        let world = waiting {
            $0.policies[0].policy.consent = ConsentPolicy()
            $0.policies[0].stores[.consent] = 0
            $0.workloads[0].channelMicros = [(.email, 1_000_000)]
            $0.policies[0].policy.routes = [
                .init(
                    channel: .email, platform: .none,
                    providers: [(provider: ProviderIndex(rawValue: 0), weight: UInt32(1))])
            ]
            $0.faults.append(
                FaultSpecification(
                    name: "objections", at: .seconds(12), length: .seconds(60),
                    effect: .objections(stage: 0, shareMicros: 1_000_000, channel: .push)))
        }
        advance(world, to: 11)
        let job = try #require(world.openJobs(stage: 0).first)
        world.send(job, stage: 0, provider: 0)
        #expect(world.measurements.violations.isEmpty)
        advance(world, to: 13)
        let other = try #require(world.openJobs(stage: 0).last)
        world.send(other, stage: 0, provider: 0, channel: .email)
        #expect(world.measurements.violations.isEmpty, "they object to push alone")
        world.send(other, stage: 0, provider: 0, channel: .push)
        #expect(world.measurements.violations.map(\.invariant) == [.consent])
    }

    @Test("a notification that overtakes one that waits for its retry is seen, where the policy promises order")
    func order() throws {
        let world = waiting {
            $0.workloads[0].name = "receipts"
            $0.workloads[0].isOrdered = true
            $0.workloads[0].recipientCount = 1
            $0.policies[0].policy.order = .key
        }
        advance(world, to: 15)
        let jobs = world.openJobs(stage: 0).sorted { $0.message < $1.message }
        let late = try #require(jobs.last)
        #expect(jobs.count > 2)
        world.send(late, stage: 0, provider: 0)
        #expect(world.measurements.violations.isEmpty)
        advance(world, to: 60)
        #expect(world.measurements.violations.map(\.causeKey) == ["order: workload receipts"])
        #expect(world.measurements.violations.first?.message == jobs.first?.message)
        #expect((world.measurements.misordered ?? 0) > 0)
    }

    @Test("of a notification that two attempts deliver, the sooner one counts for the order, whichever was made first")
    func orderOfCopies() throws {
        let world = waiting {
            $0.workloads[0].isOrdered = true
            $0.workloads[0].recipientCount = 1
            $0.policies[0].policy.order = .key
            $0.providers[0].profile.latency = .constant(40_000_000)
            var slow = ProviderFault()
            slow.latencyFactorMicros = 4_000_000
            $0.faults.append(
                FaultSpecification(
                    name: "slow", at: .seconds(14), length: .milliseconds(1_050), effect: .provider(0, slow)))
        }
        advance(world, to: 15)
        let jobs = world.openJobs(stage: 0).sorted { $0.message < $1.message }
        #expect(jobs.count > 2)
        world.send(jobs[0], stage: 0, provider: 0)
        _ = world.advance(until: .zero + .milliseconds(15_100))
        world.send(jobs[0], stage: 0, provider: 0)
        _ = world.advance(until: .zero + .milliseconds(15_110))
        world.send(jobs[1], stage: 0, provider: 0)
        advance(world, to: 16)
        #expect(world.measurements.violations == [])
        #expect(world.measurements.misordered == 0)
    }

    @Test("what a broker has acknowledged and lost is seen where its settings promise to keep it, and only there")
    func durability() {
        for (acks, isPromised) in [(KafkaProfile.Acks.all, true), (.leader, false)] {
            var profile = KafkaProfile()
            profile.acks = acks
            let world = World(
                Fixture.pipeline(
                    perSecond: 500, duration: .seconds(20), policy: Fixture.policy(deduplicate: false),
                    profile: profile, replicas: 1, concurrency: 1), seed: 1)
            advance(world, to: 10)
            let gone = (0..<12).reduce(0) { $0 + world.electUncleanly(broker: 0, partition: UInt32($1)) }
            #expect(gone > 100)
            let lost = world.measurements.violations
            #expect(lost.map(\.invariant) == (isPromised ? [.durability] : []))
            #expect(lost.first.map { $0.count == gone } ?? true)
        }
    }

    @Test("a queue beyond its bound is seen")
    func queueBound() {
        var world = Fixture.pipeline(perSecond: 100, duration: .seconds(10), replicas: 1, concurrency: 1)
        world.brokers[0] = BrokerSpecification(name: "memory", kind: .direct)
        world.topics[0].capacity = 50
        let sound = World(world, seed: 1)
        advance(sound, to: 8)
        #expect(sound.measurements.violations.isEmpty)
        sound.shrinkQueue(stage: 0, to: 10)
        advance(sound, to: 10)
        #expect(sound.measurements.violations.map(\.causeKey) == ["queue-bound: queue of stage sender"])
        #expect(sound.measurements.violations.first?.message == nil)
    }
}
