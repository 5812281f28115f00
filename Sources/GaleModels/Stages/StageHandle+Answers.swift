// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Answers on their way back, time-outs and wakes: what the host tells its dispatchers.
extension StageHandle {
    /// - Parameter kind: of the state that was asked for, where the answer is a failure (`StateKind`).
    @inline(__always)
    private func lookedUp(
        _ lookup: LookupID, _ answer: LookupAnswer, _ kind: UInt8, _ work: Work, _ number: Int
    ) {
        if case .failed = answer, state.pointee.promise.closed & 1 &<< kind != 0 {
            return failedClosed(lookup, StateKind(rawValue: kind) ?? .deduplication, work, number)
        }
        dispatch(.lookedUp(lookup, answer), of: work, to: number)
    }

    /// The answer that was certain is back, or the time-out has passed.
    @inline(__always)
    func replied(_ answer: AnswerPayload, to request: Exchange.Kind) -> UInt64 {
        guard let work = work(answer, to: request) else { return Component.void }
        let (job, message) = (work.job, work.message)
        let identity = message.pointee.identity
        let number = Int(job.pointee.replica)
        let isLate = job.pointee[.timedOut]
        switch request {
        case .call: callEnded(work, failed: isLate || job.pointee[.failed])
        case .lookUp:
            core.move(message, to: .work, at: core.now)
            let answer = job.pointee.lookupAnswer
            let kind = UInt8(truncatingIfNeeded: job.pointee.value)
            lookedUp(LookupID(rawValue: job.pointee.token), answer, kind, work, number)
        case .attempt:
            core.move(message, to: .work, at: core.now)
            if isLate { core.recorder.timeout(provider: Int(job.pointee.status)) }
            let response = isLate ? ProviderResponse.timedOut : job.pointee.response
            if state.pointee.waves != nil { watchWave(AttemptID(rawValue: job.pointee.token), response, number) }
            if let audit = state.pointee.audit {
                audit._withUnsafeGuaranteedRef { auditAnswer($0, work, nil, response) }
            }
            dispatch(.responded(AttemptID(rawValue: job.pointee.token), response), of: work, to: number)
        case .write: break
        }
        pump(number)
        return identity
    }

    /// An answer has come back from a store or a provider.
    func answered(_ index: UInt32) -> UInt64 {
        let exchange = core.exchange(index)
        let message = core.message(exchange.pointee.message)
        let identity = message.pointee.identity
        if state.pointee.border != nil, !passesBorder(index) { return identity }
        let wasTimedOut = exchange.pointee.timedOut
        if state.pointee.isHedged { forgetHedged(index) }
        if exchange.pointee.timer != .none && !wasTimedOut { _ = core.scheduler.cancel(exchange.pointee.timer) }
        if exchange.pointee.kind == .attempt && !wasTimedOut {
            let sent = Instant(nanoseconds: exchange.pointee.sent)
            recordAnswer(message, provider: Int(exchange.pointee.target), sent: sent, back: core.now)
        }
        let copy = exchange.pointee
        core.state.pointee.exchanges.free(index)
        if wasTimedOut { core.mark(.answeredTooLate) }
        if !wasTimedOut && !isCurrent(copy.job, copy.generation) { core.mark(.orphanAnswer) }
        if !wasTimedOut && isCurrent(copy.job, copy.generation) {
            let number = Int(job(copy.job).pointee.replica)
            conclude(copy, timedOut: false)
            if state.pointee.border != nil { repeatAnswer(copy, identity: identity, to: number) }
        } else if state.pointee.isHedged && !wasTimedOut && copy.kind == .attempt
            && copy.owner == owner(Int(copy.owner >> 16))
        {
            noteForgotten(identity)
        }
        core.release(copy.message)
        return identity
    }

    /// An attempt's latency; answers after the end of the run do not count.
    @inline(__always)
    func recordAnswer(
        _ message: UnsafeMutablePointer<Message>, provider: Int, sent: Instant, back: Instant
    ) {
        guard back <= core.state.pointee.end else { return }
        core.recorder.record(
            back.nanoseconds &- sent.nanoseconds, subject: state.pointee.firstProviderSubject &+ provider,
            phase: message.pointee.phase, slot: message.pointee.slot)
    }

    /// The caller's time-out has passed.
    func timedOut(_ index: UInt32) -> UInt64 {
        let exchange = core.exchange(index)
        let identity = core.message(exchange.pointee.message).pointee.identity
        exchange.pointee.timedOut = true
        if state.pointee.isHedged { forgetHedged(index) }
        if exchange.pointee.kind == .attempt { core.recorder.timeout(provider: Int(exchange.pointee.target)) }
        let copy = exchange.pointee
        if isCurrent(copy.job, copy.generation) { conclude(copy, timedOut: true) }
        if copy.unanswered {
            core.state.pointee.exchanges.free(index)
            core.release(copy.message)
        }
        return identity
    }

    /// The network or the other side will never answer; the time-out alone ends it.
    func neverAnswered(_ index: UInt32) {
        core.mark(.neverAnswered)
        let exchange = core.exchange(index)
        let message = exchange.pointee.message
        if exchange.pointee.timedOut || exchange.pointee.kind == .write {
            core.state.pointee.exchanges.free(index)
            core.release(message)
        } else {
            exchange.pointee.unanswered = true
        }
    }

    /// Sends an answer on its way back; when it arrives, if that is certain.
    @inline(__always)
    func answer(_ index: UInt32, departs: Instant, link: Link?, key: UInt64) -> Instant? {
        if link == nil || link.unsafelyUnwrapped.isStraight {
            let arrives = departs + (link?.straightTransit ?? .zero)
            core.scheduler.schedule(
                at: arrives, target: component, kind: Stage.Kind.answered, payload: UInt64(index))
            return arrives
        }
        let link = link.unsafelyUnwrapped
        let arrives = link.send(
            leaving: departs, to: component, kind: Stage.Kind.answered, payload: UInt64(index), key: key,
            leg: core.exchange(index).pointee.leg(answer: true))
        if !arrives { neverAnswered(index) }
        return nil
    }

    /// Tells whoever asked what became of the request.
    private func conclude(_ exchange: Exchange, timedOut: Bool) {
        let work = work(exchange.job)
        let number = Int(work.job.pointee.replica)
        switch exchange.kind {
        case .call: callEnded(work, failed: timedOut || exchange.failed)
        case .lookUp:
            let answer = exchange.lookupAnswer(timedOut: timedOut)
            // One that was withdrawn says nothing about what the job waits for now; the dispatcher knows it by its number.
            if work.job.pointee.isLatest(lookUp: exchange.ordinal) {
                core.move(work.message, to: .work, at: core.now)
                keepAnswer(work.job, exchange, timedOut: timedOut)
            }
            lookedUp(LookupID(rawValue: exchange.token), answer, exchange.request.kind, work, number)
        case .attempt:
            core.move(work.message, to: .work, at: core.now)
            let response = timedOut ? ProviderResponse.timedOut : exchange.response
            keepAnswer(work.job, exchange, timedOut: timedOut)
            if state.pointee.waves != nil { watchWave(AttemptID(rawValue: exchange.token), response, number) }
            if let audit = state.pointee.audit {
                audit._withUnsafeGuaranteedRef { auditAnswer($0, work, Int(exchange.target), response) }
            }
            dispatch(.responded(AttemptID(rawValue: exchange.token), response), of: work, to: number)
        case .write: break
        }
        pump(number)
    }

    func woken(_ timer: UInt64, replica number: Int, epoch: UInt32) -> UInt64 {
        guard replica(number).pointee.isAlive, replica(number).pointee.epoch & 0xFF == epoch else {
            return Component.void
        }
        let name = UInt64(number) &<< 48 | state.pointee.id &<< 8 | 1
        dispatch(.woken(TimerID(rawValue: timer)), of: nil, named: name, to: number)
        pump(number)
        return UInt64(number)
    }
}
