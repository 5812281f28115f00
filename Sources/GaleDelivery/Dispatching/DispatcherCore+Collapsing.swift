// SPDX-License-Identifier: Apache-2.0

/// Collapse keys: of the notifications with one key to one recipient only the latest is sent, as long as the earlier ones wait
/// (APNs keeps the latest for a device that is away, `apns-collapse-id`; so does FCM, `collapse_key`). What is under way, or may have
/// been taken, is not called back.
extension DispatcherCore {
    /// A chain comes with a collapse key; `isBack`: from a retry topic, and the key was noted when it left.
    ///
    /// - Returns: false: a later one is here or has come meanwhile, and this one has ended.
    func collapse(_ slot: UInt32, _ key: UInt64, isBack: Bool, _ actions: inout Actions) -> Bool {
        let key = Self.mixed(routed(slot).pointee.recipient, key)
        routed(slot).pointee.collapseKey = key
        routed(slot).pointee.flags.insert(.isCollapsible)
        let created = chain(slot).pointee.created
        let earlier = state.pointee.routing.collapsible[key]
        var isLate = earlier != HashIndex.none && chain(earlier).pointee.created > created
        if state.pointee.waiting == .retryTopic {
            let isPassed = state.pointee.routing.away.come(key, created: created, isBack: isBack)
            isLate = isLate || isPassed
        }
        if isLate {
            // What may have been taken goes on, beside the later one.
            if chain(slot).pointee.flags.contains(.unsure) { return true }
            endOutdated(slot, &actions)
            return false
        }
        if earlier != HashIndex.none {
            let canReplace = isReplaceable(earlier)
            unindex(earlier)
            if canReplace {
                replace(earlier, &actions)
            } else {
                routed(earlier).pointee.flags.insert(.isOutdated)
            }
        }
        routed(slot).pointee.flags.insert(.isIndexed)
        state.pointee.routing.collapsible.set(key, slot)
        return true
    }

    /// Whether a later one with a chain's collapse key came while nothing could be done, and now nothing of it is under way or can
    /// have been taken but by the app.
    func isOutdated(_ slot: UInt32) -> Bool {
        routed(slot).pointee.flags.contains(.isOutdated) && !chain(slot).pointee.flags.contains(.unsure)
    }

    /// Ends a chain of which nothing waits for the sake of a later one.
    func endOutdated(_ slot: UInt32, _ actions: inout Actions) {
        if !routed(slot).pointee.flags.contains(.acceptedInApp) { state.pointee.counters.collapsed += 1 }
        settle(slot, .suppressed, &actions)
    }

    /// A chain leaves for a retry topic: its collapse key is remembered.
    ///
    /// - Returns: whether it has one.
    func noteAway(_ slot: UInt32) -> Bool {
        guard routed(slot).pointee.flags.contains(.isCollapsible) else { return false }
        let chain = chain(slot)
        state.pointee.routing.away.leave(
            routed(slot).pointee.collapseKey, created: chain.pointee.created, expires: chain.pointee.expires,
            at: state.pointee.now)
        return true
    }

    /// A notification comes that is refused: if its collapse key was noted when it left for a retry topic, it is away no longer.
    func comeBackInVain(_ notification: Notification) {
        guard RetryTopicHeader(rawValue: notification.previousAttempts).isKeyNoted, notification.collapseKey != 0,
            state.pointee.routing.collapses
        else { return }
        let key = Self.mixed(notification.recipient, notification.collapseKey)
        _ = state.pointee.routing.away.come(key, created: notification.created.nanoseconds, isBack: true)
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
