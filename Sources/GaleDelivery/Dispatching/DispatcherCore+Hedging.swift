// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Hedging (gRFC A6): several attempts of one chain under way at once, each with its place in `ChainExtra.copies`.
///
/// The chain is `inFlight` as long as any of them is. The next copy goes out when the hedging delay has passed since the last send, or at once
/// when one fails while others are under way. A success, and a failure after which nobody would retry, cancels the rest. Only when the
/// last one has failed is the chain's failure that of its attempt.
extension DispatcherCore {
    /// An attempt has been sent: remembers it, and asks for a wake if another may follow.
    func noteCopy(_ slot: UInt32, isRetry: Bool, _ actions: inout Actions) {
        let chain = chain(slot)
        let extra = extra(slot)
        if extra.pointee.copyCount == 0 { extra.pointee.refusesCopies = false }
        var copy = AttemptCopy(
            provider: chain.pointee.provider, epoch: chain.pointee.epoch, serial: chain.pointee.serial,
            isRetry: isRetry, payer: isRetry ? payer(of: slot) : Chain.noProvider)
        if state.pointee.isRouted {
            copy.paid = routed(slot).pointee.paid
            copy.period = routed(slot).pointee.period
        }
        extra.append(copy)
        armHedge(slot, after: state.pointee.retry.hedgeDelay, &actions)
    }

    private func mayFollow(_ chain: UnsafeMutablePointer<Chain>, _ extra: UnsafeMutablePointer<ChainExtra>) -> Bool {
        !extra.pointee.refusesCopies && Int(extra.pointee.copyCount) < state.pointee.retry.copies
            && chain.pointee.attempts < state.pointee.attemptLimit
    }

    private func armHedge(_ slot: UInt32, after delay: Int64, _ actions: inout Actions) {
        let chain = chain(slot)
        let extra = extra(slot)
        let isInTime = delay < chain.pointee.expires - state.pointee.now
        extra.pointee.hasTimer = isInTime && mayFollow(chain, extra)
        guard extra.pointee.hasTimer else { return }
        extra.pointee.timer = chain.pointee.nextSerial()
        let timer = Identifier.make(
            slot: slot, generation: chain.pointee.generation, serial: extra.pointee.timer)
        actions.append(.wake(TimerID(rawValue: timer), at: Instant(nanoseconds: state.pointee.now + max(1, delay))))
    }

    /// The wake for the next copy of a chain in flight.
    ///
    /// - Returns: false when it is none of these.
    func wokenToHedge(_ slot: UInt32, serial: UInt8, _ actions: inout Actions) -> Bool {
        guard state.pointee.retry.copies > 1, chain(slot).pointee.state == .inFlight else { return false }
        let extra = extra(slot)
        guard extra.pointee.hasTimer, extra.pointee.timer == serial else { return false }
        extra.pointee.hasTimer = false
        if !hedge(slot, &actions) { armHedge(slot, after: state.pointee.retry.hedgeDelay, &actions) }
        return true
    }

    /// Sends one more copy, if everything allows it now; a hedge never waits.
    private func hedge(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        let chain = chain(slot)
        let extra = extra(slot)
        guard mayFollow(chain, extra), !isRevoked(slot), state.pointee.now < chain.pointee.expires,
            !passedDeadline(slot)
        else {
            return false
        }
        let route = Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)
        // Elsewhere than where the others are, if there is an elsewhere.
        for place in 0..<Int(extra.pointee.copyCount) { markTried(slot, extra.copies[place].provider) }
        guard mayUse(route, false), let place = pick(route, chain) else { return false }
        let isPaid = state.pointee.isMetered
        if isPaid {
            // The one asked that keeps it waiting.
            extra.pointee.payer = chain.pointee.provider
            if !mayRetry(slot, from: chain.pointee.provider, false) { return false }
        }
        if refuses(place) { return false }
        guard takesPermit(slot) else { return false }
        state.pointee.counters.hedges += 1
        send(slot, route, place, isPaid: isPaid, &actions)
        return true
    }

    /// One of several attempts has ended.
    func respondedToCopy(_ slot: UInt32, _ raw: UInt64, _ response: ProviderResponse, _ actions: inout Actions) {
        let chain = chain(slot)
        let extra = extra(slot)
        guard chain.pointee.state == .inFlight, let place = extra.place(of: Identifier.serial(raw)) else {
            return respondedLate(slot, raw, response, &actions)
        }
        let copy = extra.remove(at: place)
        let index = Int(copy.provider)
        let verdict = Taxonomy.classify(state.pointee.providers[index].dialect, response)
        if state.pointee.followsOutcomes {
            noteOutcome(
                slot, provider: index, payer: copy.isRetry ? copy.payer : nil, verdict, response.retryAfter)
        }
        if state.pointee.isRouted { noteRoutedCopy(slot, copy, verdict) }
        let transition = record(verdict, provider: index, epoch: copy.epoch)
        if verdict.errorClass == .ok {
            cancelCopies(slot, &actions)
            _ = noteAnswer(slot, index, verdict, response, &actions)
            deliver(slot, &actions)
        } else if extra.pointee.copyCount == 0 {
            extra.pointee.hasTimer = false
            chain.pointee.provider = copy.provider
            failed(slot, index, verdict, response, &actions)
        } else {
            failedAmongOthers(slot, copy, verdict, response, &actions)
        }
        if transition != .none { react(to: transition, of: index, &actions) }
    }

    /// What the answer to one copy means for health and money.
    private func noteRoutedCopy(_ slot: UInt32, _ copy: AttemptCopy, _ verdict: Verdict) {
        let last = chain(slot).pointee.provider
        chain(slot).pointee.provider = copy.provider
        routed(slot).pointee.paid = copy.paid
        routed(slot).pointee.period = copy.period
        noteRoutedAnswer(slot, verdict)
        chain(slot).pointee.provider = last
    }

    /// A copy has failed while others are under way.
    private func failedAmongOthers(
        _ slot: UInt32, _ copy: AttemptCopy, _ verdict: Verdict, _ response: ProviderResponse, _ actions: inout Actions
    ) {
        let chain = chain(slot)
        let extra = extra(slot)
        let retryAfter = response.retryAfter
        if isRevoked(slot) {
            cancelCopies(slot, &actions)
            chain.pointee.provider = copy.provider
            return failed(slot, Int(copy.provider), verdict, response, &actions)
        }
        switch verdict.errorClass {
        case .ok: preconditionFailure("a success is no failure")
        case .permanent, .suppressRecipient:
            cancelCopies(slot, &actions)
            chain.pointee.provider = copy.provider
            failed(slot, Int(copy.provider), verdict, response, &actions)
        case .stopSender:
            chain.pointee.attempts -= 1
        case .retryHere, .retryNewConnection, .failOver, .throttled:
            markTried(slot, copy.provider)
            if forbidsRetry(retryAfter) {
                extra.pointee.refusesCopies = true
                extra.pointee.hasTimer = false
            } else if let retryAfter, retryAfter > .zero, state.pointee.retry.retryAfterCap >= 0 {
                armHedge(slot, after: min(retryAfter.nanoseconds, state.pointee.retry.retryAfterCap), &actions)
            } else if !hedge(slot, &actions) && !extra.pointee.hasTimer {
                armHedge(slot, after: state.pointee.retry.hedgeDelay, &actions)
            }
        }
    }

    /// Calls back every attempt under way.
    func cancelCopies(_ slot: UInt32, _ actions: inout Actions) {
        let chain = chain(slot)
        let extra = extra(slot)
        for place in 0..<Int(extra.pointee.copyCount) {
            let copy = extra.copies[place]
            state.pointee.providers[Int(copy.provider)].breaker.withdrawCall(epoch: copy.epoch)
            noteAbandoned(provider: copy.provider, payer: copy.isRetry ? copy.payer : nil)
            state.pointee.counters.cancels += 1
            let identifier = Identifier.make(
                slot: slot, generation: chain.pointee.generation, serial: copy.serial)
            withdrawCall(identifier)
            actions.append(.cancel(AttemptID(rawValue: identifier), reference: chain.pointee.reference))
        }
        extra.pointee.copyCount = 0
        extra.pointee.hasTimer = false
    }
}
