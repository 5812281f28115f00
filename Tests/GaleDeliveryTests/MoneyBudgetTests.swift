// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct MoneyBudgetTests {
    private static func budget(_ micros: Int64, _ whenUsedUp: MoneyPolicy.WhenUsedUp) -> MoneyBudget {
        MoneyBudget(MoneyPolicy(prices: [], budgetMicros: micros, period: .seconds(1), whenUsedUp: whenUsedUp))
    }

    @Test("what fits is paid, what does not is refused, and a new period begins with all of it")
    func periods() {
        var budget = Self.budget(20_000, .onlyCheaper)
        func affords(_ price: Int64, at now: Int64) -> Bool { budget.affords(price, at: now) }
        #expect(affords(7_500, at: 0))
        budget.pay(7_500, at: 0)
        budget.pay(7_500, at: 1)
        #expect(!affords(7_500, at: 2))
        budget.refuse()
        #expect(affords(5_000, at: 3))
        #expect(affords(0, at: 3))
        let next = budget.nextPeriod(after: 3)
        #expect(next == 1_000_000_000)
        #expect(affords(20_000, at: 1_000_000_000))
        #expect(budget.spent == 0)
    }

    @Test("with `none` the first that does not fit ends the period for all that costs")
    func none() {
        var budget = Self.budget(10_000, .none)
        func affords(_ price: Int64, at now: Int64) -> Bool { budget.affords(price, at: now) }
        budget.pay(6_000, at: 0)
        #expect(!affords(5_000, at: 0))
        budget.refuse()
        #expect(!affords(1, at: 0))
        #expect(affords(0, at: 0))
        #expect(affords(1, at: 1_000_000_000))
    }

    @Test("what was paid back can be spent again, but not in another period")
    func payBack() {
        var budget = Self.budget(10_000, .onlyCheaper)
        func affords(_ price: Int64, at now: Int64) -> Bool { budget.affords(price, at: now) }
        budget.pay(10_000, at: 0)
        let period = budget.current
        budget.payBack(10_000, from: period, at: 10)
        #expect(affords(10_000, at: 10))
        budget.pay(10_000, at: 1_000_000_000)
        budget.payBack(10_000, from: period, at: 1_000_000_001)
        #expect(!affords(1, at: 1_000_000_001))
    }

    @Test("no period ever spends more than the budget; the excess is counted apart", arguments: 1...40)
    func neverExceeded(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let limit = Int64(random.below(50_000))
        let policy = MoneyPolicy.WhenUsedUp.allCases[random.below(3)]
        var budget = Self.budget(limit, policy)
        var spent: [Int64: Int64] = [:]
        var overdrawn: Int64 = 0
        var now: Int64 = 0
        for _ in 0..<5_000 {
            now += Int64(random.below(20_000_000))
            let period = now / 1_000_000_000
            let price = Int64(random.below(9_000))
            if budget.affords(price, at: now) {
                budget.pay(price, at: now)
                spent[period, default: 0] += price
                if random.chance(20) {
                    let from = period - Int64(random.below(2))
                    budget.payBack(price, from: from, at: now)
                    if from == period { spent[period]! -= price }
                }
            } else if policy == .cheapest {
                let left = limit - spent[period, default: 0]
                budget.overdraw(price, at: now)
                spent[period, default: 0] += min(price, left)
                overdrawn += price - min(price, left)
            } else {
                budget.refuse()
            }
            #expect(spent[period, default: 0] <= limit)
            if price > 0 { #expect(budget.spent == spent[period, default: 0]) }
        }
        #expect(budget.overdrawn == overdrawn)
    }
}
