// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What an attempt's end leads to.
extension DispatcherCore {
    func responded(_ raw: UInt64, _ response: ProviderResponse, _ actions: inout Actions) {
        if let guards = state.pointee.guards { endCall(raw, response, guards) }
        guard let slot = living(raw) else { return countStale() }
        if state.pointee.retry.copies > 1 { return respondedToCopy(slot, raw, response, &actions) }
        let chain = chain(slot)
        guard chain.pointee.state == .inFlight, chain.pointee.serial == Identifier.serial(raw) else {
            return respondedLate(slot, raw, response, &actions)
        }
        let index = Int(chain.pointee.provider)
        let provider = state.pointee.providers + index
        #if PlantedBugs
            let verdict = misjudged(Taxonomy.classify(provider.pointee.dialect, response), response)
            if isPlanted(.quotaCountedAfterSend) { countLate(provider) }
        #else
            let verdict = Taxonomy.classify(provider.pointee.dialect, response)
        #endif
        if state.pointee.isRouted { noteRoutedAnswer(slot, verdict) }
        if state.pointee.followsOutcomes {
            let isRetry = chain.pointee.attempts > 1
            noteOutcome(
                slot, provider: index, payer: isRetry ? payer(of: slot) : nil, verdict, response.retryAfter)
        }
        let transition = record(verdict, provider: index, epoch: chain.pointee.epoch)
        if verdict.errorClass == .ok {
            _ = noteAnswer(slot, index, verdict, response, &actions)
            deliver(slot, &actions)
        } else {
            failed(slot, index, verdict, response, &actions)
        }
        if transition != .none { react(to: transition, of: index, &actions) }
    }

    /// The last attempt under way failed: remembers what it says about the recipient, and goes on from there.
    func failed(
        _ slot: UInt32, _ index: Int, _ verdict: Verdict, _ response: ProviderResponse, _ actions: inout Actions
    ) {
        let isBelieved = noteAnswer(slot, index, verdict, response, &actions)
        if isRevoked(slot) {
            leaveRevoked(slot, &actions)
        } else if verdict.errorClass == .suppressRecipient && !isBelieved {
            leaveChannel(slot, .deadLettered, .answer, &actions)
        } else {
            failed(slot, verdict, response.retryAfter, &actions)
        }
    }

    /// Tells a provider's breaker how a call ended.
    func record(_ verdict: Verdict, provider index: Int, epoch: UInt8) -> CircuitBreaker.Transition {
        let provider = state.pointee.providers + index
        guard verdict.errorClass == .stopSender else {
            let isFailure = verdict.errorClass != .ok && verdict.countsAgainstProvider
            return provider.pointee.breaker.record(
                failure: isFailure, duration: callDuration, epoch: epoch, at: state.pointee.now)
        }
        let stops = provider.pointee.breaker.transitions.stops
        provider.pointee.breaker.stop(epoch: epoch, at: state.pointee.now)
        return provider.pointee.breaker.transitions.stops != stops ? .opened : .none
    }

    /// An answer to an attempt that isn't the one under way.
    ///
    /// A late *success* ends the chain wherever it is, as every further attempt would be a duplicate. An attempt that is under
    /// way meanwhile is not waited for (and cancelled where attempts are hedged); its answer will be stale. A late *failure* says nothing new: the attempt had
    /// ended for us before.
    func respondedLate(
        _ slot: UInt32, _ raw: UInt64, _ response: ProviderResponse, _ actions: inout Actions
    ) {
        let chain = chain(slot)
        guard chain.pointee.provider != Chain.noProvider, !chain.pointee.flags.contains(.succeededLate) else {
            return countStale()
        }
        guard Taxonomy.isSuccess(response) else { return countStale() }
        if isOnFirstChannel(slot) { forgiveStrikes(slot, &actions) }
        switch chain.pointee.state {
        case .inFlight:
            if state.pointee.retry.copies > 1 {
                cancelCopies(slot, &actions)
            } else {
                let index = Int(chain.pointee.provider)
                abandonCall(
                    Identifier.make(
                        slot: slot, generation: chain.pointee.generation, serial: chain.pointee.serial),
                    provider: index, epoch: chain.pointee.epoch)
                let isTimed = state.pointee.gates.pointee.kind == .adaptive
                noteAbandoned(
                    provider: chain.pointee.provider, payer: chain.pointee.attempts > 1 ? payer(of: slot) : nil,
                    sent: isTimed ? extra(slot).pointee.throttled : 0)
            }
            deliver(slot, &actions)
        case .lookingUp:
            // About another channel; the store's answer will be stale.
            deliver(slot, &actions)
        case .backoff:
            state.pointee.waitingChains -= 1
            deliver(slot, &actions)
        case .queued:
            rememberKey(slot, &actions)
            settleQueued(slot, .delivered, &actions)
        case .acquiring:
            // The host is about to grant a slot; it is told when it does.
            chain.pointee.flags.insert(.succeededLate)
        case .free, .gone:
            return countStale()
        }
        state.pointee.counters.lateSuccesses += 1
    }

    /// Ends a chain that a queue still links: settled now, the record goes when the queue reaches it.
    func settleQueued(_ slot: UInt32, _ outcome: Outcome, _ actions: inout Actions) {
        let chain = chain(slot)
        let outcome = state.pointee.isRouted ? routedOutcome(slot, outcome, &actions) : outcome
        state.pointee.waitingChains -= 1
        state.pointee.deadlines.remove(slot)
        actions.append(.settle(reference: chain.pointee.reference, outcome))
        state.pointee.counters.count(outcome)
        if state.pointee.isRouted { unindex(slot) }
        if state.pointee.retry.prepays { forgoRetry(slot) }
        state.pointee.safety?.pointee.end(slot)
        chain.pointee.state = .gone
        state.pointee.goneChains += 1
    }

    /// The attempt under way failed: what next?
    func failed(_ slot: UInt32, _ verdict: Verdict, _ retryAfter: Interval?, _ actions: inout Actions) {
        let chain = chain(slot)
        if verdict.mayHaveBeenAccepted {
            chain.pointee.flags.insert(.unsure)
        } else if state.pointee.retry.copies == 1 {
            // Of several copies another may have been taken: see `noteCopy`.
            chain.pointee.flags.remove(.unsure)
        }
        if state.pointee.isRouted && isOutdated(slot) { return endOutdated(slot, &actions) }
        if isInApp(slot) { return leaveChannel(slot, .deadLettered, .answer, &actions) }
        switch verdict.errorClass {
        case .ok: preconditionFailure("a success is no failure")
        case .permanent: leaveChannel(slot, .deadLettered, .answer, &actions)
        case .suppressRecipient: leaveChannel(slot, .suppressed, .answer, &actions)
        case .stopSender:
            // Not the message's fault: the attempt doesn't count, and the message waits for a sender.
            chain.pointee.attempts -= 1
            chain.pointee.flags.remove(.pinned)
            _ = proceed(slot, [], &actions)
        case .retryHere, .retryNewConnection, .failOver, .throttled:
            retry(slot, verdict, retryAfter, &actions)
        }
    }

    /// This channel is done with: the next one of the way, or the end.
    ///
    /// - Parameters:
    ///   - outcome: its end, if there is no other.
    ///   - until: see `Departure`.
    func leaveChannel(
        _ slot: UInt32, _ outcome: Outcome, _ why: Departure.Reason, until: Int64 = 0, _ actions: inout Actions
    ) {
        let next = nextStep(slot)
        noteDeparture(slot, why, until: until, to: next)
        guard let next else {
            if outcome == .deadLettered && bury(slot, &actions) { return }
            return settle(slot, outcome, &actions)
        }
        let kinds = kindsForNextChannel(slot)
        fallBack(slot, to: next)
        if !lookUpFirst(slot, kinds, &actions) { _ = proceed(slot, [], &actions) }
    }

    func fallBack(_ slot: UInt32, to step: UInt8) {
        let chain = chain(slot)
        if state.pointee.safety != nil { changeChannel(slot) }
        if state.pointee.retry.prepays { forgoRetry(slot) }
        if isInApp(slot) { routed(slot).pointee.flags.insert(.wasInApp) }
        chain.pointee.step = step
        chain.pointee.attempts = 0
        chain.pointee.tried = 0
        chain.pointee.flags.subtract([.pinned, .unsure])
        state.pointee.counters.fallbacks += 1
        if state.pointee.routing.hasTiers { routed(slot).pointee.channelSince = state.pointee.now }
    }

    /// A provider's breaker moved: count, and let the waiting go on when it closed.
    @inline(never)
    func react(to transition: CircuitBreaker.Transition, of provider: Int, _ actions: inout Actions) {
        if transition == .opened {
            state.pointee.counters.breakersOpened += 1
            return
        }
        for route in 0..<state.pointee.plan.routeCount where serves(provider, route) { pump(route, &actions) }
    }

    private func serves(_ provider: Int, _ route: Int) -> Bool {
        let members = state.pointee.plan.routes[route]
        for place in 0..<members.count
        where Int(state.pointee.plan.equivalents[Int(members.first + place)].provider) == provider {
            return true
        }
        return false
    }
}
