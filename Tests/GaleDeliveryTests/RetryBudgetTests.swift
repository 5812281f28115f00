// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct RetryBudgetTests {
    @Test("a fifth of the first attempts may be retried, beside the reserve")
    func ratio() {
        var budget = RetryBudget(RetryBudgetPolicy(ratioMicros: 200_000, reservePerSecond: 0))
        defer { budget.deallocate() }
        #expect(budget.available(at: 0) == 0)
        for _ in 0..<1_000 { budget.recordFirstAttempt(at: 0) }
        #expect(budget.available(at: 0) == 200)
        #expect(budget.available(at: 8_999_999_999) == 200)
        #expect(budget.available(at: 10_000_000_000) == 0, "deposits last for the window")
    }

    @Test("the reserve allows its retries a second over the window, and comes back")
    func reserve() {
        var budget = RetryBudget(RetryBudgetPolicy(ratioMicros: 200_000))
        defer { budget.deallocate() }
        var made = 0
        while budget.available(at: 0) > 0 {
            budget.withdraw(at: 0)
            made += 1
        }
        #expect(made == 100)
        #expect(budget.available(at: 8_999_999_999) == 0)
        #expect(budget.available(at: 10_000_000_000) == 100)
    }

    @Test("in any nine tenths of a window, retries stay within reserve and ratio", arguments: 1...20)
    func bound(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let policy = RetryBudgetPolicy(
            ratioMicros: Int64(random.below(1_000_000)), window: .seconds(Int64(1 + random.below(20))),
            reservePerSecond: Int64(random.below(5)))
        var budget = RetryBudget(policy)
        defer { budget.deallocate() }
        var deposits: [Int64] = []
        var retries: [Int64] = []
        var now: Int64 = 0
        let window = policy.window.nanoseconds
        for _ in 0..<4_000 {
            now += Int64(random.below(random.chance(1) ? Int(window) : 20_000_000))
            if random.chance(50) {
                budget.recordFirstAttempt(at: now)
                deposits.append(now)
            } else if budget.available(at: now) > 0 {
                budget.withdraw(at: now)
                retries.append(now)
            }
        }
        let reserve = policy.reservePerSecond * window / 1_000_000_000
        for (index, now) in retries.enumerated() where index % 29 == 0 {
            let made = retries.count { $0 > now - window / 10 * 9 && $0 <= now }
            let first = deposits.count { $0 > now - window && $0 <= now }
            #expect(Int64(made) * 1_000_000 <= reserve * 1_000_000 + Int64(first) * policy.ratioMicros)
        }
        if policy.ratioMicros > 10_000 { #expect(!retries.isEmpty) }
    }
}
