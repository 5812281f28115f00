// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Whether retries keep to a share of first attempts and a reserve, over the budget's window (Finagle, `RetryBudget.scala`).
///
/// It counts in tenths of the window. Of the retries in the last nine tenths none may be beyond what the first attempts in the
/// last eleven and the reserve of one window allow: a budget that forgets in steps of a tenth can't be held to less.
package struct RetryMeter {
    private struct Tenth: BitwiseCopyable {
        var number: Int64 = -1
        var firsts: Int64 = 0
        var retries: Int64 = 0
    }

    /// Beyond a window, so that it can be said of a retry in which tenth it was decided upon.
    private static let kept: Int64 = 128
    /// Tenths before one that its balance can depend on: withdrawals count for nine, deposits for eleven at most.
    private static let (withdrawals, deposits): (Int64, Int64) = (8, 10)

    private let ratioMicros: Int64
    /// Retries of a window that need no first attempts, in millionths.
    private let reserveMicros: Int64
    private let tenth: Int64
    private let tenths: UnsafeMutablePointer<Tenth>
    private var current: UnsafeMutablePointer<Tenth>
    private var ends: Int64 = .min

    /// - Parameter budgets: how many budgets of this kind the attempts are paid from together.
    package init(_ policy: RetryBudgetPolicy, budgets: Int = 1) {
        let window = min(max(10, policy.window.nanoseconds), .max / 4)
        tenth = window / 10
        ratioMicros = max(0, policy.ratioMicros)
        let reserve = max(0, policy.reservePerSecond).multipliedReportingOverflow(by: max(1, window / 1_000))
        let most = Int64.max / 4 / Int64(max(1, budgets))
        reserveMicros = (reserve.overflow ? most : min(reserve.partialValue, most)) * Int64(max(1, budgets))
        tenths = .allocate(capacity: Int(Self.kept))
        tenths.initialize(repeating: Tenth(), count: Int(Self.kept))
        current = tenths
    }

    package func deallocate() { tenths.deallocate() }

    /// Forgets everything, as a replica does that starts again.
    package mutating func reset() {
        tenths.update(repeating: Tenth(), count: Int(Self.kept))
        ends = .min
    }

    @inline(__always)
    package mutating func first(at now: Int64) {
        if now >= ends { enter(now) }
        current.pointee.firsts &+= 1
    }

    /// The low 24 bits of the number of the tenth that an instant lies in.
    package func slice(at now: Int64) -> UInt32 { UInt32(truncatingIfNeeded: now / tenth) & 0xFF_FFFF }

    /// A retry is sent.
    ///
    /// - Parameter decidedIn: the `slice` in which it was paid for; nil: in that of `now`. What was paid for so long ago that the
    ///   first attempts of that time are forgotten is not judged.
    /// - Returns: the retries and what was allowed, where that is less.
    package mutating func retry(at now: Int64, decidedIn slice: UInt32? = nil) -> (retries: Int64, allowed: Int64)? {
        if now >= ends { enter(now) }
        let latest = current.pointee.number
        let number = slice.map { latest - Int64((UInt32(truncatingIfNeeded: latest) &- $0) & 0xFF_FFFF) } ?? latest
        guard number >= 0, latest - number < Self.kept - Self.deposits else { return nil }
        let paid = place(number)
        // Nothing else has happened in it so far.
        if paid.pointee.number != number { paid.pointee = Tenth(number: number) }
        paid.pointee.retries += 1
        // The balance was asked for in a tenth in which something was paid for, and in no other.
        for end in number...min(number + Self.withdrawals, latest) where place(end).pointee.number == end {
            if place(end).pointee.retries == 0 { continue }
            if let beyond = excess(endingIn: end) { return beyond }
        }
        return nil
    }

    private func excess(endingIn end: Int64) -> (retries: Int64, allowed: Int64)? {
        var (firsts, retries): (Int64, Int64) = (0, 0)
        for age in 0...min(end, Self.deposits) {
            let one = place(end - age)
            guard one.pointee.number == end - age else { continue }
            firsts += one.pointee.firsts
            if age <= Self.withdrawals { retries += one.pointee.retries }
        }
        let allowed = (firsts.multipliedReportingOverflow(by: ratioMicros).partialValue &+ reserveMicros) / 1_000_000
        return retries > allowed ? (retries, allowed) : nil
    }

    private func place(_ number: Int64) -> UnsafeMutablePointer<Tenth> { tenths + Int(number % Self.kept) }

    private mutating func enter(_ now: Int64) {
        let number = now / tenth
        current = place(number)
        if current.pointee.number != number { current.pointee = Tenth(number: number) }
        ends = (number + 1) * tenth
    }
}
