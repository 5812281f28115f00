// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct JobPropertyTests {
    private func play(_ seed: Int) -> JobHost {
        var random = SplitMix(seed: UInt64(seed) &* 77)
        let policy = JobPolicy(
            lease: .milliseconds(Int64(1_500 + random.below(3_000))), attempts: 1 + random.below(6),
            quantum: UInt32(1 + random.below(3)), uniqueUntil: random.chance(80) ? .end : .start)
        let host = JobHost(seed: UInt64(seed), policy: policy, workers: 1 + random.below(12))
        for _ in 0..<1_500 { host.step(enqueues: true) }
        var steps = 0
        while host.table.live > 0 && steps < 100_000 {
            host.step(enqueues: false)
            steps += 1
        }
        return host
    }

    @Test(
        "no task runs under two live leases, a fenced word never counts, every task ends once, keys are unique",
        arguments: 1...40)
    func properties(seed: Int) {
        let host = play(seed)
        let counters = host.table.counters
        #expect(host.table.live == 0 && host.table.leased == 0 && host.table.waiting == 0, "every task ends")
        #expect(host.alive.isEmpty)
        #expect(host.ends.count == host.offered)
        #expect(host.completions.values.allSatisfy { $0 == 1 })
        #expect(host.ends.count { $0.value == .completed } == host.completions.count)
        #expect(counters.completed == Int64(host.completions.count))
        #expect(counters.completed + counters.dead == counters.enqueued)
        #expect(counters.leases <= counters.enqueued * Int64(host.policy.attempts))
    }

    @Test("the random stories have zombies, duplicates, retries and dead tasks")
    func coverage() {
        var (zombies, fenced, expired, duplicates, dead, retries) = (0, 0, 0, 0, 0, 0)
        for seed in 1...10 {
            let host = play(seed)
            let counters = host.table.counters
            zombies += host.zombies
            fenced += Int(counters.fenced)
            expired += Int(counters.expired)
            duplicates += Int(counters.duplicates)
            dead += Int(counters.dead)
            retries += Int(counters.retries)
        }
        #expect([zombies, fenced, expired, duplicates, dead, retries].allSatisfy { $0 > 50 })
    }
}
