// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Waiting: backoff with a wake of its own, or in the queue of a route or of the budget with the queue's wake.
extension DispatcherCore {
    /// Waits `delay` nanoseconds after a failure.
    func backOff(_ slot: UInt32, _ delay: Int64, _ actions: inout Actions) {
        backOff(slot, delay, .backoff, &actions)
    }

    /// Waits `delay` nanoseconds with a wake of its own.
    func backOff(_ slot: UInt32, _ delay: Int64, _ reason: WaitReason, _ actions: inout Actions) {
        let at = state.pointee.now + delay
        giveBackPermit(ofChain: slot)
        #if PlantedBugs
            if isPlanted(.turnPassedOnEarly) { passTurnOn(slot) }
        #endif
        state.pointee.counters.count(reason)
        // Whether it was seen in the app is asked here: a retry topic would not know when it was told.
        if state.pointee.waiting == .retryTopic && !isAwaitingSeen(slot) {
            return requeue(slot, at: at, level: state.pointee.retry.level(for: delay), reason, &actions)
        }
        let chain = chain(slot)
        giveSlot(slot, reason, &actions)
        chain.pointee.state = .backoff
        state.pointee.waitingChains += 1
        let timer = Identifier.make(
            slot: slot, generation: chain.pointee.generation, serial: chain.pointee.nextSerial())
        actions.append(.wake(TimerID(rawValue: timer), at: Instant(nanoseconds: at)))
    }

    /// Tells the host what a waiting chain holds on to.
    func giveSlot(_ slot: UInt32, _ reason: WaitReason, _ actions: inout Actions) {
        let chain = chain(slot)
        guard chain.pointee.flags.contains(.holdsSlot) else { return }
        if state.pointee.waiting != .park {
            actions.append(.hold(chainID(slot), reference: chain.pointee.reference, until: reason))
        } else {
            chain.pointee.flags.remove(.holdsSlot)
            actions.append(.release(chainID(slot), reference: chain.pointee.reference, until: reason))
        }
    }

    /// Lets a chain wait in a queue; `atHead` when it comes from there and was unlucky.
    func wait(_ slot: UInt32, queue index: Int, atHead: Bool, _ reason: WaitReason, _ actions: inout Actions) {
        giveBackPermit(ofChain: slot)
        if state.pointee.waiting == .retryTopic {
            state.pointee.counters.count(reason)
            return requeueWaiting(slot, queue: index, reason, &actions)
        }
        if !atHead { state.pointee.counters.count(reason) }
        giveSlot(slot, reason, &actions)
        let chain = chain(slot)
        chain.pointee.state = .queued
        state.pointee.waitingChains += 1
        let queue = state.pointee.queues + index
        if queue.pointee.isOrdered {
            if !atHead { routed(slot).pointee.since = state.pointee.now }
            #if PlantedBugs
                queue.pointee.add(slot, misplaced(routed(slot).pointee), atHead: atHead)
            #else
                queue.pointee.add(slot, routed(slot).pointee, atHead: atHead)
            #endif
        } else if atHead {
            queue.pointee.prepend(slot)
        } else {
            queue.pointee.append(slot)
        }
        noteCrowded(index)
        if queue.pointee.wakeAt == .max { arm(index, &actions) }
    }

    /// Asks the host for a slot, and keeps for the chain what it will need then.
    func acquire(_ slot: UInt32, _ promises: Entitlement, _ actions: inout Actions) {
        let chain = chain(slot)
        chain.pointee.state = .acquiring
        state.pointee.waitingChains += 1
        if promises.contains(.route) {
            promise(Int(state.pointee.plan.steps[Int(chain.pointee.step)].route))
            chain.pointee.flags.insert(.promisedRoute)
        }
        if promises.contains(.budget) {
            promise(queue(ofGate: gate(of: payer(of: slot))))
            chain.pointee.flags.insert(.promisedBudget)
        }
        actions.append(.acquire(chainID(slot), reference: chain.pointee.reference))
    }

    /// What a queue guards is kept for one more chain on its way to a slot.
    private func promise(_ index: Int) {
        state.pointee.queues[index].promised += 1
        noteCrowded(index)
    }

    /// A chain has its slot, or needs none any more.
    func redeem(_ index: Int) {
        state.pointee.queues[index].promised -= 1
        noteCrowd(index)
    }

    /// The admission that a queue waits for; nil: it waits for a route.
    private func gate(ofQueue index: Int) -> UnsafeMutablePointer<RetryGate>? {
        index < state.pointee.plan.routeCount ? nil : state.pointee.gates + (index - state.pointee.plan.routeCount)
    }

    /// Something has joined a queue, or its way to a slot.
    private func noteCrowded(_ index: Int) {
        if let gate = gate(ofQueue: index) {
            gate.pointee.isAwaited = true
        } else {
            state.pointee.crowded |= 1 << UInt32(index)
        }
    }

    /// Keeps `noteCrowded` true after something has left a queue or its way to a slot.
    private func noteCrowd(_ index: Int) {
        let queue = state.pointee.queues + index
        guard queue.pointee.count == 0 && queue.pointee.promised == 0 else { return }
        if let gate = gate(ofQueue: index) {
            if gate.pointee.isAwaited { gate.pointee.wasFreeAgain = true }
            gate.pointee.isAwaited = false
        } else {
            state.pointee.crowded &= ~(1 << UInt32(index))
        }
    }

    /// Asks for the first of those who wait, whom the next input may look at.
    @usableFromInline
    func prefetchCrowd() {
        let queue = state.pointee.queues + state.pointee.crowded.trailingZeroBitCount
        if let first = queue.pointee.upcoming(0) { state.pointee.chains.prefetch(first) }
    }

    /// Lets go what has what it waited for, ends what has expired, and asks for the next wake.
    func pump(_ index: Int, _ actions: inout Actions) {
        let queue = state.pointee.queues + index
        var moved = queue.pointee.isOrdered ? endLanes(index, &actions) : 0
        var requeued = 0
        while queue.pointee.count > 0, moved < Self.batch, requeued < Self.requeues {
            let slot = queue.pointee.first(at: state.pointee.now)
            // What has waited long has left the cache.
            if let later = queue.pointee.upcoming(Self.ahead) { state.pointee.chains.prefetch(later) }
            let chain = chain(slot)
            if chain.pointee.state == .gone {
                removeHead(index, isServed: false)
                close(slot)
                state.pointee.goneChains -= 1
                moved += 1
                continue
            }
            let isOver = state.pointee.now >= chain.pointee.expires || passedDeadline(slot)
            if !isOver && !hasRoom(index) { break }
            removeHead(index, isServed: !isOver)
            state.pointee.waitingChains -= 1
            moved += 1
            let entitled: Entitlement = isOver ? [] : gate(ofQueue: index) == nil ? .route : .budget
            if !proceed(slot, entitled, &actions) { break }
            if chain.pointee.state == .queued { requeued += 1 }
        }
        arm(index, &actions)
    }

    /// Ends what has expired at the head of any lane, though it isn't its turn.
    ///
    /// - Returns: how many left the queue.
    private func endLanes(_ index: Int, _ actions: inout Actions) -> Int {
        let queue = state.pointee.queues + index
        var moved = 0
        for lane in 0..<PriorityLanes.laneCount {
            while moved < Self.batch, let slot = queue.pointee.first(in: lane) {
                let chain = chain(slot)
                let isGone = chain.pointee.state == .gone
                guard isGone || state.pointee.now >= chain.pointee.expires || passedDeadline(slot) else { break }
                queue.pointee.discardFirst(in: lane)
                noteCrowd(index)
                moved += 1
                if isGone {
                    close(slot)
                    state.pointee.goneChains -= 1
                } else {
                    state.pointee.waitingChains -= 1
                    _ = proceed(slot, [], &actions)
                }
            }
        }
        return moved
    }

    /// Whether the head of a queue could go now.
    private func hasRoom(_ index: Int) -> Bool {
        let promised = state.pointee.queues[index].promised
        if promised >= Self.window { return false }
        if let gate = gate(ofQueue: index) {
            let queue = state.pointee.queues + index
            let first = queue.pointee.count > 0 ? queue.pointee.first(at: state.pointee.now) : nil
            return gate.pointee.available(cause(of: first), at: state.pointee.now) > Int64(promised)
        }
        return capacity(index) > Int64(promised)
    }

    /// Whether a grant is to pull more: a window is refilled by halves, so that a host sees many acquisitions at once. Until
    /// then others are on their way, whose grants will ask again.
    @inline(__always)
    func isLow(_ index: Int) -> Bool { state.pointee.queues[index].promised <= Self.window / 2 }

    private func removeHead(_ index: Int, isServed: Bool) {
        state.pointee.queues[index].removeFirst(at: state.pointee.now, isServed: isServed)
        noteCrowd(index)
    }

    /// Asks for a wake unless an earlier one is already under way. A waiting queue always has one.
    private func arm(_ index: Int, _ actions: inout Actions) {
        let queue = state.pointee.queues + index
        guard queue.pointee.count > 0 else { return }
        let now = state.pointee.now
        let at = min(now + Self.sweep, max(nextChance(index), now + 1))
        if queue.pointee.wakeAt <= at { return }
        queue.pointee.wakeAt = at
        queue.pointee.wakeSequence &+= 1
        let timer = Identifier.make(queue: index, sequence: queue.pointee.wakeSequence)
        actions.append(.wake(TimerID(rawValue: timer), at: Instant(nanoseconds: at)))
    }

    /// When a queue may next have room for one more, as far as time alone can tell; `Int64.max`: no time is known, as
    /// where slots or probes are awaited: each grant and each probe's end pulls the next.
    private func nextChance(_ index: Int) -> Int64 {
        if hasRoom(index) { return state.pointee.now + Self.coalescing }  // the batch was full
        let promised = state.pointee.queues[index].promised
        if promised >= Self.window { return .max }
        if let gate = gate(ofQueue: index) {
            return state.pointee.hasBudget ? gate.pointee.budget.nextChange(after: state.pointee.now) : .max
        }
        let members = state.pointee.plan.routes[index]
        var next = Int64.max
        let usable = usable(index)
        for offset in 0..<members.count {
            if usable & (1 << UInt32(offset)) != 0 {
                var chance = nextChance(of: provider(members.first + offset), promised)
                if state.pointee.routing.hasMoney {
                    chance = max(chance, moneyChance(members.first + offset, promised))
                }
                next = min(next, chance)
            } else if let outliers = state.pointee.guards?.pointee.outliers {
                next = min(next, outliers[index].returnTime(of: Int(offset)))
            }
        }
        return next
    }

    private func nextChance(of provider: UnsafeMutablePointer<ProviderState>, _ promised: Int) -> Int64 {
        let now = state.pointee.now
        if provider.pointee.breaker.permits(at: now) <= 0 {
            return provider.pointee.breaker.nextPermit
        }
        var next = now
        var isKnown = false
        if let guarded = provider.pointee.guarded {
            // An answer pulls the next.
            if guarded.pointee.room <= 0 { return .max }
            if guarded.pointee.hasRate {
                let time = guarded.pointee.rate.time(of: Int64(promised) + 1, after: now)
                next = max(time, now + min(Self.coalescing, guarded.pointee.rate.timeToFill))
                isKnown = true
            }
            if guarded.pointee.followsRate {
                // Answers move the rate, and pull the next as well.
                next = max(
                    next, now + Self.coalescing, guarded.pointee.clientRate.time(of: Int64(promised) + 1, after: now))
                isKnown = true
            }
        }
        if provider.pointee.bucket.isUnlimited { return isKnown ? next : .max }
        let token = provider.pointee.bucket.time(of: Int64(promised) + 1, after: now)
        let batch = now + min(Self.coalescing, provider.pointee.bucket.timeToFill)
        return max(next, token, batch)
    }

    /// Why a route can't take a chain now.
    func whyBlocked(_ route: Int) -> WaitReason {
        let members = state.pointee.plan.routes[route]
        var allStopped = true
        let usable = usable(route)
        for offset in 0..<members.count {
            let provider = provider(members.first + offset)
            let isUsable = usable & (1 << UInt32(offset)) != 0
            if isUsable && provider.pointee.isAvailable(at: state.pointee.now)
                && affordable(members.first + offset) <= 0
            {
                return .money
            }
            let isLetThrough = provider.pointee.breaker.permits(at: state.pointee.now) > 0 && isUsable
            if isLetThrough, let guarded = provider.pointee.guarded {
                if guarded.pointee.room <= 0 { return .concurrency }
                if guarded.pointee.hasRate || guarded.pointee.followsRate { return .rateLimit }
            }
            if isLetThrough && !provider.pointee.bucket.isUnlimited { return .rateLimit }
            if !provider.pointee.breaker.isStopped { allStopped = false }
        }
        return allStopped ? .noRoute : .breaker
    }

    /// Hands a chain that waits for a queue's sake to the retry topic instead, for when there may be room.
    private func requeueWaiting(
        _ slot: UInt32, queue index: Int, _ reason: WaitReason, _ actions: inout Actions
    ) {
        requeueWaiting(slot, chance: nextChance(index), reason, &actions)
    }

    /// Hands a chain to the retry topic instead of letting it wait for what an answer may bring any time.
    func requeueLater(_ slot: UInt32, _ reason: WaitReason, _ actions: inout Actions) {
        requeueWaiting(slot, chance: .max, reason, &actions)
    }

    private func requeueWaiting(_ slot: UInt32, chance: Int64, _ reason: WaitReason, _ actions: inout Actions) {
        let now = state.pointee.now
        let expires = chain(slot).pointee.expires
        // Probes are out and no time is known: as long as a sweep.
        var ready = chance == .max ? now + Self.sweep : max(chance, now + 1)
        ready = min(ready, channelDeadline(slot))
        if ready >= expires { return leaveChannel(slot, .expired, .tooLate, until: ready, &actions) }
        let spread = Int64(draw().multipliedFullWidth(by: UInt64(state.pointee.spread)).high)
        let at = spread < expires - ready ? ready + spread : expires - 1
        requeue(slot, at: at, level: state.pointee.retry.level(for: ready - now), reason, &actions)
    }
}
