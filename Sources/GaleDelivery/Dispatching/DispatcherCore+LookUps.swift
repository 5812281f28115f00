// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What stores are asked before a notification is sent, one kind after the other, and what their answers lead to.
///
/// While a chain looks up, or waits to look up again, `Chain.tried` has a bit for each kind still to be asked, the one
/// under way included; none at all stands for the idempotency key alone. A look-up has the
/// number in `Chain.serial`: the first 0, each further one another.
extension DispatcherCore {
    /// Asks for the kinds in `bits`, now or when the chain has a slot.
    ///
    /// - Returns: false: there is nothing to ask.
    func lookUpFirst(
        _ slot: UInt32, _ bits: UInt32, isBeginning: Bool = false, _ actions: inout Actions
    ) -> Bool {
        guard bits != 0 else { return false }
        giveBackPermit(ofChain: slot)
        let chain = chain(slot)
        if !isBeginning { _ = chain.pointee.nextSerial() }
        chain.pointee.epoch = 0
        chain.pointee.tried = bits == StateAccesses.bit(.deduplication) ? 0 : bits
        if chain.pointee.flags.contains(.holdsSlot) {
            lookUp(slot, &actions)
        } else {
            chain.pointee.flags.insert(.needsLookup)
            acquire(slot, [], &actions)
        }
        return true
    }

    /// The kinds to ask for before a channel that is fallen back to: its own, and what was still to be asked for the message.
    func kindsForNextChannel(_ slot: UInt32) -> UInt32 {
        let accesses = state.pointee.accesses
        let chain = chain(slot)
        let isAsking = chain.pointee.state == .lookingUp || chain.pointee.flags.contains(.needsLookup)
        guard isAsking else { return accesses.perChannel }
        let left = chain.pointee.tried == 0 ? StateAccesses.bit(.deduplication) : chain.pointee.tried
        return accesses.perChannel | (left & accesses.perMessage)
    }

    /// Asks for the first of the kinds that are still to be asked. The chain has a slot.
    func lookUp(_ slot: UInt32, _ actions: inout Actions) {
        let chain = chain(slot)
        chain.pointee.state = .lookingUp
        chain.pointee.flags.remove(.needsLookup)
        state.pointee.counters.lookUps &+= 1
        let kind = StateAccesses.first(chain.pointee.tried)
        let access = state.pointee.accesses[kind]
        let identifier = Identifier.make(
            slot: slot, generation: chain.pointee.generation, serial: chain.pointee.serial)
        actions.append(
            .lookUp(
                LookupID(rawValue: identifier), reference: chain.pointee.reference,
                StateRead(
                    kind: kind, key: stateKey(kind, slot), timeout: access.timeout, adding: access.adding,
                    lifetime: access.lifetime)))
    }

    /// Where a kind keeps what concerns a chain.
    func stateKey(_ kind: StateKind, _ slot: UInt32) -> UInt64 {
        switch kind {
        case .presence, .cap: routed(slot).pointee.recipient
        case .suppression, .consent:
            StateKind.key(
                recipient: state.pointee.safety.unsafelyUnwrapped.pointee.notes[slot].pointee.recipient,
                state.pointee.plan.steps[Int(chain(slot).pointee.step)].channel)
        case .deduplication: chain(slot).pointee.key
        }
    }

    func lookedUp(_ raw: UInt64, _ answer: LookupAnswer, _ actions: inout Actions) {
        guard let slot = living(raw), chain(slot).pointee.state == .lookingUp,
            chain(slot).pointee.serial == Identifier.serial(raw)
        else { return countStale() }
        let chain = chain(slot)
        let kind = StateAccesses.first(chain.pointee.tried)
        switch answer {
        case .absent:
            if !found(kind, 0, slot, &actions) { passed(slot, kind, &actions) }
        case .value(let value):
            if !found(kind, value, slot, &actions) { passed(slot, kind, &actions) }
        case .failed:
            state.pointee.counters.failedLookUps += 1
            #if PlantedBugs
                if isPlanted(.failsOpen) { return passed(slot, kind, &actions) }
            #endif
            if state.pointee.accesses[kind].failsOpen {
                passed(slot, kind, &actions)
            } else {
                lookUpLater(slot, &actions)
            }
        }
    }

    /// A store has told what an entry holds; 0: nothing.
    ///
    /// - Returns: whether that has decided about the chain. If not, it goes on.
    private func found(_ kind: StateKind, _ value: Int64, _ slot: UInt32, _ actions: inout Actions) -> Bool {
        switch kind {
        case .deduplication:
            guard value != 0 else { return false }
            settle(slot, .duplicate, &actions)
            return true
        case .presence: return foundPresence(value, slot, &actions)
        case .cap:
            guard value != 0 else { return false }
            state.pointee.counters.capped += 1
            settle(slot, .suppressed, &actions)
            return true
        case .suppression: return isStruck(slot, value, &actions)
        case .consent:
            guard value != 0 else { return false }
            leaveRevoked(slot, &actions)
            return true
        }
    }

    /// Nothing speaks against the chain as far as this kind goes: the next kind, or on to the send.
    private func passed(_ slot: UInt32, _ kind: StateKind, _ actions: inout Actions) {
        let chain = chain(slot)
        // A store that fails doesn't say that it was seen.
        if kind == .presence { routed(slot).pointee.flags.remove(.awaitsSeen) }
        let left = chain.pointee.tried & ~StateAccesses.bit(kind)
        if left != 0 {
            if state.pointee.now >= chain.pointee.expires { return settle(slot, .expired, &actions) }
            chain.pointee.tried = left
            chain.pointee.epoch = 0
            _ = chain.pointee.nextSerial()
            return lookUp(slot, &actions)
        }
        chain.pointee.tried = 0
        // It asks no more: where it goes from here nothing is left of this.
        chain.pointee.state = .backoff
        _ = proceed(slot, [], &actions)
    }

    /// The store failed and what it would have said must not be ignored: wait and ask again.
    private func lookUpLater(_ slot: UInt32, _ actions: inout Actions) {
        let chain = chain(slot)
        if chain.pointee.epoch < .max { chain.pointee.epoch += 1 }
        let drawn = state.pointee.backoff.delay(failures: Int(chain.pointee.epoch), random: draw())
        // A store that fails at once must not be asked again at once, whatever the backoff.
        let access = state.pointee.accesses[StateAccesses.first(chain.pointee.tried)]
        let delay = max(drawn, access.timeout.nanoseconds, 1_000_000)
        if delay >= chain.pointee.expires - state.pointee.now { return settle(slot, .expired, &actions) }
        chain.pointee.flags.insert(.needsLookup)
        backOff(slot, delay, &actions)
    }
}
