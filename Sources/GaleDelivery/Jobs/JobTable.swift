// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Tasks of many tenants, leased to workers: unique while live, fair across tenants, retried after a wait, and safe against
/// workers that are slower than their lease.
///
///     enqueue ──► ready ──lease──► leased ──complete──► ended
///                  ▲  ▲              │ │
///                  │  └─lease runs out┘ └─fail──► waiting ──due──► ready
///
/// - A worker *leases* a task for `JobPolicy.lease` and keeps it with heartbeats (Temporal, activity heartbeat; Amazon SQS,
///   `ChangeMessageVisibility`). When the lease runs out the task is ready again and the attempt is spent.
/// - A *zombie*, a worker that goes on after its lease has run out, is fenced: neither its heartbeat nor its completion
///   counts, whether or not somebody else has the task by then (Temporal answers `NotFound` as well). For what it writes
///   elsewhere there is the token (Kleppmann).
/// - Ready tasks go out by deficit round robin over tenants (`FairQueue`).
/// - A task with a unique key is refused while another with that key lives (Sidekiq Enterprise, unique jobs).
///
/// No clock and no I/O: the host says the time with every call and calls `advance` no later than `nextDeadline`. Scope: the
/// queue's owner, one table; a fleet shares it through whoever serves it, and when that fails workers get no lease and, after
/// `JobPolicy.lease`, lose those they have: it fails closed.
///
/// - Complexity: O(log n) a lease, O(1) otherwise, amortised. 64 bytes a task, and its place in a queue or heap.
public struct JobTable: ~Copyable {
    struct Task: BitwiseCopyable {
        enum State: UInt8, BitwiseCopyable { case free, ready, leased, waiting }

        /// The pool overwrites these four bytes of a freed record, and no others.
        var unused: UInt32 = 0
        var generation: UInt32
        var reference: UInt64
        var tenant: UInt64
        var uniqueKey: UInt64
        /// Of its lease; 0: none yet.
        var token: UInt64 = 0
        /// When the lease runs out or the wait is over, nanoseconds.
        var due: Int64 = 0
        /// The time of its place in the heap, which may be before `due`; 0: it has none. Other places are void.
        var looked: Int64 = 0
        var attempts: UInt32 = 0
        var state = State.ready
        var isUnique: Bool
    }

    let tasks = Slab<Task>()
    var ready: FairQueue
    var deadlines = DeadlineHeap()
    var unique = HashIndex()
    private var lastToken: UInt64 = 0
    let policy: JobPolicy
    public internal(set) var counters = JobCounters()
    /// Leases that have not run out, as of the last call.
    public internal(set) var leased = 0
    /// Tasks that wait for their retry.
    public internal(set) var waiting = 0

    public init(_ policy: JobPolicy = JobPolicy()) {
        self.policy = policy
        ready = FairQueue(quantum: policy.quantum)
    }

    deinit {
        tasks.deallocate()
        deadlines.deallocate()
        unique.deallocate()
    }

    /// Tasks that have not ended.
    public var live: Int { tasks.count }

    /// Takes a task.
    ///
    /// - Parameters:
    ///   - uniqueKey: no other live task may have it; nil: it need not be unique.
    ///   - delay: it is not ready before that.
    /// - Returns: nil: a live task has the key.
    public mutating func enqueue(
        _ reference: UInt64, tenant: UInt64, uniqueKey: UInt64? = nil, after delay: Interval = .zero, at now: Instant
    ) -> TaskID? {
        advance(to: now)
        if let uniqueKey, unique[uniqueKey] != HashIndex.none {
            counters.duplicates += 1
            return nil
        }
        let untouched = tasks.extent
        let slot = tasks.allocate()
        let generation = slot == untouched ? 0 : tasks[slot].pointee.generation
        tasks[slot].initialize(
            to: Task(
                generation: generation, reference: reference, tenant: tenant, uniqueKey: uniqueKey ?? 0,
                isUnique: uniqueKey != nil))
        if let uniqueKey { unique.set(uniqueKey, slot) }
        counters.enqueued += 1
        if delay > .zero { wait(slot, until: now + delay) } else { makeReady(slot) }
        return identifier(slot)
    }

    /// Leases the task whose tenant's turn it is; nil: none is ready.
    public mutating func lease(at now: Instant) -> Lease? {
        advance(to: now)
        while let word = ready.popFirst() {
            let id = TaskID(rawValue: word)
            guard let slot = living(id), tasks[slot].pointee.state == .ready else { continue }  // cancelled meanwhile
            let record = tasks[slot]
            lastToken += 1
            record.pointee.token = lastToken
            if record.pointee.attempts < .max { record.pointee.attempts += 1 }
            record.pointee.state = .leased
            let expires = now + policy.lease
            record.pointee.due = expires.nanoseconds
            lookAgain(slot)
            if policy.uniqueUntil == .start { freeKey(slot) }
            counters.leases += 1
            leased += 1
            return Lease(
                task: id, reference: record.pointee.reference, token: lastToken, expires: expires,
                attempt: Int(record.pointee.attempts))
        }
        return nil
    }

    /// The worker is alive: its lease lasts `JobPolicy.lease` from now.
    ///
    /// - Returns: when the lease runs out now; nil: it is fenced and should stop.
    public mutating func heartbeat(_ lease: Lease, at now: Instant) -> Instant? {
        guard let slot = holder(of: lease, at: now) else { return nil }
        let expires = now + policy.lease
        // The heap learns of it when the old time comes.
        tasks[slot].pointee.due = expires.nanoseconds
        counters.heartbeats += 1
        return expires
    }

    /// The worker has done the task.
    public mutating func complete(_ lease: Lease, at now: Instant) -> LeaseVerdict {
        guard let slot = holder(of: lease, at: now) else {
            #if PlantedBugs
                if policy.plantedBug == .zombieAccepted { return .accepted }
            #endif
            return .fenced
        }
        leased -= 1
        end(slot, .completed)
        return .accepted
    }

    /// The worker has failed.
    ///
    /// - Parameter delay: how long to wait before another attempt; nil: it can't succeed.
    public mutating func fail(_ lease: Lease, retryAfter delay: Interval?, at now: Instant) -> LeaseVerdict {
        guard let slot = holder(of: lease, at: now) else { return .fenced }
        leased -= 1
        if let delay, Int(tasks[slot].pointee.attempts) < policy.attempts {
            counters.retries += 1
            if delay > .zero { wait(slot, until: now + delay) } else { makeReady(slot) }
        } else {
            end(slot, .dead)
        }
        return .accepted
    }

    /// Ends a task whatever it is doing; a worker that has it is fenced.
    ///
    /// - Returns: whether it lived.
    public mutating func cancel(_ task: TaskID, at now: Instant) -> Bool {
        advance(to: now)
        guard let slot = living(task) else { return false }
        switch tasks[slot].pointee.state {
        case .leased: leased -= 1
        case .waiting: waiting -= 1
        case .ready, .free: break
        }
        end(slot, .cancelled)
        return true
    }

    /// When `advance` is due; nil: never, as things are.
    public var nextDeadline: Instant? { deadlines.first.map { Instant(nanoseconds: $0.at) } }

    /// Lets time pass: leases run out, waits end.
    public mutating func advance(to now: Instant) {
        while let first = deadlines.first, first.at <= now.nanoseconds {
            deadlines.popFirst()
            guard let slot = living(TaskID(rawValue: first.word)) else { continue }
            let record = tasks[slot]
            guard record.pointee.looked == first.at else { continue }
            record.pointee.looked = 0
            guard record.pointee.state == .leased || record.pointee.state == .waiting else { continue }
            if record.pointee.due > now.nanoseconds {
                // A heartbeat came, or this is the time of an earlier lease.
                lookAgain(slot)
                continue
            }
            if record.pointee.state == .waiting {
                waiting -= 1
                makeReady(slot)
                continue
            }
            counters.expired += 1
            leased -= 1
            if Int(record.pointee.attempts) < policy.attempts { makeReady(slot) } else { end(slot, .dead) }
        }
    }

    /// Called with each task that ends: the host's books. Nothing may be called back.
    public var ended: ((_ reference: UInt64, TaskEnd) -> Void)?
}
