// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// An attempt under way of a hedged chain.
struct AttemptCopy: BitwiseCopyable {
    var provider: UInt16
    /// The breaker's epoch when it was sent.
    var epoch: UInt8
    var serial: UInt8
    var isRetry: Bool
    /// The provider whose admission has paid for it, if it is a retry.
    var payer: UInt16
    /// Nanoseconds.
    var sent: Int64
    /// What it cost, and in which period, where money counts.
    var paid: Int64 = 0
    var period: Int64 = 0

    static let none = AttemptCopy(provider: 0, epoch: 0, serial: 0, isRetry: false, payer: 0, sent: 0)
}

/// What few chains need, beside their record: only policies that need it ever touch it.
struct ChainExtra: BitwiseCopyable {
    /// Attempts under way, the first `copyCount` of them; the first member, see `copy(_:)`.
    var copies: (AttemptCopy, AttemptCopy, AttemptCopy, AttemptCopy, AttemptCopy) = (.none, .none, .none, .none, .none)
    var copyCount: UInt8 = 0
    /// Number of the wake for the next copy, whoever brings it.
    var timer: UInt8 = 0
    var hasTimer = false
    /// The provider asked not to be sent another copy.
    var refusesCopies = false
    /// What the last failure was, for the price of the retry.
    var cause: RetryBucket.Cause = .other
    /// Whether the last attempt was a retry that was paid for `cause`.
    var isPaid = false
    /// Whether a retry has been paid for that is not sent yet.
    var isPrepaid = false
    /// The provider whose admission the next retry asks, or the last one asked; `Chain.noProvider`: nobody knows yet.
    var payer = Chain.noProvider
    /// Refusals by an adaptive throttle in a row; saturates.
    var refusals: UInt8 = 0
    /// How often it came back from the dead letters.
    var replays: UInt8 = 0
    /// Of the chain that it belongs to; no chain has the greatest.
    var generation: UInt32
    /// What the schedule of delays remembers.
    var memory: Int64 = 0
    /// When an adaptive throttle let the last attempt through, nanoseconds.
    var throttled: Int64 = 0
}

extension UnsafeMutablePointer where Pointee == ChainExtra {
    @inline(__always)
    var copies: UnsafeMutablePointer<AttemptCopy> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: AttemptCopy.self)
    }

    func append(_ copy: AttemptCopy) {
        precondition(Int(pointee.copyCount) < HedgingPolicy.mostCopies, "copies are counted before they are sent")
        copies[Int(pointee.copyCount)] = copy
        pointee.copyCount += 1
    }

    /// The place of an attempt under way.
    func place(of serial: UInt8) -> Int? {
        for place in 0..<Int(pointee.copyCount) where copies[place].serial == serial { return place }
        return nil
    }

    /// Takes an attempt out; the others keep their order.
    func remove(at place: Int) -> AttemptCopy {
        let copy = copies[place]
        for next in (place + 1)..<max(place + 1, Int(pointee.copyCount)) { copies[next - 1] = copies[next] }
        pointee.copyCount -= 1
        return copy
    }
}
