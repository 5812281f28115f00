// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Order by recipient: of each, one chain is in its turn; the others wait without a slot.
extension DispatcherCore {
    /// Whether a chain just consumed may go on at once. If not, it gives its slot back and waits for its turn.
    func isInTurn(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        guard let safety = state.pointee.safety, safety.pointee.isOrdered else { return true }
        let note = safety.pointee.notes[slot]
        if safety.pointee.order.pointee.arrive(UInt64(slot), key: note.pointee.recipient) {
            note.pointee.isInTurn = true
            return true
        }
        note.pointee.isNew = true
        let chain = chain(slot)
        chain.pointee.flags.remove(.holdsSlot)
        chain.pointee.state = .queued
        state.pointee.waitingChains += 1
        state.pointee.counters.count(.order)
        watchDeadline(slot, &actions)
        actions.append(.release(chainID(slot), reference: chain.pointee.reference, until: .order))
        return false
    }

    /// Lets those go on whose turn the input has brought.
    func passOnTurns(_ safety: UnsafeMutablePointer<Safety>, _ actions: inout Actions) {
        var left = Self.batch
        let finished = safety.pointee.finished
        while !finished.isEmpty {
            if left == 0 {
                let at = Instant(nanoseconds: state.pointee.now + 1)
                actions.append(.wake(TimerID(rawValue: Identifier.continuation), at: at))
                return
            }
            left -= 1
            let key = finished.popFirst()
            guard let word = safety.pointee.order.pointee.finish(key: key) else { continue }
            let slot = UInt32(truncatingIfNeeded: word)
            if chain(slot).pointee.state == .gone {
                // Its turn ends as it comes, and the next one's is another piece of work.
                close(slot)
                state.pointee.goneChains -= 1
                finished.append(key)
                continue
            }
            safety.pointee.notes[slot].pointee.isInTurn = true
            state.pointee.waitingChains -= 1
            state.pointee.deadlines.remove(slot)
            goOn(slot, &actions)
        }
    }

    /// A chain's turn has come. It needs a slot before anything else.
    private func goOn(_ slot: UInt32, _ actions: inout Actions) {
        if state.pointee.now >= chain(slot).pointee.expires { return settle(slot, .expired, &actions) }
        acquire(slot, [], &actions)
    }

    /// Whether a chain that was granted a slot begins only now. If so, it has.
    func hasBegun(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        guard let safety = state.pointee.safety, safety.pointee.notes[slot].pointee.isNew else { return false }
        safety.pointee.notes[slot].pointee.isNew = false
        begin(slot, &actions)
        return true
    }
}
