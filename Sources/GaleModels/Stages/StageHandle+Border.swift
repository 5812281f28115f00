// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Faults in force at the border of a stage's delivery code. Requests then take the way of exchanges, on which each answer is an
/// event of its own that can be late, lost or told twice; the straight way does not know of this.
final class BorderState {
    struct InForce {
        var fault: Int
        var effect: BorderFault
    }

    var faults: [InForce] = []
    /// Exchanges whose answer has been put off once; looked up, never walked.
    var postponed: Set<UInt32> = []
}

extension StageHandle {
    func begin(_ effect: BorderFault, fault: Int) {
        let border = state.pointee.border ?? BorderState()
        border.faults.append(BorderState.InForce(fault: fault, effect: effect))
        state.pointee.border = border
        state.pointee.takesDetours = true
    }

    func endBorder(fault: Int) {
        guard let border = state.pointee.border else { return }
        border.faults.removeAll { $0.fault == fault }
        if border.faults.isEmpty { state.pointee.takesDetours = state.pointee.isHedged }
    }

    /// Whether a fault of this kind strikes what `key` and `ordinal` name; if so it has changed a decision. The number lies
    /// between 0 and the fault's delay.
    @inline(never)
    func strikes(_ kind: BorderFault.Kind, _ key: UInt64, _ ordinal: UInt64) -> Interval? {
        guard let border = state.pointee.border else { return nil }
        for inForce in border.faults where inForce.effect.kind == kind {
            let draw = core.draws.uniform(.border, key, ordinal &<< 8 | UInt64(inForce.fault & 0xFF))
            guard draw.isBelow(micros: inForce.effect.shareMicros) else { continue }
            state.pointee.decisions[inForce.fault] += 1
            let late = core.draws.uniform(.borderDelay, key, ordinal &<< 8 | UInt64(inForce.fault & 0xFF))
            return Interval(
                nanoseconds: Int64(late.below(UInt64(max(1, inForce.effect.delay.nanoseconds)))))
        }
        return nil
    }

    /// An answer has come: whether the delivery code hears of it now.
    @inline(never)
    func passesBorder(_ index: UInt32) -> Bool {
        let exchange = core.exchange(index)
        guard let border = state.pointee.border, exchange.pointee.kind == .attempt || exchange.pointee.kind == .lookUp
        else { return true }
        if border.postponed.remove(index) != nil { return true }
        // Without a time-out under way nothing else would ever end the request.
        guard !border.faults.isEmpty, exchange.pointee.timer != .none else { return true }
        let identity = core.message(exchange.pointee.message).pointee.identity
        let leg = exchange.pointee.leg(answer: true)
        if strikes(.answersLost, identity, leg) != nil {
            neverAnswered(index)
            return false
        }
        if let delay = strikes(.answersLate, identity, leg) {
            border.postponed.insert(index)
            core.scheduler.schedule(
                at: core.now + delay, target: component, kind: Stage.Kind.answered, payload: UInt64(index))
            return false
        }
        if exchange.pointee.kind == .lookUp, strikes(.lookUpsFail, identity, leg) != nil {
            exchange.pointee.failed = true
        }
        return true
    }

    /// The same answer once more, right after the first: what it was about may have ended.
    @inline(never)
    func repeatAnswer(_ exchange: Exchange, identity: UInt64, to number: Int) {
        guard strikes(.answersTwice, identity, exchange.leg(answer: true)) != nil else { return }
        switch exchange.kind {
        case .attempt:
            dispatch(
                .responded(AttemptID(rawValue: exchange.token), exchange.response), of: nil, named: identity, to: number
            )
        case .lookUp:
            dispatch(
                .lookedUp(LookupID(rawValue: exchange.token), exchange.lookupAnswer(timedOut: false)), of: nil,
                named: identity, to: number)
        case .call, .write: return
        }
        pump(number)
    }
}
