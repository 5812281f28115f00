// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Routing beside the plan: what a chain brings with it, nested deadlines, and quiet hours. Nothing of it is asked unless
/// `RoutingRules.isOn`.
extension DispatcherCore {
    func routed(_ slot: UInt32) -> UnsafeMutablePointer<RoutedChain> { state.pointee.routing.chains[slot] }

    /// A notification as the policy's own deadline leaves it.
    func withinMessageTier(_ notification: Notification) -> Notification {
        let (end, overflow) = notification.created.nanoseconds.addingReportingOverflow(
            state.pointee.routing.messageTier)
        guard !overflow, end < notification.expires.nanoseconds else { return notification }
        var notification = notification
        notification.expires = Instant(nanoseconds: end)
        return notification
    }

    /// Remembers what a chain brings with it, and lets it replace one that waits with its collapse key.
    ///
    /// - Returns: false: it was itself replaced by one that is later.
    func beginRouting(_ slot: UInt32, _ notification: Notification, _ actions: inout Actions) -> Bool {
        let (now, created) = (state.pointee.now, notification.created.nanoseconds)
        let header = RetryTopicHeader(rawValue: notification.previousAttempts)
        routed(slot).initialize(
            to: RoutedChain(
                recipient: notification.recipient, channelSince: header.channelSince(created: created) ?? now,
                providerSince: header.providerSince(created: created) ?? now, tenant: notification.tenant,
                zone: notification.zone, priority: notification.priority, home: chain(slot).pointee.step,
                flags: header.acceptedInApp ? .acceptedInApp : []))
        if let place = header.provider, state.pointee.routing.hasTiers { restoreProvider(slot, place) }
        guard state.pointee.routing.collapses, notification.collapseKey != 0 else { return true }
        return collapse(slot, notification.collapseKey, isBack: header.isKeyNoted, &actions)
    }

    /// The provider of the last attempt, as a retry topic tells it.
    private func restoreProvider(_ slot: UInt32, _ place: Int32) {
        let chain = chain(slot)
        let members = state.pointee.plan.routes[Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)]
        guard place < members.count else { return }
        chain.pointee.provider = state.pointee.plan.equivalents[Int(members.first + place)].provider
    }

    // MARK: Deadlines

    /// When a chain's channel is given up, in nanoseconds; `Int64.max`: never, or there is no other.
    @inline(__always)
    func channelDeadline(_ slot: UInt32) -> Int64 {
        let chain = chain(slot)
        let deadline = state.pointee.plan.steps[Int(chain.pointee.step)].deadline
        let planned = deadline == .max ? .max : chain.pointee.created + deadline
        return state.pointee.routing.hasTiers ? min(planned, tierDeadline(slot)) : planned
    }

    /// The end of the channel's tier.
    private func tierDeadline(_ slot: UInt32) -> Int64 {
        let tier = state.pointee.routing.channelTier
        guard tier != .max, nextStep(slot) != nil else { return .max }
        let since = routed(slot).pointee.channelSince
        return tier > .max - since ? .max : since + tier
    }

    /// Whether a chain has been so long with its last provider that another comes first.
    func hasOutstayed(_ slot: UInt32) -> Bool {
        let tier = state.pointee.routing.providerTier
        return tier != .max && chain(slot).pointee.attempts > 0
            && state.pointee.now - routed(slot).pointee.providerSince >= tier
    }

    // MARK: Before a send

    /// Lets a chain that may go wait for what has to do with its recipient, or sends it another way.
    ///
    /// - Returns: whether it was dealt with.
    func heldBack(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        if state.pointee.routing.providerTier != .max && hasOutstayed(slot) {
            chain(slot).pointee.flags.remove(.pinned)
            markTried(slot)
        }
        guard let end = quietEnd(slot) else { return false }
        waitOut(slot, until: end, &actions)
        return true
    }

    /// When the quiet hours end that hold for a chain now, in nanoseconds; nil: none do.
    func quietEnd(_ slot: UInt32) -> Int64? {
        guard state.pointee.isRouted, let quiet = state.pointee.routing.quiet else { return nil }
        let channel = state.pointee.plan.steps[Int(chain(slot).pointee.step)].channel
        let routed = routed(slot)
        guard quiet.channels & 1 << channel.rawValue != 0, routed.pointee.priority.rawValue >= quiet.bypass else {
            return nil
        }
        #if PlantedBugs
            let time = isPlanted(.clockSkewTrusted) ? chain(slot).pointee.created : state.pointee.now
            let end = quiet.end(at: time, in: isPlanted(.wrongZone) ? TimeZoneIndex(rawValue: 0) : routed.pointee.zone)
        #else
            let end = quiet.end(at: state.pointee.now, in: routed.pointee.zone)
        #endif
        return end > state.pointee.now ? end : nil
    }

    /// Waits for the end of quiet hours, unless its channel's time or its own is over before, and spread over the time after it
    /// that the policy names and that is left.
    private func waitOut(_ slot: UInt32, until end: Int64, _ actions: inout Actions) {
        let limit = min(chain(slot).pointee.expires, channelDeadline(slot))
        if end >= limit { return leaveChannel(slot, .expired, .quietHours, until: end, &actions) }
        let spread = min(state.pointee.routing.quiet?.spread ?? 0, limit - end)
        let delay = spread > 0 ? Int64(draw().multipliedFullWidth(by: UInt64(spread)).high) : 0
        rest(slot, until: end + delay, .quietHours, &actions)
    }

    /// Waits until a time, as in backoff.
    func rest(_ slot: UInt32, until: Int64, _ reason: WaitReason, _ actions: inout Actions) {
        backOff(slot, until - state.pointee.now, reason, &actions)
    }

    // MARK: After a send

    /// An attempt is sent to the provider in this place: it is paid for.
    func noteRoutedSend(_ slot: UInt32, _ place: Int32) {
        let chain = chain(slot)
        let routed = routed(slot)
        let provider = state.pointee.plan.equivalents[Int(place)].provider
        if chain.pointee.attempts == 0 || chain.pointee.provider != provider {
            routed.pointee.providerSince = state.pointee.now
        }
        guard state.pointee.routing.hasMoney else { return }
        #if PlantedBugs
            if isPlanted(.moneyNeverBooked) { return }
        #endif
        let price = state.pointee.routing.prices[Int(provider)]
        let now = state.pointee.now
        if state.pointee.routing.money.affords(price, at: now) {
            state.pointee.routing.money.pay(price, at: now)
            routed.pointee.paid = price
        } else {
            state.pointee.routing.money.overdraw(price, at: now)
            // What went beyond the budget is not booked back.
            routed.pointee.paid = 0
        }
        state.pointee.counters.spentMicros += price
        routed.pointee.period = state.pointee.routing.money.current
    }

    /// The attempt under way has ended: what the provider certainly did not take costs nothing.
    func noteRoutedAnswer(_ slot: UInt32, _ verdict: Verdict) {
        if state.pointee.routing.choice.contains(.health) {
            state.pointee.routing.healths[Int(chain(slot).pointee.provider)].record(
                failure: verdict.countsAgainstProvider)
        }
        guard state.pointee.routing.hasMoney, verdict.errorClass != .ok, !verdict.mayHaveBeenAccepted else { return }
        let routed = routed(slot)
        state.pointee.routing.money.payBack(
            routed.pointee.paid, from: routed.pointee.period, at: state.pointee.now)
        state.pointee.counters.spentMicros -= routed.pointee.paid
        routed.pointee.paid = 0
    }
}
