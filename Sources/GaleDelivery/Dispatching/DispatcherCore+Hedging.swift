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
        if extra.pointee.copyCount == 0 {
            extra.pointee.refusesCopies = false
            // From here on it is what these copies leave behind.
            chain.pointee.flags.remove(.unsure)
        }
        var copy = AttemptCopy(
            provider: chain.pointee.provider, epoch: chain.pointee.epoch, serial: chain.pointee.serial,
            isRetry: isRetry, payer: isRetry ? payer(of: slot) : Chain.noProvider, sent: state.pointee.now)
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
        let identifier = Identifier.make(
            slot: slot, generation: chain.pointee.generation, serial: extra.pointee.timer)
        let due = state.pointee.now + max(RetryRules.leastDelay, delay)
        if delay == state.pointee.retry.hedgeDelay {
            // All of these take the same time, so that they come due in their order, and one wake does for all.
            state.pointee.hedges.append(HedgeWake(identifier: identifier, due: due))
            armHedges(&actions)
        } else {
            actions.append(.wake(TimerID(rawValue: identifier), at: Instant(nanoseconds: due)))
        }
    }

    /// Asks for the wake of the next copy, unless it is under way. Chains that need none any more are passed over, so that
    /// who is answered soon costs no wake; and no two wakes come in one millisecond.
    private func armHedges(_ actions: inout Actions) {
        let hedges = state.pointee.hedges
        guard state.pointee.hedgeWakeAt == .max else { return }
        while !hedges.isEmpty, hedgingChain(hedges[hedges.startPosition].identifier) == nil { _ = hedges.popFirst() }
        guard !hedges.isEmpty else { return }
        let due = hedges[hedges.startPosition].due
        let at = max(due, state.pointee.now + 1, state.pointee.hedgeWokenAt + Self.coalescing)
        state.pointee.hedgeWakeAt = at
        state.pointee.hedgeWakeSequence &+= 1
        let timer = Identifier.make(queue: Identifier.hedgeQueue, sequence: state.pointee.hedgeWakeSequence)
        actions.append(.wake(TimerID(rawValue: timer), at: Instant(nanoseconds: at)))
    }

    /// The chain in flight that waits for a wake for its next copy.
    private func hedgingChain(_ identifier: UInt64) -> UInt32? {
        guard state.pointee.retry.copies > 1, chain(identifier, in: .inFlight) != nil else { return nil }
        let slot = Identifier.slot(identifier)
        let extra = extra(slot)
        return extra.pointee.hasTimer && extra.pointee.timer == Identifier.serial(identifier) ? slot : nil
    }

    /// The wake for copies that are due.
    func wokenToHedges(_ raw: UInt64, _ actions: inout Actions) {
        guard state.pointee.hedgeWakeAt != .max,
            state.pointee.hedgeWakeSequence & Identifier.sequenceMask == Identifier.sequence(raw)
        else { return countStale() }
        let (hedges, now) = (state.pointee.hedges, state.pointee.now)
        state.pointee.hedgeWakeAt = .max
        state.pointee.hedgeWokenAt = now
        var left = Self.batch
        while left > 0, !hedges.isEmpty, hedges[hedges.startPosition].due <= now {
            left -= 1
            if let slot = hedgingChain(hedges.popFirst().identifier) { wokenToHedge(slot, &actions) }
        }
        armHedges(&actions)
    }

    /// The wake for the next copy of one chain.
    ///
    /// - Returns: false when it is none of these.
    func wokenToHedge(_ identifier: UInt64, _ actions: inout Actions) -> Bool {
        guard let slot = hedgingChain(identifier) else { return false }
        wokenToHedge(slot, &actions)
        return true
    }

    private func wokenToHedge(_ slot: UInt32, _ actions: inout Actions) {
        extra(slot).pointee.hasTimer = false
        if !hedge(slot, &actions) { armHedge(slot, after: state.pointee.retry.hedgeDelay, &actions) }
    }

    /// Sends one more copy, if everything allows it now; a hedge never waits.
    private func hedge(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        let chain = chain(slot)
        let extra = extra(slot)
        guard mayFollow(chain, extra), !isRevoked(slot), state.pointee.now < chain.pointee.expires,
            !passedDeadline(slot), quietEnd(slot) == nil, !(state.pointee.isRouted && isOutdated(slot))
        else {
            return false
        }
        let route = Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)
        // Elsewhere than where the others are, if there is an elsewhere.
        for place in 0..<Int(extra.pointee.copyCount) { markTried(slot, extra.copies[place].provider) }
        guard mayUse(route, false), let place = pickElsewhere(route, chain) else { return false }
        let isPaid = state.pointee.isMetered
        if isPaid {
            // The one asked that keeps it waiting.
            extra.pointee.payer = chain.pointee.provider
            if !mayRetry(slot, from: chain.pointee.provider, []) { return false }
        }
        guard !isHopeless(slot, place), takesPermit(slot) else { return false }
        // Last, as it counts what is about to be sent.
        if refuses(place) {
            giveBackPermit(ofChain: slot)
            return false
        }
        state.pointee.counters.hedges += 1
        send(slot, route, place, isPaid: isPaid, &actions)
        return true
    }

    /// An available equivalent for a copy, which need not stay with the provider of the others.
    private func pickElsewhere(_ route: Int, _ chain: UnsafeMutablePointer<Chain>) -> Int32? {
        let isPinned = chain.pointee.flags.contains(.pinned)
        chain.pointee.flags.remove(.pinned)
        let place = pick(route, chain)
        if isPinned { chain.pointee.flags.insert(.pinned) }
        return place
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
        #if PlantedBugs
            let verdict = misjudged(Taxonomy.classify(state.pointee.providers[index].dialect, response), response)
            if isPlanted(.quotaCountedAfterSend) { countLate(state.pointee.providers + index) }
        #else
            let verdict = Taxonomy.classify(state.pointee.providers[index].dialect, response)
        #endif
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
        if verdict.mayHaveBeenAccepted { chain.pointee.flags.insert(.unsure) }
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
            noteAbandoned(provider: copy.provider, payer: copy.isRetry ? copy.payer : nil, sent: copy.sent)
            state.pointee.counters.cancels += 1
            let identifier = Identifier.make(
                slot: slot, generation: chain.pointee.generation, serial: copy.serial)
            abandonCall(identifier, provider: Int(copy.provider), epoch: copy.epoch)
            #if PlantedBugs
                if isPlanted(.hedgesNotCancelled) { continue }
            #endif
            actions.append(.cancel(AttemptID(rawValue: identifier), reference: chain.pointee.reference))
        }
        extra.pointee.copyCount = 0
        extra.pointee.hasTimer = false
    }
}
