// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// A small host of `JobTable`: workers that take tasks, work, beat, fail, stall past their lease and crash at random, and
/// books as simple as can be, against which each word of the table is checked.
final class JobHost {
    struct Held {
        var lease: Lease
        /// As the last heartbeat said.
        var expires: Instant
        var doneAt: Instant
        var beats: Bool
        var nextBeat: Instant
    }

    var table: JobTable
    let policy: JobPolicy
    var random: SplitMix
    var now = Instant.zero
    private(set) var workers: [Held?]
    /// Tasks that have not ended, with their unique keys.
    private(set) var alive: [UInt64: UInt64?] = [:]
    private(set) var ends: [UInt64: TaskEnd] = [:]
    private(set) var completions: [UInt64: Int] = [:]
    private(set) var zombies = 0
    private(set) var offered: Int = 0
    private(set) var greatestToken: UInt64 = 0
    private var nextReference: UInt64 = 0

    init(seed: UInt64, policy: JobPolicy, workers: Int) {
        self.policy = policy
        table = JobTable(policy)
        random = SplitMix(seed: seed)
        self.workers = Array(repeating: nil, count: workers)
        table.ended = { [unowned self] reference, how in
            #expect(self.ends[reference] == nil, "a task ends once")
            self.ends[reference] = how
            self.alive[reference] = nil
        }
    }

    /// The worker whose lease on a task has not run out, if there is one.
    private func holders(of task: TaskID) -> [Held] {
        workers.compactMap { $0 }.filter { $0.lease.task == task && now < $0.expires }
    }

    func step(enqueues: Bool) {
        now = now + .milliseconds(Int64(1 + random.below(400)))
        if enqueues && random.chance(40) { enqueue() }
        for worker in workers.indices {
            if workers[worker] == nil { take(worker) } else { work(worker) }
        }
    }

    private func enqueue() {
        nextReference += 1
        let key: UInt64? = policy.uniqueUntil == .end && random.chance(50) ? UInt64(random.below(30)) : nil
        // What has ended by now is no longer alive; the table finds out when it is told the time.
        table.advance(to: now)
        let isTaken = key != nil && alive.values.contains { $0 == key }
        let task = table.enqueue(
            nextReference, tenant: UInt64(random.below(8)), uniqueKey: key,
            after: random.chance(20) ? .milliseconds(Int64(random.below(5_000))) : .zero, at: now)
        #expect((task == nil) == isTaken, "a unique key is free exactly when no live task has it")
        guard task != nil else { return }
        offered += 1
        alive[nextReference] = key
    }

    private func take(_ worker: Int) {
        guard let lease = table.lease(at: now) else { return }
        #expect(holders(of: lease.task).isEmpty, "no task runs under two live leases")
        #expect(lease.token > greatestToken, "tokens ascend")
        greatestToken = lease.token
        #expect(lease.attempt <= policy.attempts)
        #expect(alive[lease.reference] != nil)
        let length = Interval.milliseconds(Int64(random.below(random.chance(10) ? 20_000 : 3_000)))
        workers[worker] = Held(
            lease: lease, expires: lease.expires, doneAt: now + length, beats: random.chance(60),
            nextBeat: now + .milliseconds(1_000))
    }

    private func work(_ worker: Int) {
        guard var held = workers[worker] else { return }
        // A crashed worker says nothing any more.
        if random.chance(2) { return workers[worker] = nil }
        if held.beats && now >= held.nextBeat && now < held.doneAt {
            let isLive = now < held.expires
            let answer = table.heartbeat(held.lease, at: now)
            #expect((answer != nil) == isLive)
            guard let answer else { return workers[worker] = nil }
            held.expires = answer
            held.nextBeat = now + .milliseconds(1_000)
            workers[worker] = held
        }
        guard now >= held.doneAt else { return }
        workers[worker] = nil
        finish(held)
    }

    private func finish(_ held: Held) {
        let isLive = now < held.expires
        if !isLive { zombies += 1 }
        let verdict: LeaseVerdict
        if random.chance(70) {
            verdict = table.complete(held.lease, at: now)
            if verdict == .accepted { completions[held.lease.reference, default: 0] += 1 }
        } else {
            let delay: Interval? = random.chance(90) ? .milliseconds(Int64(random.below(4_000))) : nil
            verdict = table.fail(held.lease, retryAfter: delay, at: now)
        }
        #expect(verdict == (isLive ? .accepted : .fenced), "a worker's word counts exactly while its lease lasts")
    }
}
