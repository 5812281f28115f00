// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// When the next attempt comes after one that failed.
extension DispatcherCore {
    func extra(_ slot: UInt32) -> UnsafeMutablePointer<ChainExtra> {
        state.pointee.extras.of(slot, generation: chain(slot).pointee.generation)
    }

    func retry(_ slot: UInt32, _ verdict: Verdict, _ retryAfter: Interval?, _ actions: inout Actions) {
        let chain = chain(slot)
        if state.pointee.retry.isUnlimited, chain.pointee.attempts >= state.pointee.attemptLimit {
            // The number only has to stay below the limit, and above the first.
            chain.pointee.attempts = max(1, state.pointee.attemptLimit - 1)
        }
        if chain.pointee.attempts >= state.pointee.attemptLimit || forbidsRetry(retryAfter) {
            return leaveChannel(slot, .deadLettered, &actions)
        }
        if state.pointee.gate.kind == .bucket { extra(slot).pointee.cause = Self.cause(verdict) }
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
        if state.pointee.retry.givesUp && state.pointee.isMetered && !mayRetry(slot, false) {
            return leaveChannel(slot, .deadLettered, &actions)
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
        if delay >= chain.pointee.expires - now { return leaveChannel(slot, .expired, &actions) }
        if now + delay >= channelDeadline(slot) { return leaveChannel(slot, .expired, &actions) }
        if state.pointee.retry.lifetime != .max, now + delay - chain.pointee.created >= state.pointee.retry.lifetime {
            return leaveChannel(slot, .deadLettered, &actions)
        }
        backOff(slot, delay, &actions)
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
            age: max(0, state.pointee.now - chain.pointee.created))
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
    /// Retries that may be made now, at the price of this chain's; nil: of any.
    func availableRetries(_ slot: UInt32?) -> Int64 {
        switch state.pointee.gate.kind {
        case .budget: return state.pointee.budget.available(at: state.pointee.now)
        case .bucket:
            return state.pointee.gate.bucket.available(slot.map { extra($0).pointee.cause } ?? .other)
        case .throttle: return state.pointee.gate.throttle.allowsRetries ? .max / 2 : 0
        case .concurrency: return state.pointee.gate.concurrency.available
        case .unlimited, .adaptive: return .max / 2
        }
    }

    /// Pays for a retry that is sent now.
    func withdrawRetry(_ slot: UInt32) {
        switch state.pointee.gate.kind {
        case .budget: state.pointee.budget.withdraw(at: state.pointee.now)
        case .bucket:
            let extra = extra(slot)
            state.pointee.gate.bucket.withdraw(extra.pointee.cause)
            extra.pointee.isPaid = true
        case .throttle:
            precondition(state.pointee.gate.throttle.allowsRetries, "a retry is made only while the throttle allows it")
        case .concurrency, .unlimited, .adaptive: break
        }
    }

    /// An attempt is sent.
    func noteSend(_ slot: UInt32, isRetry: Bool) {
        if state.pointee.gate.kind == .concurrency { state.pointee.gate.concurrency.began(isRetry: isRetry) }
    }

    /// An attempt was abandoned: nothing is learnt from it.
    func noteAbandoned(isRetry: Bool) {
        guard state.pointee.gate.kind == .concurrency else { return }
        state.pointee.gate.concurrency.ended(isRetry: isRetry)
        notePossibleRetry()
    }

    /// An attempt of a chain under way has ended.
    func noteOutcome(
        _ slot: UInt32, provider: Int, isRetry: Bool, _ verdict: Verdict, _ retryAfter: Interval?
    ) {
        let isSuccess = verdict.errorClass == .ok
        switch state.pointee.gate.kind {
        case .unlimited, .budget: return
        case .bucket:
            guard isSuccess else { return }
            let extra = extra(slot)
            let isPaid = isRetry && extra.pointee.isPaid
            state.pointee.gate.bucket.succeeded(paid: isPaid ? extra.pointee.cause : nil)
        case .throttle:
            if isSuccess {
                state.pointee.gate.throttle.succeeded()
            } else if Self.isRetryable(verdict) || forbidsRetry(retryAfter) {
                state.pointee.gate.throttle.failed()
            }
        case .concurrency: state.pointee.gate.concurrency.ended(isRetry: isRetry)
        case .adaptive:
            if !verdict.countsAgainstProvider { state.pointee.throttles?[provider].accepted(at: state.pointee.now) }
            return
        }
        notePossibleRetry()
    }

    /// Who waits for a retry may have a chance now.
    private func notePossibleRetry() {
        if state.pointee.queues[budgetQueue].count > 0 { state.pointee.deposited = true }
    }

    private static func isRetryable(_ verdict: Verdict) -> Bool {
        switch verdict.errorClass {
        case .retryHere, .retryNewConnection, .failOver, .throttled: true
        case .ok, .permanent, .suppressRecipient, .stopSender: false
        }
    }

    /// Whether the adaptive throttle refuses an attempt at the provider in this place; it is then dealt with. It waits as
    /// after a failure, longer each time, but no attempt is used up.
    func isRefused(_ slot: UInt32, _ place: Int32, _ actions: inout Actions) -> Bool {
        let provider = Int(state.pointee.plan.equivalents[Int(place)].provider)
        guard let throttles = state.pointee.throttles else { return false }
        let extra = extra(slot)
        guard throttles[provider].refuses(at: state.pointee.now, random: draw()) else {
            extra.pointee.refusals = 0
            return false
        }
        state.pointee.counters.refusals += 1
        if state.pointee.guards != nil { giveBackPermit(ofChain: slot) }
        if state.pointee.retry.givesUp {
            leaveChannel(slot, .deadLettered, &actions)
            return true
        }
        if extra.pointee.refusals < .max { extra.pointee.refusals += 1 }
        let failures = Int(chain(slot).pointee.attempts) + Int(extra.pointee.refusals)
        // Nobody asks twice in a millisecond, whatever the backoff.
        retry(slot, after: max(1_000_000, state.pointee.backoff.delay(failures: failures, random: draw())), &actions)
        return true
    }
}
