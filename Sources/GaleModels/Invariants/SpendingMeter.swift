// SPDX-License-Identifier: Apache-2.0

/// What is spent in each period, beside what a budget says of itself. Millionths of a currency's unit.
package struct SpendingMeter: BitwiseCopyable {
    private let budget: Int64
    private let length: Int64
    package private(set) var spent: Int64 = 0
    package private(set) var period: Int64 = 0

    /// - Parameter length: of a period, nanoseconds; periods follow each other from 0 on.
    package init(budget: Int64, length: Int64) {
        self.budget = max(0, budget)
        self.length = max(1, length)
    }

    /// Something is paid for.
    ///
    /// - Returns: whether what is spent in its period is within the budget.
    package mutating func pay(_ price: Int64, at now: Int64) -> Bool {
        enter(now)
        spent += max(0, price)
        return price <= 0 || spent <= budget
    }

    /// What was paid in a period comes back; only in that period.
    package mutating func payBack(_ price: Int64, from period: Int64, at now: Int64) {
        enter(now)
        if period == self.period { spent = max(0, spent - max(0, price)) }
    }

    private mutating func enter(_ now: Int64) {
        let number = now / length
        if number != period { (period, spent) = (number, 0) }
    }
}
