// SPDX-License-Identifier: Apache-2.0

/// What is left of a period's money. In each period no more than the budget is spent, but for `overdraw`.
///
/// Trivially copyable; the owner keeps it behind a pointer. Integers alone: millionths of the currency's unit.
package struct MoneyBudget {
    private let budget: Int64
    private let period: Int64
    private let stopsAtFirst: Bool
    private(set) package var spent: Int64 = 0
    /// Spent beyond the budget, in all periods.
    private(set) package var overdrawn: Int64 = 0
    /// Number of the period at hand.
    private(set) package var current: Int64 = 0
    private var isStopped = false

    package init(_ policy: MoneyPolicy) {
        budget = max(0, policy.budgetMicros ?? .max / 2)
        period = max(1, policy.period.nanoseconds)
        stopsAtFirst = policy.whenUsedUp == .none
    }

    /// Whether a price fits into what is left. With `WhenUsedUp.none` the first that does not ends the period.
    package mutating func affords(_ price: Int64, at now: Int64) -> Bool {
        if price <= 0 { return true }
        enter(now)
        return !isStopped && price <= budget - spent
    }

    /// Messages at a price that what is left would pay for.
    package mutating func sends(at price: Int64, now: Int64) -> Int64 {
        if price <= 0 { return .max / 2 }
        enter(now)
        return isStopped ? 0 : (budget - spent) / price
    }

    /// Remembers that a message could not be sent for want of money.
    package mutating func refuse() { if stopsAtFirst { isStopped = true } }

    /// Pays what `affords` has just allowed.
    package mutating func pay(_ price: Int64, at now: Int64) {
        if price <= 0 { return }
        enter(now)
        precondition(price <= budget - spent, "only what is left is spent")
        spent += price
    }

    /// Pays whatever is left, and the rest beyond the budget.
    package mutating func overdraw(_ price: Int64, at now: Int64) {
        if price <= 0 { return }
        enter(now)
        let paid = min(price, budget - spent)
        spent += paid
        overdrawn += price - paid
    }

    /// What was paid in a period comes back, if that is still the one at hand.
    package mutating func payBack(_ price: Int64, from period: Int64, at now: Int64) {
        enter(now)
        if price > 0 && period == current { spent = max(0, spent - price) }
    }

    /// When the next period begins; `Int64.max`: never.
    package mutating func nextPeriod(after now: Int64) -> Int64 {
        enter(now)
        let (next, overflow) = (current + 1).multipliedReportingOverflow(by: period)
        return overflow ? .max : next
    }

    private mutating func enter(_ now: Int64) {
        let number = Calendar.floor(now, by: period)
        if number == current { return }
        current = number
        spent = 0
        isStopped = false
    }
}
