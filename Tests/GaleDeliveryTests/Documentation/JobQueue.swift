// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// The owner of a queue: workers lease tasks from it, in this process or over your network.
actor JobQueue {
    private var table: JobTable
    private let begin = ContinuousClock.now
    private var idle: [CheckedContinuation<Void, Never>] = []
    private var alarm: Task<Void, Never>?
    private var isClosed = false

    /// - Parameter ended: hears of each task that ends, by its reference; it must not call back.
    init(_ policy: JobPolicy, ended: @escaping @Sendable (UInt64, TaskEnd) -> Void) {
        table = JobTable(policy)
        table.ended = ended
    }

    private var now: Instant {
        let (seconds, attoseconds) = begin.duration(to: .now).components
        return .zero + .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
    }

    /// What to export as metrics.
    var metrics: JobCounters { table.counters }

    /// - Returns: false: a live task has the key.
    func submit(_ reference: UInt64, tenant: UInt64, uniqueKey: UInt64? = nil) -> Bool {
        defer { lookAgain() }
        return table.enqueue(reference, tenant: tenant, uniqueKey: uniqueKey, at: now) != nil
    }

    /// The next task, when there is one; nil: the queue is closed.
    func lease() async -> Lease? {
        while !isClosed {
            if let lease = table.lease(at: now) { return lease }
            await withCheckedContinuation {
                idle.append($0); setAlarm()
            }
        }
        return nil
    }

    /// - Returns: false: the lease has run out, and the work should be broken off.
    func heartbeat(_ lease: Lease) -> Bool { table.heartbeat(lease, at: now) != nil }

    func complete(_ lease: Lease) -> LeaseVerdict {
        defer { lookAgain() }
        return table.complete(lease, at: now)
    }

    /// - Parameter delay: before another attempt; nil: it can't succeed.
    func fail(_ lease: Lease, retryAfter delay: Interval?) -> LeaseVerdict {
        defer { lookAgain() }
        return table.fail(lease, retryAfter: delay, at: now)
    }

    func close() {
        isClosed = true
        lookAgain()
    }

    /// Whoever waits for a task looks whether there is one.
    private func lookAgain() {
        for worker in idle { worker.resume() }
        idle = []
        setAlarm()
    }

    /// A lease that runs out, or a wait that ends, makes a task ready as well.
    private func setAlarm() {
        alarm?.cancel()
        guard !idle.isEmpty, let deadline = table.nextDeadline else { return }
        alarm = Task {
            try? await Task.sleep(until: begin + .nanoseconds(deadline.nanoseconds))
            if !Task.isCancelled { lookAgain() }
        }
    }
}

extension JobQueue {
    /// One worker, until the queue is closed: leases a task, keeps the lease while it works, and says how it went.
    nonisolated func work(heartbeat: Duration, _ body: @escaping @Sendable (Lease) async throws -> Void) async {
        while let lease = await lease() {
            let work = Task { try await body(lease) }
            let heart = Task {
                while true {
                    try await Task.sleep(for: heartbeat)
                    if await !self.heartbeat(lease) { return work.cancel() }
                }
            }
            switch await work.result {
            case .success: _ = await complete(lease)
            case .failure: _ = await fail(lease, retryAfter: .milliseconds(Int64(10) << min(lease.attempt, 12)))
            }
            heart.cancel()
        }
    }
}
