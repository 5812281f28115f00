// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Synchronization
import Testing

/// The page's example of a queue of tasks.
struct JobQueueTests {
    private struct Failure: Error {}

    /// How tasks ended, by reference.
    private final class Books: Sendable {
        private let ends = Mutex<[UInt64: TaskEnd]>([:])
        var all: [UInt64: TaskEnd] { ends.withLock { $0 } }
        func end(_ reference: UInt64, _ end: TaskEnd) { ends.withLock { $0[reference] = end } }
        func wait(for count: Int) async { while all.count < count { await Task.yield() } }
    }

    @Test("workers do every task, try those again that fail, and leave off when the queue is closed")
    func works() async {
        let books = Books()
        let queue = JobQueue(JobPolicy(lease: .seconds(30), attempts: 3), ended: books.end)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await queue.work(heartbeat: .seconds(10)) { lease in
                        if lease.reference == 13 || lease.reference % 10 == 0, lease.attempt == 1 { throw Failure() }
                        if lease.reference == 13 { throw Failure() }
                    }
                }
            }
            for number in 1...40 { #expect(await queue.submit(UInt64(number), tenant: UInt64(number % 3))) }
            await books.wait(for: 40)
            await queue.close()
        }
        let ends = books.all
        #expect(ends.filter { $0.value == .dead }.map(\.key) == [13], "three attempts, and none was left")
        let metrics = await queue.metrics
        #expect(metrics.completed == 39 && metrics.retries == 4 + 2 && metrics.leases == 46)
    }

    @Test("a worker that is slower than its lease is fenced, and another one has its task")
    func fenced() async throws {
        let books = Books()
        let queue = JobQueue(JobPolicy(lease: .milliseconds(20)), ended: books.end)
        #expect(await queue.submit(1, tenant: 1, uniqueKey: 5))
        #expect(await !queue.submit(2, tenant: 1, uniqueKey: 5), "a live task has the key")
        let first = try #require(await queue.lease())
        // Nobody says anything: the queue's own alarm finds the task ready again.
        let second = try #require(await queue.lease())
        #expect(second.reference == 1 && second.attempt == 2 && second.token > first.token)
        #expect(await !queue.heartbeat(first))
        #expect(await queue.complete(first) == .fenced)
        #expect(books.all.isEmpty)
        while await queue.complete(second) == .fenced {
            // This machine was slower than the lease.
            let again = try #require(await queue.lease())
            if await queue.complete(again) == .accepted { break }
        }
        #expect(books.all == [1: .completed])
    }

    @Test("a worker sends heartbeats while it works, and keeps its lease")
    func heartbeats() async {
        let books = Books()
        let queue = JobQueue(JobPolicy(lease: .seconds(120)), ended: books.end)
        #expect(await queue.submit(1, tenant: 1))
        let worker = Task {
            await queue.work(heartbeat: .milliseconds(2)) { _ in
                // However busy the machine is.
                while await queue.metrics.heartbeats == 0 { try await Task.sleep(for: .milliseconds(2)) }
            }
        }
        await books.wait(for: 1)
        await queue.close()
        await worker.value
        let metrics = await queue.metrics
        #expect(metrics.heartbeats > 0 && metrics.leases == 1 && metrics.completed == 1)
    }
}
