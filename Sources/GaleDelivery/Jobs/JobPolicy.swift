// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// How tasks are leased to workers.
public struct JobPolicy: Equatable, Sendable {
    /// How long a lease lasts without a heartbeat. Default 30 s (Amazon SQS, visibility time-out).
    public var lease: Interval
    /// Attempts of a task, the first included; a lease that runs out is one. `RetryPolicy.unlimited`: until the host finds it too
    /// late. Default 26: Sidekiq's 25 retries.
    public var attempts: Int
    /// What a tenant may start a round; see `FairQueue`.
    public var quantum: UInt32
    /// When a unique key is free again.
    public var uniqueUntil: Uniqueness

    #if PlantedBugs
        /// A mistake of the table; nil: none that we know of.
        public var plantedBug: PlantedBug?
    #endif

    public init(
        lease: Interval = .seconds(30), attempts: Int = 26, quantum: UInt32 = 1, uniqueUntil: Uniqueness = .end
    ) {
        self.lease = lease
        self.attempts = attempts
        self.quantum = quantum
        self.uniqueUntil = uniqueUntil
    }

    /// Sidekiq Enterprise, `unique_until`.
    public enum Uniqueness: String, CaseIterable, Sendable {
        /// When the task starts: another may be enqueued while it runs.
        case start
        /// When the task has ended, well or not.
        case end
    }
}

/// A task's life in a `JobTable`: slot and generation. Stale identifiers are recognised.
@frozen
public struct TaskID: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The right to work on a task until `expires`.
public struct Lease: Equatable, Sendable {
    public var task: TaskID
    /// The host's own reference.
    public var reference: UInt64
    /// Greater than that of every lease before, of any task: what the work writes to carries it, and refuses what comes with
    /// a smaller one (M. Kleppmann, "How to do distributed locking", 2016).
    public var token: UInt64
    public var expires: Instant
    /// From 1.
    public var attempt: Int

    /// A lease that has come over the wire: a table gives them out.
    public init(task: TaskID, reference: UInt64, token: UInt64, expires: Instant, attempt: Int) {
        self.task = task
        self.reference = reference
        self.token = token
        self.expires = expires
        self.attempt = attempt
    }
}

/// What became of a worker's word about its lease.
public enum LeaseVerdict: Equatable, Sendable {
    /// It counts.
    case accepted
    /// The lease had run out or was given up: what the worker has done must not count.
    case fenced
}

/// How a task ended.
public enum TaskEnd: UInt8, CaseIterable, Sendable {
    case completed
    /// No attempt is left, or it can't succeed: for the dead set.
    case dead
    case cancelled
}

/// What a table has done so far.
public struct JobCounters: Equatable, Sendable {
    public internal(set) var enqueued: Int64 = 0
    /// Refused: a live task has the unique key.
    public internal(set) var duplicates: Int64 = 0
    public internal(set) var leases: Int64 = 0
    public internal(set) var heartbeats: Int64 = 0
    /// Leases that ran out.
    public internal(set) var expired: Int64 = 0
    /// Words of workers that no longer had the lease.
    public internal(set) var fenced: Int64 = 0
    public internal(set) var retries: Int64 = 0
    public internal(set) var completed: Int64 = 0
    public internal(set) var dead: Int64 = 0
    public internal(set) var cancelled: Int64 = 0
}
