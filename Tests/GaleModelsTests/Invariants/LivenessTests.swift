// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

/// Whatever waits for something that comes is silent, and whatever waits for nothing is seen.
@Suite struct LivenessTests {
    /// What is seen when a run ends at a time.
    private func stuck(_ world: World, at seconds: Int64) -> [Violation] {
        _ = world.advance(until: .zero + .seconds(seconds))
        world.finish()
        return world.measurements.violations
    }

    private func failing(_ status: UInt16, from start: Int64, for length: Int64) -> FaultSpecification {
        var outage = ProviderFault()
        outage.errorMicros = 1_000_000
        outage.error = ProviderResponse(status: status)
        return Fixture.provider(outage, at: .seconds(start), length: .seconds(length))
    }

    /// Notifications that wait a minute for their retry.
    private func waiting(_ change: (inout WorldSpecification) -> Void = { _ in }) -> World {
        let retry = RetryPolicy(backoff: .fixed, jitter: .none, base: .minutes(1), attempts: 100)
        var world = Fixture.pipeline(
            perSecond: 5, duration: .seconds(20), policy: Fixture.policy(retry: retry, deduplicate: false),
            replicas: 2, faults: [failing(503, from: 0, for: 10)])
        change(&world)
        return World(world, seed: 1)
    }

    @Test("a dispatcher that has forgotten what it was given is seen, with a message that waits there")
    func forgotten() throws {
        let world = waiting()
        _ = world.advance(until: .zero + .seconds(15))
        let jobs = world.openJobs(stage: 0).filter { $0.replica == 0 }
        #expect(jobs.count > 10)
        world.forget(stage: 0, replica: 0)
        let violations = stuck(world, at: 200)
        #expect(violations.map(\.causeKey) == ["liveness: stage sender"])
        #expect(violations.first?.count == Int64(jobs.count))
        #expect(jobs.contains { $0.message == violations.first?.message })
        #expect(violations.first?.cause == "waits in stage sender, and nothing is on its way that would take it on")
    }

    @Test("who is forgotten by a dispatcher that goes on with others is seen when its time has long been over")
    func expired() {
        let world = waiting {
            $0.duration = .seconds(200)
            $0.workloads[0].timeToLive = .seconds(90)
        }
        _ = world.advance(until: .zero + .seconds(12))
        let lost = world.openJobs(stage: 0).count { $0.replica == 0 }
        #expect(lost > 10)
        world.forget(stage: 0, replica: 0)
        let violations = stuck(world, at: 190)
        #expect(violations.map(\.causeKey) == ["liveness: stage sender"])
        #expect(violations.first?.count == Int64(lost))
    }

    @Test("a slot that nobody takes though others wait for one is seen")
    func idleSlot() {
        func run(_ change: (World) -> Void) -> [Violation] {
            let world = World(Fixture.station(perSecond: 20, servers: 1, service: .constant(100_000_000)), seed: 1)
            _ = world.advance(until: .zero + .seconds(50))
            change(world)
            world.finish()
            return world.measurements.violations
        }
        #expect(run { _ in } == [])
        let seen = run { $0.freeSlot(stage: 0, replica: 0) }
        #expect(
            seen.map(\.cause) == ["a replica of stage server has a free slot, and what waits there does not get it"])
    }

    @Test("what waits for a later retry, an answer, a limit or a lane is on its way, whenever the run ends")
    func waits() {
        #expect(stuck(waiting(), at: 15) == [])
        #expect(stuck(waiting { $0.faults = [failing(503, from: 0, for: 600)] }, at: 190) == [])
        var silence = ProviderFault()
        silence.blackout = true
        let silent = waiting {
            $0.policies[0].policy.timeout = .minutes(5)
            $0.faults = [Fixture.provider(silence, at: .seconds(5), length: .minutes(10))]
        }
        #expect(stuck(silent, at: 60) == [])
        for waiting in [Policy.Waiting.park, .hold] {
            let limited = self.waiting {
                $0.policies[0].policy.waiting = waiting
                $0.policies[0].policy.routing.lanes = .strict(ageing: nil)
                $0.policies[0].policy.limits = [
                    .init(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 200_000, burst: 1)
                ]
                $0.faults = []
            }
            #expect(stuck(limited, at: 90) == [])
        }
    }

    @Test("what waits for the end of the quiet hours is on its way")
    func quiet() {
        let world = waiting {
            $0.workloads[0].timeToLive = .hours(24)
            $0.policies[0].policy.routing.quietHours = QuietHours(
                begin: 0, end: 120, zones: TimeZoneTable(fixed: [("here", 0)]), epoch: 60)
            $0.faults = []
        }
        #expect(stuck(world, at: 200) == [])
        #expect(Fixture.ledger(world).inFlight > 50)
    }

    @Test("what waits for a replica, a leader or a rebalance that the run does not live to see is silent")
    func down() {
        let crash = FaultSpecification(
            name: "crash", at: .seconds(8), length: .minutes(30),
            effect: .workerCrash(stage: 0, firstReplica: 0, count: 2))
        let leaderless = (0..<3).map {
            FaultSpecification(
                name: "node-\($0)", at: .seconds(8), length: .minutes(30), effect: .brokerCrash(broker: 0, node: $0))
        }
        for faults in [[crash], leaderless, leaderless + [crash]] {
            let world = waiting { $0.faults = faults }
            #expect(stuck(world, at: 200) == [])
            if faults.count == 1 { #expect(Fixture.ledger(world).inFlight > 20) }
        }
    }

    @Test("worlds of all sorts are silent, wherever they are cut off", arguments: 1...24 as ClosedRange<UInt64>)
    func anywhere(seed: UInt64) {
        let specification = RandomWorld(seed: seed).specification
        for tenths in [7, 23, 41, 58, 64, 120, 900] as [Int64] {
            let world = World(specification, seed: seed)
            _ = world.advance(until: .zero + .milliseconds(tenths * 100 + Int64(seed) * 13))
            world.finish()
            #expect(world.measurements.violations.filter { $0.invariant == .liveness } == [], "\(tenths)")
        }
    }
}
