// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The ends of those that wait for what has no wake of its own: a tenant's permit, or a recipient's turn.
extension DispatcherCore {
    /// A chain has begun to wait for such a thing.
    func watchDeadline(_ slot: UInt32, _ actions: inout Actions) {
        state.pointee.deadlines.insert(slot, expires: chain(slot).pointee.expires)
        armDeadlines(&actions)
    }

    /// Asks for a wake unless an earlier one is under way.
    private func armDeadlines(_ actions: inout Actions) {
        guard let first = state.pointee.deadlines.first else { return }
        // What expires together, or nearly, ends together.
        let at = min(max(first.expires, state.pointee.now), .max - Self.coalescing) + Self.coalescing
        if state.pointee.deadlines.wakeAt <= at { return }
        state.pointee.deadlines.wakeAt = at
        state.pointee.deadlines.wakeSequence &+= 1
        let sequence = state.pointee.deadlines.wakeSequence
        let timer = Identifier.make(queue: Identifier.deadlineQueue, sequence: sequence)
        actions.append(.wake(TimerID(rawValue: timer), at: Instant(nanoseconds: at)))
    }

    /// Settles what has expired.
    func wokenToDeadlines(_ raw: UInt64, _ actions: inout Actions) {
        guard state.pointee.deadlines.wakeAt != .max,
            state.pointee.deadlines.wakeSequence & Identifier.sequenceMask == Identifier.sequence(raw)
        else { return countStale() }
        state.pointee.deadlines.wakeAt = .max
        var left = Self.batch
        while left > 0, let first = state.pointee.deadlines.first, first.expires <= state.pointee.now {
            left -= 1
            settleQueued(first.slot, .expired, &actions)
            removeGone(withTenantOf: first.slot)
        }
        armDeadlines(&actions)
    }

    /// A chain in a tenant's queue has ended: if it is the first, it leaves the queue, and those behind it that have ended too.
    private func removeGone(withTenantOf slot: UInt32) {
        guard let guards = state.pointee.guards, guards.pointee.hasTenants else { return }
        let number = guards.pointee.notes[slot].pointee.tenant
        while let tenant = guards.pointee.tenants.tenant(number), removeGone(tenant, guards) {}
    }
}
