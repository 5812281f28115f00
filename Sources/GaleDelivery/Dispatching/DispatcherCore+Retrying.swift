// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// When the next attempt comes after one that failed.
extension DispatcherCore {
    func extra(_ slot: UInt32) -> UnsafeMutablePointer<ChainExtra> {
        let extra = state.pointee.extras[slot]
        let generation = chain(slot).pointee.generation
        // New where it is the first time in this life of the record.
        if extra.pointee.generation != generation { extra.initialize(to: ChainExtra(generation: generation)) }
        return extra
    }

    func retry(_ slot: UInt32, _ verdict: Verdict, _ retryAfter: Interval?, _ actions: inout Actions) {
        let chain = chain(slot)
        if state.pointee.retry.isUnlimited, chain.pointee.attempts >= state.pointee.attemptLimit {
            // The number only has to stay below the limit, and above the first.
            chain.pointee.attempts = max(1, state.pointee.attemptLimit - 1)
        }
        if chain.pointee.attempts >= state.pointee.attemptLimit || forbidsRetry(retryAfter) {
            let why = forbidsRetry(retryAfter) ? Departure.Reason.pushback : .attempts
            return leaveChannel(slot, .deadLettered, why, &actions)
        }
        if state.pointee.isMetered {
            if !state.pointee.hasBudget {
                extra(slot).pointee.cause = Self.cause(verdict)
                extra(slot).pointee.payer = chain.pointee.provider
            }
            if state.pointee.retry.prepays && !prepay(slot) {
                return leaveChannel(slot, .deadLettered, .budget, &actions)
            }
        }
        if verdict.errorClass == .retryHere {
            chain.pointee.flags.insert(.pinned)
        } else {
            chain.pointee.flags.remove(.pinned)
            markTried(slot)
            if hasUntriedEquivalent(slot) {
                _ = proceed(slot, [], &actions)
                return
            }
        }
        let delay = retryDelay(slot, verdict, retryAfter)
        if delay <= 0 {
            chain.pointee.tried = 0
            _ = proceed(slot, [], &actions)
            return
        }
        retry(slot, after: delay, &actions)
    }

    /// Backs off, unless what can't start again in time needs no wait: another channel has the rest of the time, or it is over.
    private func retry(_ slot: UInt32, after delay: Int64, _ actions: inout Actions) {
        let chain = chain(slot)
        let now = state.pointee.now
        if delay >= chain.pointee.expires - now || now + delay >= channelDeadline(slot) {
            let (next, isBeyond) = now.addingReportingOverflow(delay)
            return leaveChannel(slot, .expired, .tooLate, until: isBeyond ? .max : next, &actions)
        }
        if state.pointee.retry.lifetime != .max, age(of: chain.pointee.created) >= state.pointee.retry.lifetime - delay
        {
            return leaveChannel(slot, .deadLettered, .lifetime, &actions)
        }
        backOff(slot, delay, &actions)
    }

    /// Nanoseconds since a notification was made, at least 0; the longest there are when they can't be told.
    func age(of created: Int64) -> Int64 {
        let (age, isBeyond) = state.pointee.now.subtractingReportingOverflow(created)
        return isBeyond ? .max : max(0, age)
    }

    /// Whether a provider's pushback says "not again": a negative Retry-After (gRFC A6).
    func forbidsRetry(_ retryAfter: Interval?) -> Bool {
        guard let retryAfter, state.pointee.retry.retryAfterCap >= 0 else { return false }
        return retryAfter.nanoseconds < 0
    }

    /// The schedule's delay and the provider's Retry-After, as the policy puts them together.
    private func retryDelay(_ slot: UInt32, _ verdict: Verdict, _ retryAfter: Interval?) -> Int64 {
        let chain = chain(slot)
        var failure = Backoff.Failure(
            number: Int(chain.pointee.attempts), isThrottled: verdict.errorClass == .throttled,
            age: age(of: chain.pointee.created))
        #if PlantedBugs
            if isPlanted(.jitterRemoved) {
                return max(
                    state.pointee.backoff.delay(after: &failure, random: .max), retryAfter?.nanoseconds ?? 0)
            }
        #endif
        let delay: Int64
        if state.pointee.backoff.hasMemory {
            failure.memory = extra(slot).pointee.memory
            delay = state.pointee.backoff.delay(after: &failure, random: draw())
            extra(slot).pointee.memory = failure.memory
        } else {
            delay = state.pointee.backoff.delay(after: &failure, random: draw())
        }
        let cap = state.pointee.retry.retryAfterCap
        if cap < 0 { return delay }
        #if PlantedBugs
            if isPlanted(.retryAfterIgnored) { return delay }
        #endif
        // A negative one has been dealt with.
        let asked = min(retryAfter?.nanoseconds ?? Int64(verdict.defaultRetryAfterSeconds) * 1_000_000_000, cap)
        switch state.pointee.retry.retryAfter {
        case .atLeast: return max(delay, asked)
        case .exact: return retryAfter == nil && asked == 0 ? delay : asked
        case .bounded: return max(delay, asked - delay > Self.mostAdded ? delay + Self.mostAdded : asked)
        }
    }

    /// AWS standard 2.1, `_RETRY_AFTER_MAX_ADDITIONAL`.
    private static let mostAdded: Int64 = 5_000_000_000

    private static func cause(_ verdict: Verdict) -> RetryBucket.Cause {
        if verdict.errorClass == .throttled { return .throttled }
        return verdict.mayHaveBeenAccepted ? .timeout : .other
    }
}

/// Admission: what retries ask for, and what sends and answers tell it.
extension DispatcherCore {
    /// The provider whose admission a chain's next retry asks: where the attempt before failed; after a retry topic the one at
    /// `place`, where it is about to go, from then on.
    func payer(of slot: UInt32, else place: Int32? = nil) -> UInt16 {
        // A budget isn't asked again when the retry has its answer: it needs no memory.
        if state.pointee.hasBudget && chain(slot).pointee.provider != Chain.noProvider {
            return chain(slot).pointee.provider
        }
        let extra = extra(slot)
        if extra.pointee.payer == Chain.noProvider, let place {
            extra.pointee.payer = state.pointee.plan.equivalents[Int(place)].provider
        }
        return extra.pointee.payer
    }

    /// What the next retry's price depends on.
    func cause(of slot: UInt32?) -> RetryBucket.Cause {
        guard let slot, state.pointee.gates.pointee.kind == .bucket else { return .other }
        return extra(slot).pointee.cause
    }

    /// A retry is decided upon, and who gives up pays for it now.
    ///
    /// - Returns: false when it is refused.
    private func prepay(_ slot: UInt32) -> Bool {
        let extra = extra(slot)
        if extra.pointee.isPrepaid { return true }
        guard mayRetry(slot, from: payer(of: slot), []) else { return false }
        withdrawRetry(slot)
        extra.pointee.isPrepaid = true
        return true
    }

    /// A retry that was paid for is not made.
    func forgoRetry(_ slot: UInt32) {
        guard state.pointee.isMetered, chain(slot).pointee.attempts > 0 else { return }
        let extra = extra(slot)
        guard extra.pointee.isPrepaid else { return }
        extra.pointee.isPrepaid = false
        let gate = gate(of: payer(of: slot))
        switch state.pointee.gates[gate].kind {
        case .bucket: state.pointee.gates[gate].bucket.giveBack(extra.pointee.cause)
        case .concurrency: state.pointee.gates[gate].concurrency.endRetry()
        // What was withdrawn from a budget stays so: given back in another slice, it would last longer than it was there.
        case .unlimited, .budget, .throttle, .adaptive: return
        }
        notePossibleRetry(gate)
    }

    /// Pays for a retry that is sent or decided upon now.
    private func withdrawRetry(_ slot: UInt32) {
        #if PlantedBugs
            if isPlanted(.retryPastBudget) { return }
        #endif
        state.pointee.gates[gate(of: payer(of: slot))].withdraw(cause(of: slot), at: state.pointee.now)
        if !state.pointee.hasBudget { extra(slot).pointee.isPaid = true }
    }

    /// A retry that its chain has to pay for is sent.
    func noteRetry(_ slot: UInt32) {
        if isPrepaid(slot) { extra(slot).pointee.isPrepaid = false } else { withdrawRetry(slot) }
    }

    /// Whether a chain's next retry has been paid for.
    func isPrepaid(_ slot: UInt32) -> Bool { state.pointee.retry.prepays && extra(slot).pointee.isPrepaid }

    /// An attempt is sent.
    func noteSend(_ provider: UInt16) {
        let gate = state.pointee.gates + gate(of: provider)
        if gate.pointee.kind == .concurrency { gate.pointee.concurrency.began() }
    }

    /// An attempt was abandoned: nothing is learnt from it.
    ///
    /// - Parameters:
    ///   - payer: whose admission paid for it; nil: it was no retry.
    ///   - sent: when, where the admission is adaptive; nanoseconds.
    func noteAbandoned(provider: UInt16, payer: UInt16?, sent: Int64) {
        let gate = gate(of: provider)
        state.pointee.gates[gate].adaptive?.withdraw(requestedAt: sent, at: state.pointee.now)
        guard state.pointee.gates[gate].kind == .concurrency else { return }
        state.pointee.gates[gate].concurrency.ended()
        if let payer { endRetry(payer) }
        notePossibleRetry(gate)
    }

    /// A retry counts no more among those that Envoy's budget limits.
    private func endRetry(_ payer: UInt16) {
        let gate = gate(of: payer)
        guard state.pointee.gates[gate].kind == .concurrency else { return }
        state.pointee.gates[gate].concurrency.endRetry()
        notePossibleRetry(gate)
    }

    /// An attempt of a chain under way has ended.
    ///
    /// - Parameter payer: whose admission paid for it; nil: it was no retry.
    func noteOutcome(
        _ slot: UInt32, provider: Int, payer: UInt16?, _ verdict: Verdict, _ retryAfter: Interval?
    ) {
        let isSuccess = verdict.errorClass == .ok
        let number = gate(of: UInt16(truncatingIfNeeded: provider))
        let gate = state.pointee.gates + number
        switch gate.pointee.kind {
        case .unlimited, .budget: return
        case .bucket:
            guard isSuccess else { return }
            // A refund goes where the price came from.
            let extra = extra(slot)
            if let payer, extra.pointee.isPaid {
                let source = self.gate(of: payer)
                state.pointee.gates[source].bucket.succeeded(paid: extra.pointee.cause)
                if source != number { notePossibleRetry(source) }
            } else {
                gate.pointee.bucket.succeeded(paid: nil)
            }
        case .throttle:
            if isSuccess {
                gate.pointee.throttle.succeeded()
            } else if Self.isRetryable(verdict) || forbidsRetry(retryAfter) {
                gate.pointee.throttle.failed()
            }
        case .concurrency:
            gate.pointee.concurrency.ended()
            if let payer { endRetry(payer) }
        case .adaptive:
            if !verdict.countsAgainstProvider { gate.pointee.adaptive?.accepted(at: state.pointee.now) }
            return
        }
        notePossibleRetry(number)
    }

    /// Who waits for a gate may have a chance now.
    func notePossibleRetry(_ gate: Int) {
        guard state.pointee.queues[queue(ofGate: gate)].count > 0, !state.pointee.gates[gate].isMarked else { return }
        state.pointee.gates[gate].isMarked = true
        state.pointee.gates[gate].nextMarked = state.pointee.firstMarked
        state.pointee.firstMarked = Int32(truncatingIfNeeded: gate)
    }

    /// Lets those go on for whom the input has brought a retry. What that brings in turn waits for the next input.
    func passOnRetries(_ actions: inout Actions) {
        var next = state.pointee.firstMarked
        state.pointee.firstMarked = -1
        while next >= 0 {
            let gate = Int(next)
            next = state.pointee.gates[gate].nextMarked
            state.pointee.gates[gate].isMarked = false
            pump(queue(ofGate: gate), &actions)
        }
    }

    private static func isRetryable(_ verdict: Verdict) -> Bool {
        switch verdict.errorClass {
        case .retryHere, .retryNewConnection, .failOver, .throttled: true
        case .ok, .permanent, .suppressRecipient, .stopSender: false
        }
    }

    /// Whether the adaptive throttle refuses an attempt at the provider in this place.
    func refuses(_ place: Int32) -> Bool {
        let gate = gate(of: state.pointee.plan.equivalents[Int(place)].provider)
        guard state.pointee.gates[gate].adaptive?.refuses(at: state.pointee.now, random: draw()) == true else {
            return false
        }
        state.pointee.counters.refusals += 1
        return true
    }

    /// Whether the adaptive throttle refuses an attempt at the provider in this place; it is then dealt with. It waits as
    /// after a failure, longer each time, but no attempt is used up.
    func isRefused(_ slot: UInt32, _ place: Int32, _ actions: inout Actions) -> Bool {
        let extra = extra(slot)
        guard refuses(place) else {
            extra.pointee.refusals = 0
            extra.pointee.throttled = state.pointee.now
            return false
        }
        giveBackPermit(ofChain: slot)
        // In the app it never waits.
        if state.pointee.retry.givesUp || isInApp(slot) {
            leaveChannel(slot, .deadLettered, .budget, &actions)
            return true
        }
        if extra.pointee.refusals < .max { extra.pointee.refusals += 1 }
        let failures = Int(chain(slot).pointee.attempts) + Int(extra.pointee.refusals)
        // Nobody asks twice in a millisecond, whatever the backoff.
        retry(slot, after: max(1_000_000, state.pointee.backoff.delay(failures: failures, random: draw())), &actions)
        return true
    }
}
