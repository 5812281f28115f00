// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What each input leads to, whatever state things are in.
extension DispatcherCore {
    /// - Parameter random: a uniform word.
    @usableFromInline @inline(never)
    func handle(_ input: Input, now: Int64, random: UInt64, _ actions: inout Actions) {
        state.pointee.now = now
        state.pointee.random = random
        switch input {
        case .consumed(let notification): consumed(notification, &actions)
        case .responded(let attempt, let response): responded(attempt.rawValue, response, &actions)
        case .lookedUp(let lookup, let answer): lookedUp(lookup.rawValue, answer, &actions)
        case .consentChanged(let recipient, let channel, let isGranted):
            consentChanged(recipient, channel, isGranted: isGranted, &actions)
        case .granted(let chain): granted(chain.rawValue, &actions)
        case .woken(let timer): woken(timer.rawValue, &actions)
        }
        if state.pointee.firstMarked >= 0 { passOnRetries(&actions) }
        if let guards = state.pointee.guards, guards.pointee.freed != 0 || !guards.pointee.returned.isEmpty {
            passOnRoom(guards, &actions)
        }
        if let safety = state.pointee.safety, !safety.pointee.finished.isEmpty { passOnTurns(safety, &actions) }
    }

    func consumed(_ notification: Notification, _ actions: inout Actions) {
        let notification = state.pointee.isRouted ? withinMessageTier(notification) : notification
        let header = RetryTopicHeader(rawValue: notification.previousAttempts)
        state.pointee.counters.consumed += 1
        if state.pointee.now >= notification.expires.nanoseconds {
            return refuse(notification, .expired, &actions)
        }
        if notification.deliveries > state.pointee.maximumDeliveries {
            state.pointee.counters.poisoned += 1
            return refuse(notification, .deadLettered, &actions)
        }
        // Which channel, and how often it was tried, is what a retry topic's header says in one number.
        var step = DeliveryPlan.way(notification.channel, notification.platform)
        var attempts = header.place
        if attempts >= state.pointee.attemptLimit {
            let passed = Int(attempts / state.pointee.attemptLimit)
            if passed >= DeliveryPlan.stepsPerWay { return refuse(notification, .deadLettered, &actions) }
            step += passed
            attempts %= state.pointee.attemptLimit
        }
        if state.pointee.plan.steps[step].route == PlanStep.noRoute {
            return refuse(notification, .deadLettered, &actions)
        }
        if !isAdmitted(notification) { return refuse(notification, .shed, &actions) }
        if !hasRoomForChain { return refuse(notification, .shed, &actions) }
        let slot = open(notification, step: UInt8(step), attempts: attempts)
        #if PlantedBugs
            if isPlanted(.expiryAtEntryOnly) { chain(slot).pointee.expires = .max / 2 }
        #endif
        if header.replays > 0 { extra(slot).pointee.replays = header.replays }
        if header.isUnsure { chain(slot).pointee.flags.insert(.unsure) }
        if state.pointee.isRouted && !beginRouting(slot, notification, &actions) { return }
        if isInTurn(slot, &actions) { begin(slot, &actions) }
    }

    /// From the look-ups on.
    func begin(_ slot: UInt32, _ actions: inout Actions) {
        #if PlantedBugs
            if isPlanted(.deduplicateAfterSend) {
                let others = firstState(slot) & ~StateAccesses.bit(.deduplication)
                if !lookUpFirst(slot, others, isBeginning: true, &actions) { _ = proceed(slot, [], &actions) }
                return
            }
        #endif
        if !lookUpFirst(slot, firstState(slot), isBeginning: true, &actions) { _ = proceed(slot, [], &actions) }
    }

    /// Settles what never became a chain; what the app took before it went through a retry topic was delivered.
    private func refuse(_ notification: Notification, _ outcome: Outcome, _ actions: inout Actions) {
        var outcome = outcome
        if state.pointee.isRouted && RetryTopicHeader(rawValue: notification.previousAttempts).acceptedInApp {
            outcome = .delivered
            if state.pointee.deduplicates {
                actions.append(.write(reference: notification.reference, deliveredKey(notification.key)))
            }
        }
        if state.pointee.isRouted { comeBackInVain(notification) }
        state.pointee.counters.count(outcome)
        actions.append(.settle(reference: notification.reference, outcome))
    }

    func granted(_ raw: UInt64, _ actions: inout Actions) {
        guard let slot = living(raw), chain(slot).pointee.state == .acquiring else { return countStale() }
        let chain = chain(slot)
        state.pointee.waitingChains -= 1
        chain.pointee.flags.insert(.holdsSlot)
        let route = Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)
        let hadRoute = chain.pointee.flags.contains(.promisedRoute)
        let hadBudget = chain.pointee.flags.contains(.promisedBudget)
        if hadRoute { redeem(route) }
        let gate = hadBudget ? queue(ofGate: self.gate(of: payer(of: slot))) : 0
        if hadBudget { redeem(gate) }
        chain.pointee.flags.subtract([.promisedRoute, .promisedBudget])
        if chain.pointee.flags.contains(.succeededLate) {
            deliver(slot, &actions)
        } else if state.pointee.isRouted && routed(slot).pointee.flags.contains(.replaced) {
            settle(slot, .suppressed, &actions)
        } else if state.pointee.now >= chain.pointee.expires {
            settle(slot, .expired, &actions)
        } else if hasBegun(slot, &actions) {
            return
        } else if isRevoked(slot) && !isAwaitingSeen(slot) {
            leaveRevoked(slot, &actions)
        } else if chain.pointee.flags.contains(.needsLookup) {
            lookUp(slot, &actions)
        } else {
            var entitled: Entitlement = []
            if hadRoute { entitled.insert(.route) }
            if hadBudget { entitled.insert(.budget) }
            _ = proceed(slot, entitled, &actions)
        }
        if hadRoute && isLow(route) { pump(route, &actions) }
        if hadBudget && isLow(gate) { pump(gate, &actions) }
    }

    func woken(_ raw: UInt64, _ actions: inout Actions) {
        if raw & Identifier.slotMask == Identifier.queueSlot {
            let index = Identifier.queue(raw)
            if raw == Identifier.continuation { return }
            if index == Identifier.hedgeQueue { return wokenToHedges(raw, &actions) }
            if index == Identifier.deadlineQueue { return wokenToDeadlines(raw, &actions) }
            guard index < queue(ofGate: state.pointee.gateCount), state.pointee.queues[index].wakeAt != .max,
                state.pointee.queues[index].wakeSequence & Identifier.sequenceMask == Identifier.sequence(raw)
            else { return countStale() }
            #if PlantedBugs
                if isPlanted(.wakeUpLost) { return pump(index, &actions) }
            #endif
            state.pointee.queues[index].wakeAt = .max
            return pump(index, &actions)
        }
        if wokenToHedge(raw, &actions) { return }
        guard let slot = living(raw), chain(slot).pointee.state == .backoff,
            chain(slot).pointee.serial == Identifier.serial(raw)
        else { return countStale() }
        let chain = chain(slot)
        state.pointee.waitingChains -= 1
        if state.pointee.now >= chain.pointee.expires {
            settle(slot, .expired, &actions)
        } else if !chain.pointee.flags.contains(.needsLookup) {
            chain.pointee.tried = 0
            _ = proceed(slot, [], &actions)
        } else if chain.pointee.flags.contains(.holdsSlot) {
            lookUp(slot, &actions)
        } else {
            acquire(slot, [], &actions)
        }
    }

    @inline(never)
    func countStale() { state.pointee.counters.stale += 1 }
}
