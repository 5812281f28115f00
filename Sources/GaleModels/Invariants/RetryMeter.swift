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

    private static let kept = 16

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
        tenths = .allocate(capacity: Self.kept)
        tenths.initialize(repeating: Tenth(), count: Self.kept)
        current = tenths
    }

    package func deallocate() { tenths.deallocate() }

    /// Forgets everything, as a replica does that starts again.
    package mutating func reset() {
        tenths.update(repeating: Tenth(), count: Self.kept)
        ends = .min
    }

    @inline(__always)
    package mutating func first(at now: Int64) {
        if now >= ends { enter(now) }
        current.pointee.firsts &+= 1
    }

    /// - Returns: the retries and what was allowed, where that is less.
    package mutating func retry(at now: Int64) -> (retries: Int64, allowed: Int64)? {
        if now >= ends { enter(now) }
        current.pointee.retries += 1
        let number = current.pointee.number
        var (firsts, retries): (Int64, Int64) = (0, 0)
        for place in 0..<Self.kept where tenths[place].number >= 0 {
            let age = number - tenths[place].number
            if age <= 10 { firsts += tenths[place].firsts }
            if age <= 8 { retries += tenths[place].retries }
        }
        let allowed = (firsts.multipliedReportingOverflow(by: ratioMicros).partialValue &+ reserveMicros) / 1_000_000
        return retries > allowed ? (retries, allowed) : nil
    }

    private mutating func enter(_ now: Int64) {
        let number = now / tenth
        current = tenths + Int(number % Int64(Self.kept))
        if current.pointee.number != number { current.pointee = Tenth(number: number) }
        ends = (number + 1) * tenth
    }
}
