// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel

/// An attempt under way by the replica whose dispatcher named it: two dispatchers use the same identifiers.
struct HedgedAttempt: Hashable {
    var replica: UInt16
    var attempt: UInt64
}

/// Hedged attempts: several of one job are under way, and those that have become pointless are broken off.
///
/// Breaking off frees what the worker keeps of the attempt. The provider does its work all the same, as one does that has taken a request in:
/// a copy that it accepts beside another is a duplicate in the ledger.
extension StageHandle {
    func noteHedged(_ exchange: UInt32, _ attempt: AttemptID, _ job: UnsafeMutablePointer<Job>) {
        state.pointee.hedgedAttempts[HedgedAttempt(replica: job.pointee.replica, attempt: attempt.rawValue)] = exchange
        core.exchange(exchange).pointee.owner = owner(Int(job.pointee.replica))
    }

    /// A replica in its present life: no other has this number.
    func owner(_ number: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: number) << 16 | replica(number).pointee.epoch & 0xFFFF
    }

    /// An attempt's exchange has its answer or time-out.
    func forgetHedged(_ index: UInt32) {
        let exchange = core.exchange(index)
        guard exchange.pointee.kind == .attempt else { return }
        // Its job may have another message by now, but is still its replica's.
        let key = HedgedAttempt(
            replica: job(exchange.pointee.job).pointee.replica, attempt: exchange.pointee.token)
        if state.pointee.hedgedAttempts[key] == index { state.pointee.hedgedAttempts[key] = nil }
    }

    /// Nobody waits for this attempt any more.
    func cancel(_ attempt: AttemptID, _ number: Int) {
        let key = HedgedAttempt(replica: UInt16(truncatingIfNeeded: number), attempt: attempt.rawValue)
        guard let index = state.pointee.hedgedAttempts.removeValue(forKey: key) else { return }
        let exchange = core.exchange(index)
        if exchange.pointee.timer != .none { _ = core.scheduler.cancel(exchange.pointee.timer) }
        exchange.pointee.timedOut = true
        if exchange.pointee.unanswered {
            let message = exchange.pointee.message
            core.state.pointee.exchanges.free(index)
            core.release(message)
        }
    }
}
