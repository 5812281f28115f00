// SPDX-License-Identifier: Apache-2.0

/// Finagle's retry budget: a leaky token bucket (`com.twitter.finagle.service.RetryBudget`, `TokenBucket.newLeakyBucket`).
///
/// The balance is the reserve plus the deposits less the withdrawals of the last window. The window is kept in ten slices
/// as Finagle's `WindowedAdder` does, so that a deposit counts for nine to ten tenths of it. A withdrawal is 10⁶
/// units and a deposit `ratioMicros` of them: the ratio is exact. Deposits expire, and so do withdrawals: the
/// reserve comes back.
package struct RetryBudget {
    package static let sliceCount = 10
    private static let withdrawal: Int64 = 1_000_000

    private let deposit: Int64
    /// Sum of the slices, the current one included.
    private var sum: Int64
    /// When the current slice ends.
    private var sliceEnd: Int64
    private let reserve: Int64
    /// Nanoseconds per slice.
    package let sliceLength: Int64
    /// The complete slices; the current one is what `sum` has beyond them.
    private let slices: UnsafeMutablePointer<Int64>
    private var sumOfComplete: Int64
    private var slice: Int

    package init(_ policy: RetryBudgetPolicy, now: Int64 = 0) {
        let window = min(max(Int64(Self.sliceCount), policy.window.nanoseconds), .max / 2)
        deposit = max(0, policy.ratioMicros)
        // reserve per second · window in seconds · 10⁶ units
        let reserve = max(0, policy.reservePerSecond).multipliedReportingOverflow(by: max(1, window / 1_000))
        self.reserve = reserve.overflow ? .max / 4 : min(reserve.partialValue, .max / 4)
        sliceLength = window / Int64(Self.sliceCount)
        slices = .allocate(capacity: Self.sliceCount)
        slices.initialize(repeating: 0, count: Self.sliceCount)
        sum = 0
        sumOfComplete = 0
        slice = 0
        sliceEnd = now - now % sliceLength + sliceLength
    }

    package func deallocate() { slices.deallocate() }

    /// Whether a deposit now belongs to the current slice.
    @inline(__always)
    func isCurrent(at now: Int64) -> Bool { now < sliceEnd }

    /// `recordFirstAttempt` where `isCurrent` holds.
    @inline(__always)
    mutating func recordCurrentFirstAttempt() { sum &+= deposit }

    /// A request was made for the first time.
    @inline(__always)
    package mutating func recordFirstAttempt(at now: Int64) {
        if now >= sliceEnd { rotate(to: now) }
        sum += deposit
    }

    /// Retries that may be made now.
    @inline(__always)
    package mutating func available(at now: Int64) -> Int64 {
        if now >= sliceEnd { rotate(to: now) }
        let balance = reserve + sum
        return balance > 0 ? balance / Self.withdrawal : 0
    }

    /// Makes one of the retries that `available` has just promised.
    package mutating func withdraw(at now: Int64) {
        if now >= sliceEnd { rotate(to: now) }
        precondition(reserve + sum >= Self.withdrawal, "a retry is made only within the budget")
        sum -= Self.withdrawal
    }

    /// When the balance may next rise without a deposit.
    package mutating func nextChange(after now: Int64) -> Int64 {
        if now >= sliceEnd { rotate(to: now) }
        return sliceEnd
    }

    @inline(never)
    private mutating func rotate(to now: Int64) {
        let passed = (now - sliceEnd) / sliceLength + 1
        slices[slice] = sum - sumOfComplete
        for _ in 0..<min(passed, Int64(Self.sliceCount)) {
            slice = slice + 1 == Self.sliceCount ? 0 : slice + 1
            sum -= slices[slice]
            slices[slice] = 0
        }
        sumOfComplete = sum
        sliceEnd += passed * sliceLength
    }
}
