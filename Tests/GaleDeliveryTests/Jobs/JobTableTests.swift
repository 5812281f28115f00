// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct JobTableTests {
    private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }

    private func take(_ table: inout JobTable, _ now: Instant) throws -> Lease {
        let lease = table.lease(at: now)
        return try #require(lease)
    }

    @Test("a lease that runs out makes the task ready again, and its first worker is fenced")
    func zombie() throws {
        var table = JobTable()
        #expect(table.enqueue(1, tenant: 1, at: at(0)) != nil)
        let slow = try take(&table, at(0))
        #expect(slow.expires == at(30))
        #expect(table.lease(at: at(29)) == nil)
        let second = try take(&table, at(30))
        #expect(second.task == slow.task && second.token > slow.token && second.attempt == 2)
        #expect(table.heartbeat(slow, at: at(31)) == nil)
        #expect(table.complete(slow, at: at(31)) == .fenced)
        #expect(table.fail(slow, retryAfter: .zero, at: at(31)) == .fenced)
        #expect(table.complete(second, at: at(32)) == .accepted)
        #expect(table.complete(second, at: at(32)) == .fenced, "once")
        #expect(table.live == 0 && table.counters.completed == 1 && table.counters.fenced == 4)
    }

    @Test("a completion after the lease has run out is fenced although nobody else has the task yet")
    func lateCompletion() throws {
        var table = JobTable()
        _ = table.enqueue(1, tenant: 1, at: at(0))
        let lease = try take(&table, at(0))
        #expect(table.complete(lease, at: at(30)) == .fenced)
        #expect(try take(&table, at(30)).attempt == 2)
    }

    @Test("heartbeats keep a lease")
    func heartbeat() throws {
        var table = JobTable()
        _ = table.enqueue(1, tenant: 1, at: at(0))
        let lease = try take(&table, at(0))
        for second in stride(from: Int64(20), to: 300, by: 20) {
            #expect(table.heartbeat(lease, at: at(second)) == at(second + 30))
            #expect(table.lease(at: at(second)) == nil)
        }
        #expect(table.complete(lease, at: at(309)) == .accepted)
        #expect(table.counters.expired == 0)
    }

    @Test("a unique key is taken while its task lives, retries included")
    func unique() throws {
        var table = JobTable()
        #expect(table.enqueue(1, tenant: 1, uniqueKey: 5, at: at(0)) != nil)
        #expect(table.enqueue(2, tenant: 2, uniqueKey: 5, at: at(0)) == nil)
        let first = try take(&table, at(0))
        #expect(table.enqueue(3, tenant: 1, uniqueKey: 5, at: at(1)) == nil)
        #expect(table.fail(first, retryAfter: .seconds(10), at: at(2)) == .accepted)
        #expect(table.enqueue(4, tenant: 1, uniqueKey: 5, at: at(3)) == nil)
        let again = try take(&table, at(12))
        #expect(table.complete(again, at: at(13)) == .accepted)
        #expect(table.enqueue(5, tenant: 1, uniqueKey: 5, at: at(13)) != nil)
        #expect(table.counters.duplicates == 3)
    }

    @Test("unique until the start: another may be enqueued while it runs")
    func uniqueUntilStart() {
        var table = JobTable(JobPolicy(uniqueUntil: .start))
        #expect(table.enqueue(1, tenant: 1, uniqueKey: 5, at: at(0)) != nil)
        #expect(table.enqueue(2, tenant: 1, uniqueKey: 5, at: at(0)) == nil)
        #expect(table.lease(at: at(0)) != nil)
        #expect(table.enqueue(3, tenant: 1, uniqueKey: 5, at: at(0)) != nil)
    }

    @Test("a failed task waits for its retry, and is dead after its last attempt")
    func retries() throws {
        var table = JobTable(JobPolicy(attempts: 3))
        var ends: [TaskEnd] = []
        table.ended = { _, how in ends.append(how) }
        _ = table.enqueue(1, tenant: 1, at: at(0))
        for attempt in 1...3 as ClosedRange<Int64> {
            let now = at(attempt * 100)
            let lease = try take(&table, now)
            #expect(lease.attempt == Int(attempt))
            #expect(table.fail(lease, retryAfter: .seconds(60), at: now) == .accepted)
            #expect(table.lease(at: now + .seconds(59)) == nil)
        }
        #expect(ends == [.dead])
        #expect(table.live == 0 && table.leased == 0 && table.waiting == 0)
    }

    @Test("what can't succeed is dead at once; a delay of its own puts a task off; a cancelled one is gone")
    func otherEnds() throws {
        var table = JobTable()
        _ = table.enqueue(1, tenant: 1, at: at(0))
        let lease = try take(&table, at(0))
        #expect(table.fail(lease, retryAfter: nil, at: at(1)) == .accepted)
        #expect(table.counters.dead == 1)
        let task = table.enqueue(2, tenant: 1, after: .seconds(10), at: at(1))
        let late = try #require(task)
        #expect(table.lease(at: at(10)) == nil)
        #expect(try take(&table, at(11)).task == late)
        #expect(table.cancel(late, at: at(12)) == true)
        #expect(table.cancel(late, at: at(12)) == false)
        #expect(table.live == 0 && table.leased == 0)
    }

    @Test("a tenant with a long backlog does not keep the others waiting")
    func fair() throws {
        var table = JobTable()
        for number in 0..<1_000 as Range<UInt64> { _ = table.enqueue(number, tenant: 1, at: at(0)) }
        for number in 0..<10 as Range<UInt64> { _ = table.enqueue(5_000 + number, tenant: 2, at: at(0)) }
        var small = 0
        for _ in 0..<20 { if try take(&table, at(0)).reference >= 5_000 { small += 1 } }
        #expect(small == 10)
    }

    @Test("with unlimited attempts a task may fail more often than sixteen bits count")
    func unlimitedAttempts() throws {
        var table = JobTable(JobPolicy(attempts: .max))
        _ = table.enqueue(1, tenant: 1, at: at(0))
        for attempt in 1...70_000 {
            let lease = try take(&table, at(0))
            #expect(lease.attempt == attempt)
            table.fail(lease, retryAfter: .zero, at: at(0))
        }
        #expect(table.live == 1)
    }
}
