// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What was kept for a chain that comes from the head of a queue.
struct Entitlement: OptionSet {
    let rawValue: UInt8
    static let route = Entitlement(rawValue: 1)
    static let budget = Entitlement(rawValue: 2)
}

/// From "it may go now" to the send, or to the queue of what is missing.
extension DispatcherCore {
    /// Sends the chain, or asks for a slot to send it from, or lets it wait for what is missing, or ends it.
    ///
    /// Nothing is used up on the way to a send: the token, the probe and the retry are taken with the send itself.
    /// - Returns: false when it went back to the head of the queue that it came from.
    func proceed(_ slot: UInt32, _ entitled: Entitlement, _ actions: inout Actions) -> Bool {
        let chain = chain(slot)
        if state.pointee.now >= chain.pointee.expires {
            settle(slot, .expired, &actions)
            return true
        }
        if state.pointee.isRouted && isOutdated(slot) {
            endOutdated(slot, &actions)
            return true
        }
        var entitled = entitled
        if isInApp(slot) && !canUseApp(slot) {
            noteDeparture(slot, .app, to: routed(slot).pointee.home)
            goHome(slot)
            entitled = []
            if lookUpFirst(slot, state.pointee.accesses.perChannel, &actions) { return true }
        }
        while passedDeadline(slot), let next = nextStep(slot) {
            noteDeparture(slot, .deadline, to: next)
            fallBack(slot, to: next)
            entitled = []
            if lookUpFirst(slot, state.pointee.accesses.perChannel, &actions) { return true }
        }
        if isRevoked(slot) {
            leaveRevoked(slot, &actions)
            return true
        }
        if state.pointee.isRouted && heldBack(slot, &actions) { return true }
        let route = Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)
        let place = mayUse(route, entitled.contains(.route)) ? pick(route, chain) : nil
        guard let place else {
            wait(slot, queue: route, atHead: entitled.contains(.route), whyBlocked(route), &actions)
            return !entitled.contains(.route)
        }
        let isPaid = chain.pointee.attempts > 0 && state.pointee.isMetered
        let isPrepaid = isPaid && isPrepaid(slot)
        if isPaid, !isPrepaid, !mayRetry(slot, from: payer(of: slot, else: place), entitled) {
            if state.pointee.retry.givesUp {
                leaveChannel(slot, .deadLettered, .budget, &actions)
                return true
            }
            let queue = queue(ofGate: gate(of: payer(of: slot)))
            wait(slot, queue: queue, atHead: entitled.contains(.budget), .budget, &actions)
            return !entitled.contains(.budget)
        }
        if state.pointee.guards != nil && !passesGuards(slot, place, &actions) { return true }
        // Last, as it counts what is about to be sent.
        let isThrottled = state.pointee.gates.pointee.kind == .adaptive
        if isThrottled, chain.pointee.flags.contains(.holdsSlot), isRefused(slot, place, &actions) { return true }
        if chain.pointee.flags.contains(.holdsSlot) {
            send(slot, route, place, isPaid: isPaid, &actions)
        } else {
            acquire(slot, isPaid && !isPrepaid ? [.route, .budget] : .route, &actions)
        }
        return true
    }

    /// Whether the channel's own time is over.
    @inline(__always)
    func passedDeadline(_ slot: UInt32) -> Bool { state.pointee.now >= channelDeadline(slot) }

    /// Whether a chain may try a route at all: those who waited come first.
    @inline(__always)
    func mayUse(_ route: Int, _ isEntitled: Bool) -> Bool {
        if isEntitled || state.pointee.crowded & (1 << UInt32(route)) == 0 { return true }
        let queue = state.pointee.queues + route
        if queue.pointee.count > 0 { return false }
        return queue.pointee.promised == 0 || capacity(route) > Int64(queue.pointee.promised)
    }

    /// Whether a provider's admission allows a retry now: those who waited for it come first. But who comes from the head of its
    /// route's queue does not stand behind them: from there they would have to stand behind who waits for the route, and
    /// all would change queues for ever.
    func mayRetry(_ slot: UInt32, from provider: UInt16, _ entitled: Entitlement) -> Bool {
        let gate = gate(of: provider)
        let queue = state.pointee.queues + queue(ofGate: gate)
        let available = state.pointee.gates[gate].available(cause(of: slot), at: state.pointee.now)
        #if PlantedBugs
            if isPlanted(.retryPastBudget) { return true }
        #endif
        if entitled.contains(.budget) { return available > 0 }
        return (queue.pointee.count == 0 || entitled.contains(.route)) && available > Int64(queue.pointee.promised)
    }

    /// Sends that a route's providers could take now.
    func capacity(_ route: Int) -> Int64 {
        let members = state.pointee.plan.routes[route]
        let now = state.pointee.now
        var sum: Int64 = 0
        let usable = usable(route)
        for offset in 0..<members.count where usable & (1 << UInt32(offset)) != 0 {
            let provider = provider(members.first + offset)
            let permits = provider.pointee.breaker.permits(at: now)
            if permits <= 0 { continue }
            var room = provider.pointee.room(at: now)
            if state.pointee.routing.hasMoney { room = min(room, affordable(members.first + offset)) }
            // At most half the range each, so that the sum of two fits.
            sum = min(sum + min(permits, room), .max / 2)
        }
        return sum
    }

    @inline(__always)
    func provider(_ equivalent: Int32) -> UnsafeMutablePointer<ProviderState> {
        state.pointee.providers + Int(state.pointee.plan.equivalents[Int(equivalent)].provider)
    }

    /// An available equivalent: the one the chain is pinned to; otherwise by weight among those not yet tried;
    /// otherwise by weight among all. Weight 0 is a stand-by, used when nothing else is there.
    @inline(__always)
    func pick(_ route: Int, _ chain: UnsafeMutablePointer<Chain>) -> Int32? {
        let members = state.pointee.plan.routes[route]
        if state.pointee.routing.isSelective { return pickSelectively(members, chain, usable(route)) }
        if members.count == 1 {
            return provider(members.first).pointee.isAvailable(at: state.pointee.now) ? members.first : nil
        }
        return pickAmongSeveral(members, chain, usable(route))
    }

    private func pickAmongSeveral(
        _ members: PlanRoute, _ chain: UnsafeMutablePointer<Chain>, _ usable: UInt32
    ) -> Int32? {
        let now = state.pointee.now
        var available: UInt32 = 0
        for offset in 0..<members.count where usable & (1 << UInt32(offset)) != 0 {
            let place = members.first + offset
            guard provider(place).pointee.isAvailable(at: now) else { continue }
            if chain.pointee.flags.contains(.pinned),
                state.pointee.plan.equivalents[Int(place)].provider == chain.pointee.provider
            {
                return place
            }
            available |= 1 << UInt32(offset)
        }
        if available == 0 { return nil }
        let untried = available & ~chain.pointee.tried
        return pick(members, untried != 0 ? untried : available) {
            UInt64(state.pointee.plan.equivalents[Int($0)].weight)
        }
    }

    /// One of the candidates, as often as its merit is of the sum; the first if they have none. The sum of their merits fits.
    @inline(__always)
    func pick(_ members: PlanRoute, _ candidates: UInt32, by merit: (Int32) -> UInt64) -> Int32 {
        var total: UInt64 = 0
        for offset in 0..<members.count where candidates & (1 << UInt32(offset)) != 0 {
            total += merit(members.first + offset)
        }
        if total == 0 { return members.first + Int32(candidates.trailingZeroBitCount) }
        var left = draw().multipliedFullWidth(by: total).high
        for offset in 0..<members.count where candidates & (1 << UInt32(offset)) != 0 {
            let merit = merit(members.first + offset)
            if left < merit { return members.first + offset }
            left -= merit
        }
        preconditionFailure("a number below the sum of the merits falls into one of them")
    }

    /// Remembers that the provider of the last attempt failed.
    func markTried(_ slot: UInt32) { markTried(slot, chain(slot).pointee.provider) }

    /// Remembers that a provider has failed, or has it already.
    func markTried(_ slot: UInt32, _ provider: UInt16) {
        let chain = chain(slot)
        let members = state.pointee.plan.routes[Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)]
        for offset in 0..<members.count
        where state.pointee.plan.equivalents[Int(members.first + offset)].provider == provider {
            chain.pointee.tried |= 1 << UInt32(offset)
        }
    }

    /// Whether an equivalent that hasn't failed for this chain could take it at once.
    func hasUntriedEquivalent(_ slot: UInt32) -> Bool {
        let chain = chain(slot)
        let route = Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)
        let members = state.pointee.plan.routes[route]
        if members.count == 1 || state.pointee.queues[route].count > 0 { return false }
        let untried = usable(route) & ~chain.pointee.tried
        for offset in 0..<members.count where untried & (1 << UInt32(offset)) != 0 {
            if provider(members.first + offset).pointee.isAvailable(at: state.pointee.now),
                affordable(members.first + offset) > 0
            {
                return true
            }
        }
        return false
    }

    func send(_ slot: UInt32, _ route: Int, _ place: Int32, isPaid: Bool, _ actions: inout Actions) {
        let chain = chain(slot)
        let index = state.pointee.plan.equivalents[Int(place)].provider
        let provider = state.pointee.providers + Int(index)
        #if PlantedBugs
            if !isPlanted(.quotaCountedAfterSend) { provider.pointee.bucket.take() }
        #else
            provider.pointee.bucket.take()
        #endif
        provider.pointee.breaker.letThrough()
        if state.pointee.isRouted { noteRoutedSend(slot, place) }
        countSend(slot, chain, index, isPaid: isPaid)
        let identifier = beginAttempt(chain, slot, index, provider.pointee.breaker.epoch)
        if state.pointee.guards != nil { noteCall(identifier, slot, index, route, place: place) }
        actions.append(send(chain, identifier, index, channel(of: chain)))
        if state.pointee.retry.copies > 1 { noteCopy(slot, isRetry: isPaid, &actions) }
        #if PlantedBugs
            if isPlanted(.acknowledgeBeforeSend) { acknowledgeEarly(slot, &actions) }
        #endif
    }

    /// An attempt begins.
    ///
    /// - Returns: its identifier.
    @inline(__always)
    func beginAttempt(
        _ chain: UnsafeMutablePointer<Chain>, _ slot: UInt32, _ provider: UInt16, _ epoch: UInt8
    ) -> UInt64 {
        chain.pointee.attempts &+= 1
        chain.pointee.provider = provider
        chain.pointee.epoch = epoch
        chain.pointee.state = .inFlight
        return Identifier.make(
            slot: slot, generation: chain.pointee.generation, serial: chain.pointee.nextSerial())
    }

    @inline(__always)
    func send(
        _ chain: UnsafeMutablePointer<Chain>, _ identifier: UInt64, _ provider: UInt16, _ channel: Channel
    ) -> Action {
        #if PlantedBugs
            let key =
                isPlanted(.keyChangesOnRetry)
                ? chain.pointee.key &+ UInt64(chain.pointee.attempts) &- 1 : chain.pointee.key
        #else
            let key = chain.pointee.key
        #endif
        return .send(
            AttemptID(rawValue: identifier), ChainID(rawValue: identifier & Identifier.chainMask),
            reference: chain.pointee.reference, key: key, timeout: state.pointee.timeout,
            provider: ProviderIndex(rawValue: provider), channel: channel)
    }

    private func channel(of chain: UnsafeMutablePointer<Chain>) -> Channel {
        state.pointee.plan.steps[Int(chain.pointee.step)].channel
    }

    /// Pays for a retry or deposits for a first attempt, and counts either.
    private func countSend(
        _ slot: UInt32, _ chain: UnsafeMutablePointer<Chain>, _ provider: UInt16, isPaid: Bool
    ) {
        if state.pointee.followsOutcomes { noteSend(provider) }
        if chain.pointee.flags.contains(.fresh) {
            chain.pointee.flags.remove(.fresh)
            state.pointee.counters.firstAttempts += 1
            if state.pointee.hasBudget {
                let gate = gate(of: provider)
                state.pointee.gates[gate].budget.recordFirstAttempt(at: state.pointee.now)
                notePossibleRetry(gate)
            }
        } else if chain.pointee.attempts > 0 {
            state.pointee.counters.retries += 1
            if isPaid { noteRetry(slot) }
            if chain.pointee.provider != Chain.noProvider && chain.pointee.provider != provider {
                state.pointee.counters.failovers += 1
            }
            if chain.pointee.flags.contains(.unsure) { state.pointee.counters.riskyRetries += 1 }
        } else {
            state.pointee.counters.fallbackAttempts += 1
        }
    }
}
