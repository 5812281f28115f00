// SPDX-License-Identifier: Apache-2.0

/// Collapse keys: of the notifications with one key to one recipient only the latest is sent, as long as the earlier ones wait
/// (APNs keeps the latest for a device that is away, `apns-collapse-id`; so does FCM, `collapse_key`). What is under way, or may have
/// been taken, is not called back.
extension DispatcherCore {
    /// A chain comes with a collapse key.
    ///
    /// - Returns: false: one that is later waits already, and this one has ended.
    func collapse(_ slot: UInt32, _ key: UInt64, _ actions: inout Actions) -> Bool {
        let key = Self.mixed(routed(slot).pointee.recipient, key)
        let earlier = state.pointee.routing.collapsible[key]
        if earlier != HashIndex.none, isReplaceable(earlier) {
            if chain(earlier).pointee.created > chain(slot).pointee.created {
                state.pointee.counters.collapsed += 1
                settle(slot, .suppressed, &actions)
                return false
            }
            replace(earlier, &actions)
        }
        if earlier != HashIndex.none { unindex(earlier) }
        routed(slot).pointee.collapseKey = key
        routed(slot).pointee.flags.insert(.isIndexed)
        state.pointee.routing.collapsible.set(key, slot)
        return true
    }

    /// Whether nothing of a chain is under way and nothing of it can have been taken.
    private func isReplaceable(_ slot: UInt32) -> Bool {
        let chain = chain(slot)
        guard !chain.pointee.flags.contains(.unsure), !chain.pointee.flags.contains(.succeededLate),
            routed(slot).pointee.flags.isDisjoint(with: [.acceptedInApp, .replaced])
        else { return false }
        switch chain.pointee.state {
        case .lookingUp, .backoff, .queued, .acquiring: return true
        case .inFlight, .free, .gone: return false
        }
    }

    /// Ends a waiting chain for the sake of a later one.
    private func replace(_ slot: UInt32, _ actions: inout Actions) {
        let chain = chain(slot)
        state.pointee.counters.collapsed += 1
        switch chain.pointee.state {
        case .lookingUp: settle(slot, .suppressed, &actions)
        case .backoff:
            state.pointee.waitingChains -= 1
            settle(slot, .suppressed, &actions)
        case .queued: settleQueued(slot, .suppressed, &actions)
        case .acquiring:
            // The host is about to grant a slot; it is told when it does.
            routed(slot).pointee.flags.insert(.replaced)
        case .inFlight, .free, .gone: preconditionFailure("only what waits is replaced")
        }
    }

    /// The chain's collapse key leads to it no longer.
    func unindex(_ slot: UInt32) {
        let routed = routed(slot)
        guard routed.pointee.flags.contains(.isIndexed) else { return }
        routed.pointee.flags.remove(.isIndexed)
        state.pointee.routing.collapsible.remove(routed.pointee.collapseKey)
    }

    /// One key for both. Two pairs that meet in 64 bits are as likely as not only among four billion that wait.
    private static func mixed(_ recipient: UInt64, _ key: UInt64) -> UInt64 {
        var z = recipient &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return (z ^ (z >> 31)) &+ key &* 0x94D0_49BB_1331_11EB
    }
}
