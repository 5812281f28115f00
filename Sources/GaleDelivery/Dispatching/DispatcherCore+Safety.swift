// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Strikes against recipients who can't be reached, and objections of those who don't want to be.
extension DispatcherCore {
    // MARK: Suppression

    /// What the store knows against a recipient on a channel.
    ///
    /// - Returns: whether that keeps the chain from this channel. If so, it has been seen to.
    func isStruck(_ slot: UInt32, _ value: Int64, _ actions: inout Actions) -> Bool {
        guard let safety = state.pointee.safety, let rules = safety.pointee.suppression else { return false }
        let record = SuppressionRecord(value)
        safety.pointee.notes[slot].pointee.strikes = UInt16(clamping: record?.strikes ?? 0)
        guard let record, record.forbids(at: Instant(nanoseconds: state.pointee.now), rules) else { return false }
        state.pointee.counters.suppressedByRecord += 1
        leaveChannel(slot, .suppressed, .strikes, &actions)
        return true
    }

    /// Notes a provider's answer to the attempt under way.
    ///
    /// - Returns: for one that says "never again", whether it is believed; otherwise true.
    func noteAnswer(
        _ slot: UInt32, _ provider: Int, _ verdict: Verdict, _ response: ProviderResponse, _ actions: inout Actions
    ) -> Bool {
        // The transport's failures say nothing about recipients.
        guard let safety = state.pointee.safety, let rules = safety.pointee.suppression, response.status != 0 else {
            return true
        }
        let now = state.pointee.now
        let isPermanent = verdict.errorClass == .suppressRecipient
        let permanence = safety.pointee.permanence.unsafelyUnwrapped + provider
        #if PlantedBugs
            let isJudged = permanence.pointee.record(isPermanent: isPermanent, at: now)
            let isBelieved = isJudged || isPlanted(.falseWaveBelieved) || isPlanted(.tokenRemovedOnAny4xx)
        #else
            let isBelieved = permanence.pointee.record(isPermanent: isPermanent, at: now)
        #endif
        if verdict.errorClass == .ok { forgiveStrikes(slot, &actions) }
        guard isPermanent else { return true }
        let note = safety.pointee.notes[slot]
        let isOutdated = response.invalidSince.map { note.pointee.registered > $0.nanoseconds } ?? false
        guard isBelieved && !isOutdated else {
            state.pointee.counters.disbelieved += 1
            return false
        }
        state.pointee.counters.strikes += 1
        let record = SuppressionRecord(
            strikes: Int(note.pointee.strikes) + 1, last: Instant(nanoseconds: now))
        actions.append(
            .write(
                reference: chain(slot).pointee.reference,
                StateWrite(
                    kind: .suppression, key: stateKey(.suppression, slot), .raise(record.value),
                    lifetime: rules.retention)))
        return true
    }

    /// A delivery on a chain's channel takes strikes back.
    func forgiveStrikes(_ slot: UInt32, _ actions: inout Actions) {
        guard let safety = state.pointee.safety, safety.pointee.notes[slot].pointee.strikes > 0 else { return }
        safety.pointee.notes[slot].pointee.strikes = 0
        actions.append(
            .write(
                reference: chain(slot).pointee.reference,
                StateWrite(kind: .suppression, key: stateKey(.suppression, slot), .remove, lifetime: .zero)))
    }

    // MARK: Consent

    /// A recipient's will has changed; `channel` nil: on every channel.
    func consentChanged(_ recipient: UInt64, _ channel: Channel?, isGranted: Bool, _ actions: inout Actions) {
        #if PlantedBugs
            if isPlanted(.consentAtEntryOnly) { return }
        #endif
        guard let safety = state.pointee.safety, safety.pointee.isIndexed else { return }
        var slot = safety.pointee.recipients[recipient]
        while slot != HashIndex.none {
            let note = safety.pointee.notes[slot]
            // The chain may end now.
            let next = note.pointee.next
            let own = state.pointee.plan.steps[Int(chain(slot).pointee.step)].channel
            if isGranted {
                if channel == nil { note.pointee.isBarred = false }
                if channel == nil || channel == own { note.pointee.isRevoked = false }
            } else if channel == nil || channel == own {
                note.pointee.isRevoked = true
                if channel == nil { note.pointee.isBarred = true }
                revoke(slot, &actions)
            }
            slot = next
        }
    }

    /// A chain leaves its channel: what is known of that says nothing about the next.
    func changeChannel(_ slot: UInt32) {
        guard let safety = state.pointee.safety else { return }
        let note = safety.pointee.notes[slot]
        note.pointee.isRevoked = note.pointee.isBarred
        note.pointee.strikes = 0
    }

    /// Whether a chain's recipient objects to its channel.
    @inline(__always)
    func isRevoked(_ slot: UInt32) -> Bool {
        state.pointee.safety.map { $0.pointee.notes[slot].pointee.isRevoked } ?? false
    }

    /// Ends what waits. What a provider has can't be called back: its answer decides whether it was delivered.
    private func revoke(_ slot: UInt32, _ actions: inout Actions) {
        let chain = chain(slot)
        switch chain.pointee.state {
        case .lookingUp: leaveRevoked(slot, &actions)
        case .backoff:
            // What may still be seen in the app goes to another channel only if it isn't.
            if isAwaitingSeen(slot) && !isBarred(slot) { return }
            state.pointee.waitingChains -= 1
            leaveRevoked(slot, &actions)
        case .queued:
            // A queue links it. Where there is another channel it goes there in its turn.
            guard isBarred(slot) || nextStep(slot) == nil else { return }
            state.pointee.counters.revoked += 1
            settleQueued(slot, .suppressed, &actions)
        case .inFlight, .acquiring, .free, .gone: break
        }
    }

    private func isBarred(_ slot: UInt32) -> Bool {
        state.pointee.safety.map { $0.pointee.notes[slot].pointee.isBarred } ?? false
    }

    /// A chain whose recipient objects leaves the channel, or ends.
    func leaveRevoked(_ slot: UInt32, _ actions: inout Actions) {
        state.pointee.counters.revoked += 1
        if isBarred(slot) { return settle(slot, .suppressed, &actions) }
        leaveChannel(slot, .suppressed, .objection, &actions)
    }
}
