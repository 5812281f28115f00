// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import Testing

@Suite("A platform of workers")
struct JobPoolTests {
    /// Tasks at a rate for workers with two slots each.
    static func platform(
        _ work: WorkSpecification, perSecond: Double = 40, workers: Int = 8, faults: [FaultSpecification] = [],
        capacity: Int64? = nil
    ) -> WorldSpecification {
        var world = WorldSpecification(name: "jobs", duration: .seconds(60), drain: .minutes(20), seed: 1)
        world.brokers = [BrokerSpecification(name: "memory", kind: .direct)]
        world.topics = [TopicSpecification(name: "tasks", broker: 0, capacity: capacity)]
        world.links = [LinkSpecification(name: "site", latency: .lognormal(median: 1e6, sigma: 0.5))]
        world.stages = [
            StageSpecification(name: "workers", topic: 0, replicas: workers, concurrency: 2, steps: [.work(work)])
        ]
        world.workloads = [
            WorkloadSpecification(name: "load", topic: 0, rate: .constant(perSecondMicros: Int64(perSecond * 1e6)))
        ]
        world.faults = faults
        return world
    }

    static func work(
        _ duration: Double = 0.3, lease: Interval = .seconds(6), heartbeat: Interval? = .seconds(2),
        failures: Int64 = 0, attempts: Int = 26
    ) -> WorkSpecification {
        WorkSpecification(
            duration: .exponential(mean: duration * 1e9), failureMicros: failures,
            policy: JobPolicy(lease: lease, attempts: attempts), heartbeat: heartbeat,
            retry: RetryPolicy(base: .seconds(1), cap: .seconds(5)))
    }

    static func pause(_ count: Int, at: Int64 = 20, seconds: Int64 = 12) -> FaultSpecification {
        FaultSpecification(
            name: "pause", at: .seconds(at), length: .seconds(seconds),
            effect: .workerPause(stage: 0, firstReplica: 0, count: count))
    }

    static func crash(_ count: Int, at: Int64 = 20, seconds: Int64 = 12) -> FaultSpecification {
        FaultSpecification(
            name: "crash", at: .seconds(at), length: .seconds(seconds),
            effect: .workerCrash(stage: 0, firstReplica: 1, count: count))
    }

    private func run(_ specification: WorldSpecification) -> (ledger: Ledger, jobs: JobFigures, world: World) {
        let (world, ledger) = Fixture.run(specification)
        #expect(ledger.balances && ledger.lost == 0, "\(ledger)")
        return (ledger, world.measurements.jobs(stage: 0) ?? JobFigures(), world)
    }

    @Test("without a fault each task is leased, done and delivered once")
    func calm() {
        let (ledger, jobs, world) = run(Self.platform(Self.work()))
        #expect(ledger.submitted > 2_000 && ledger.delivered == ledger.submitted && ledger.duplicates == 0)
        #expect(jobs.leases == ledger.submitted && jobs.completed == ledger.submitted && jobs.enqueued == jobs.leases)
        #expect(jobs.leasesLost == 0 && jobs.fenced == 0 && jobs.retries == 0)
        let stage = world.measurements.stage(0)
        #expect(stage.completed == ledger.submitted && stage.redelivered == 0)
        #expect(world.measurements.latency(.stage(0), phase: 0).count == ledger.submitted)
        #expect(world.liveRecords.messages == 0)
    }

    @Test("the table's deadlines come up once each, however often an earlier one comes between")
    func deadlines() {
        let lasting = Self.work(0.3, lease: .minutes(10), heartbeat: nil, failures: 300_000)
        let (ledger, jobs, world) = run(Self.platform(lasting))
        #expect(jobs.retries > 500)
        // A start, an end, its report and at most two deadlines each.
        #expect(world.events < 8 * jobs.leases + 4 * ledger.submitted, "\(world.events) events, \(jobs.leases) leases")
    }

    @Test("a worker that goes on before its task has come does that task no sooner")
    func travelling() {
        var distant = Self.work(0.3, lease: .seconds(60), heartbeat: .seconds(20))
        distant.link = 0
        var world = Self.platform(distant, perSecond: 1, faults: [Self.pause(8, at: 20, seconds: 1)])
        world.links = [LinkSpecification(name: "site", latency: .constant(5_000_000_000))]
        let (ledger, _, ended) = run(world)
        #expect(ledger.delivered == ledger.submitted)
        // A task's grant alone takes five seconds.
        #expect((ended.measurements.latency(.stage(0), phase: 0).min ?? 0) >= 5_000_000_000)
    }

    @Test("a heartbeat keeps the lease of work that is longer than it, and without one the work is lost to others")
    func heartbeats() {
        var long = Self.work(lease: .seconds(2), heartbeat: .milliseconds(600))
        long.duration = .constant(5e9)
        let kept = run(Self.platform(long, perSecond: 2))
        #expect(kept.jobs.leasesLost == 0 && kept.jobs.heartbeats >= 7 * kept.ledger.submitted)
        #expect(kept.ledger.delivered == kept.ledger.submitted)

        long.heartbeat = nil
        long.policy.attempts = 3
        let silent = run(Self.platform(long, perSecond: 1))
        #expect(silent.jobs.leasesLost == 3 * silent.ledger.submitted && silent.jobs.completed == 0)
        #expect(silent.ledger.deadLettered == silent.ledger.submitted && silent.jobs.dead == silent.ledger.submitted)
        #expect(silent.jobs.fencedCompletions == silent.jobs.leases)
    }

    @Test("dead workers lose their leases, and what they had is done by others")
    func crashes() {
        let (ledger, jobs, world) = run(Self.platform(Self.work(), faults: [Self.crash(3)]))
        #expect(ledger.delivered == ledger.submitted && ledger.duplicates == 0)
        #expect(jobs.leasesLost > 0 && jobs.leasesLost <= 6 && jobs.fenced == 0)
        #expect(jobs.leases == ledger.submitted + jobs.leasesLost)
        #expect(world.measurements.decisionsChanged(fault: 0) > 0)
    }

    @Test("the network treats each attempt of a task anew, however many there are")
    func manyAttempts() {
        func leasesLost(_ attempts: Int) -> Int64 {
            var failing = Self.work(lease: .seconds(1), heartbeat: nil, failures: 1_000_000, attempts: attempts)
            failing.duration = .constant(1e7)
            failing.retry = RetryPolicy(backoff: .fixed, jitter: .none, base: .milliseconds(10), cap: .seconds(5))
            failing.link = 0
            var world = Self.platform(failing, perSecond: 0.2)
            world.links[0].lossMicros = 200_000
            let (ledger, jobs, _) = run(world)
            #expect(ledger.deadLettered == ledger.submitted && jobs.leases == ledger.submitted * Int64(attempts))
            return jobs.leasesLost
        }
        let (once, twice) = (leasesLost(64), leasesLost(128))
        #expect(once > 50 && twice != 2 * once && abs(twice - 2 * once) < once / 2, "\(once) \(twice)")
    }

    @Test("workers that are down are down because of their crash, whatever pauses begin and end meanwhile")
    func blame() {
        var long = Self.pause(8, at: 8, seconds: 22)
        long.name = "long pause"
        var crash = Self.crash(8, at: 10, seconds: 30)
        crash.effect = .workerCrash(stage: 0, firstReplica: 0, count: 8)
        let (_, _, world) = run(Self.platform(Self.work(), faults: [Self.pause(8, at: 5, seconds: 15), long, crash]))
        #expect(world.measurements.decisionsChanged(fault: 1) == 0, "all stood still already, and then were dead")
        #expect(world.measurements.decisionsChanged(fault: 2) > 100)
    }

    @Test("a zombie's work has no effect, unless nobody looks at its lease: then it is a duplicate")
    func zombies() {
        var work = Self.work(2)
        work.whenFenced = .finish
        let fenced = run(Self.platform(work, perSecond: 5, faults: [Self.pause(6)]))
        #expect(fenced.jobs.fencedCompletions > 3 && fenced.jobs.unfencedCompletions == 0)
        #expect(fenced.ledger.delivered == fenced.ledger.submitted && fenced.ledger.duplicates == 0)
        #expect(fenced.world.measurements.decisionsChanged(fault: 0) > 0)

        work.isFenced = false
        let unfenced = run(Self.platform(work, perSecond: 5, faults: [Self.pause(6)]))
        #expect(unfenced.jobs.unfencedCompletions == fenced.jobs.fencedCompletions)
        #expect(unfenced.ledger.duplicates == unfenced.jobs.unfencedCompletions, "\(unfenced.ledger)")
    }

    @Test("a worker that hears that its lease is gone stops, and works on something else")
    func stops() {
        let (ledger, jobs, _) = run(Self.platform(Self.work(20), perSecond: 0.5, faults: [Self.pause(6)]))
        #expect(jobs.leasesLost > 0 && jobs.fenced >= jobs.leasesLost && jobs.fencedCompletions == 0)
        #expect(ledger.delivered == ledger.submitted && ledger.duplicates == 0)
    }

    @Test("a pause shorter than the lease costs time and nothing else")
    func shortPause() {
        let (ledger, jobs, _) = run(Self.platform(Self.work(2), perSecond: 5, faults: [Self.pause(8, seconds: 3)]))
        #expect(jobs.leasesLost == 0 && jobs.fenced == 0 && ledger.delivered == ledger.submitted)
    }

    @Test("failures are tried again after a wait, and what has no attempt left is a dead letter")
    func failures() {
        let (ledger, jobs, _) = run(Self.platform(Self.work(failures: 500_000, attempts: 3)))
        #expect(jobs.dead == ledger.deadLettered && ledger.delivered + ledger.deadLettered == ledger.submitted)
        #expect(jobs.retries + ledger.submitted == jobs.leases)
        // One in eight fails three times.
        let share = Double(ledger.deadLettered) / Double(ledger.submitted)
        #expect(share > 0.1 && share < 0.15)
    }

    @Test("a partition between workers and table makes zombies and loses nothing")
    func partition() {
        var work = Self.work(3)
        work.link = 0
        let cut = FaultSpecification(
            name: "cut", at: .seconds(20), length: .seconds(15),
            effect: .link(0, latencyFactorMicros: 1_000_000, addedLatency: .zero, lossMicros: 0, partitioned: true))
        let (ledger, jobs, world) = run(Self.platform(work, perSecond: 4, faults: [cut]))
        #expect(jobs.leasesLost > 0 && jobs.fenced > 0 && ledger.delivered == ledger.submitted, "\(jobs)")
        #expect(ledger.duplicates == 0 && world.measurements.decisionsChanged(fault: 0) > 0)
    }

    @Test("a recipient's task stands for those that come while it lives")
    func uniqueRecipients() {
        var work = Self.work(2)
        work.unique = .recipient
        var world = Self.platform(work, perSecond: 5)
        world.workloads[0].recipientCount = 50
        let (ledger, jobs, _) = run(world)
        #expect(ledger.suppressed == jobs.refused && jobs.refused > 20)
        #expect(ledger.delivered + ledger.suppressed == ledger.submitted)
    }

    @Test("what is submitted again while its task lives is refused, and has one line in the ledger")
    func redelivery() {
        func world(_ unique: WorkSpecification.UniqueKey) -> WorldSpecification {
            var work = Self.work(60, lease: .minutes(10), heartbeat: nil)
            work.unique = unique
            work.duration = .constant(60e9)
            var world = Self.platform(work, perSecond: 0.5, workers: 20)
            var profile = KafkaProfile()
            profile.session = .seconds(6)
            world.brokers.append(BrokerSpecification(name: "kafka", kind: .kafka(profile)))
            world.topics.append(TopicSpecification(name: "inbox", broker: 1, partitions: 4))
            world.workloads[0].topic = 1
            world.stages.append(
                StageSpecification(
                    name: "intake", topic: 1, replicas: 2, concurrency: 64,
                    steps: [.compute(.constant(1e6)), .emit(EmitSpecification(topic: 0, split: false))]))
            world.faults = [
                FaultSpecification(
                    name: "intake", at: .seconds(24), length: .seconds(1),
                    effect: .workerCrash(stage: 1, firstReplica: 0, count: 2))
            ]
            return world
        }
        let unique = run(world(.message))
        #expect(unique.jobs.refused > 0 && unique.ledger.duplicates == 0 && unique.ledger.suppressed == 0)
        #expect(unique.ledger.delivered == unique.ledger.submitted)
        // What is refused leaves the task's own times as they were.
        #expect((unique.world.measurements.latency(.stage(0), phase: 0).min ?? 0) >= 60_000_000_000)
        let anew = run(world(.none))
        #expect(anew.jobs.refused == 0 && anew.ledger.duplicates == unique.jobs.refused)
    }

    @Test("a full table sheds, and what nobody wants any more when its turn comes is not started")
    func limits() {
        var world = Self.platform(Self.work(2), perSecond: 20, capacity: 100)
        world.workloads[0].timeToLive = .seconds(5)
        let (ledger, jobs, _) = run(world)
        #expect(ledger.shed > 0 && ledger.expired > 0 && jobs.expired == ledger.expired)
        #expect(jobs.enqueued + ledger.shed == ledger.submitted)
        // What is too old is nobody's lease.
        #expect(jobs.leases == jobs.enqueued - jobs.expired && jobs.completed == jobs.leases)
        #expect(jobs.tenants.reduce(0) { $0 + $1.started } == jobs.enqueued - jobs.expired)
    }

    @Test("one tenant's flood keeps the others waiting only where tenants don't take turns")
    func fairness() {
        func waits(fair: Bool) -> [Interval] {
            var work = Self.work(0.3)
            work.isFair = fair
            var world = Self.platform(work, perSecond: 10)
            world.workloads[0].tenantCount = 20
            world.workloads.append(
                WorkloadSpecification(
                    name: "flood", topic: 0,
                    rate: RateSpecification(
                        points: [
                            (.zero, 0), (.seconds(10), 0), (.seconds(10), 1_000_000_000), (.seconds(11), 1_000_000_000),
                            (.seconds(11), 0),
                        ])))
            let (_, jobs, _) = run(world)
            return jobs.tenants.filter { $0.tenant > 0 }.map { Interval(nanoseconds: $0.waited / $0.started) }
        }
        let (fair, oneLine) = (waits(fair: true), waits(fair: false))
        #expect(fair.allSatisfy { $0 < .seconds(1) })
        #expect(oneLine.map(\.nanoseconds).reduce(0, +) > 20 * fair.map(\.nanoseconds).reduce(0, +))
    }

    @Test(
        "whatever happens each task has one line, the books balance and runs repeat",
        arguments: 1...12 as ClosedRange<UInt64>)
    func anything(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func below(_ count: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(count))
        }
        var work = Self.work(Double(below(30)) / 10 + 0.1, failures: Int64(below(300_000)), attempts: 2 + below(8))
        work.unique = WorkSpecification.UniqueKey.allCases[below(3)]
        work.isFair = below(2) == 0
        work.isFenced = below(2) == 0
        work.whenFenced = below(2) == 0 ? .stop : .finish
        work.heartbeat = below(3) == 0 ? nil : .seconds(2)
        work.link = below(2) == 0 ? nil : 0
        var world = Self.platform(work, perSecond: Double(2 + below(20)), capacity: below(3) == 0 ? 200 : nil)
        world.workloads[0].recipientCount = 200
        world.workloads[0].tenantCount = 10
        world.workloads[0].timeToLive = .seconds(Int64(5 + below(200)))
        world.faults = [
            Self.pause(1 + below(6), at: Int64(below(50)), seconds: Int64(1 + below(30))),
            Self.crash(1 + below(6), at: Int64(below(50)), seconds: Int64(1 + below(30))),
            Self.pause(1 + below(6), at: Int64(below(50)), seconds: Int64(1 + below(30))),
            FaultSpecification(
                name: "cut", at: .seconds(Int64(below(50))), length: .seconds(Int64(1 + below(20))),
                effect: .link(
                    0, latencyFactorMicros: 1_000_000, addedLatency: .zero, lossMicros: Int64(below(500_000)),
                    partitioned: below(2) == 0)),
        ]
        let worlds = [Interval.minutes(30), .milliseconds(730)].map {
            PropertyTests.run(world, seed: seed, stride: $0)
        }
        let (jobs, records) = (worlds[0].measurements.jobs(stage: 0) ?? JobFigures(), worlds[0].liveRecords)
        worlds.forEach { $0.finish() }
        let ledger = Fixture.ledger(worlds[0])
        #expect(ledger.balances && PropertyTests.hasNoNegativeEntry(ledger) && ledger.lost == 0 && ledger.inFlight == 0)
        #expect(records.messages == 0, "\(records)")
        if work.isFenced { #expect(ledger.duplicates == 0 && jobs.unfencedCompletions == 0) }
        #expect(
            ledger.delivered + ledger.deliveredLate + ledger.duplicates == jobs.completed + jobs.unfencedCompletions)
        #expect(jobs.enqueued == jobs.completed + jobs.dead + jobs.expired)
        #expect(worlds[0].trajectoryDigest == worlds[1].trajectoryDigest)
        #expect(worlds[0].outcomeDigest == worlds[1].outcomeDigest)
        #expect(worlds[1].measurements.jobs(stage: 0) == jobs)
    }
}
