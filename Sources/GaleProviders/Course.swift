// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A course of things: what one provider's state is under one regime.
///
/// There is the actual course, and for each fault a *shadow*: the course without that fault. Both meet the same requests
/// with the same draws, so a decision that differs was changed by the fault.
struct Course: BitwiseCopyable {
    var regime: Regime
    var inFlight: InFlight
    var line = ServiceLine()
    var quota = QuotaBucket()

    /// Does the work that was due by `now` under the regime that ends now.
    mutating func advance(to now: Int64) {
        line.advance(to: now, rate: regime.rate)
        inFlight.leave(by: now)
    }

    /// Takes another course's state, not its regime.
    mutating func copyState(from other: Course) {
        line = other.line
        quota = other.quota
        inFlight.copy(from: other.inFlight)
    }

    /// Nothing that has happened tells the two apart any more; both have been advanced to the same instant.
    func hasSameState(as other: Course) -> Bool {
        line.work == other.line.work && quota.used == other.quota.used && quota.mark == other.quota.mark
            && inFlight.count == other.inFlight.count && inFlight.sum == other.inFlight.sum
    }

    func deallocate() {
        regime.deallocate()
        inFlight.deallocate()
    }
}
