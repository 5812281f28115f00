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
    /// Deposits less withdrawals.
    private var window: SlicedWindow<Int64>
    private let reserve: Int64

    package init(_ policy: RetryBudgetPolicy, now: Int64 = 0) {
        let length = min(max(Int64(Self.sliceCount), policy.window.nanoseconds), .max / 2)
        deposit = max(0, policy.ratioMicros)
        // reserve per second · window in seconds · 10⁶ units
        let reserve = max(0, policy.reservePerSecond).multipliedReportingOverflow(by: max(1, length / 1_000))
        self.reserve = reserve.overflow ? .max / 4 : min(reserve.partialValue, .max / 4)
        window = SlicedWindow(sliceLength: length / Int64(Self.sliceCount), count: Self.sliceCount, now: now)
    }

    package func deallocate() { window.deallocate() }

    /// Memory beyond its own.
    var bytes: Int { window.bytes }

    /// Nanoseconds per slice.
    package var sliceLength: Int64 { window.sliceLength }

    /// Whether a deposit now belongs to the current slice.
    @inline(__always)
    func isCurrent(at now: Int64) -> Bool { window.isCurrent(at: now) }

    /// `recordFirstAttempt` where `isCurrent` holds.
    @inline(__always)
    mutating func recordCurrentFirstAttempt() { window.sum &+= deposit }

    /// A request was made for the first time.
    @inline(__always)
    package mutating func recordFirstAttempt(at now: Int64) {
        window.advance(to: now)
        window.sum += deposit
    }

    /// Retries that may be made now.
    @inline(__always)
    package mutating func available(at now: Int64) -> Int64 {
        window.advance(to: now)
        let balance = reserve + window.sum
        return balance > 0 ? balance / Self.withdrawal : 0
    }

    /// Makes one of the retries that `available` has just promised.
    package mutating func withdraw(at now: Int64) {
        window.advance(to: now)
        precondition(reserve + window.sum >= Self.withdrawal, "a retry is made only within the budget")
        window.sum -= Self.withdrawal
    }

    /// When the balance may next rise without a deposit.
    package mutating func nextChange(after now: Int64) -> Int64 {
        window.advance(to: now)
        return window.sliceEnd
    }
}
