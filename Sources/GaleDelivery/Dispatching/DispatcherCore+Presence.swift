// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// In the app first, and on the notification's own channel when it wasn't seen there.
///
///     presence? ──there──► in-app step ──taken──► wait ──► seen? ──yes──► delivered
///         │                     │                            │
///         └──not there──────────┴──can't, or failed──────────┴──no──► own channel
extension DispatcherCore {
    /// Whether a chain is on the step before its own way.
    @inline(__always)
    func isInApp(_ slot: UInt32) -> Bool { chain(slot).pointee.step > DeliveryPlan.lastOfWays }

    /// Whether every attempt of this chain was on the channel that it is on.
    func isOnFirstChannel(_ slot: UInt32) -> Bool {
        if isInApp(slot) || chain(slot).pointee.step & 3 != 0 { return false }
        return !state.pointee.isRouted || !routed(slot).pointee.flags.contains(.wasInApp)
    }

    /// Whether the app took a chain, and the time is not over in which it may be seen there.
    @inline(__always)
    func isAwaitingSeen(_ slot: UInt32) -> Bool {
        state.pointee.isRouted && routed(slot).pointee.flags.contains(.awaitsSeen)
    }

    /// The step after a chain's, or nil at the end of its way.
    @inline(__always)
    func nextStep(_ slot: UInt32) -> UInt8? {
        isInApp(slot) ? routed(slot).pointee.home : state.pointee.plan.next(after: chain(slot).pointee.step)
    }

    /// The kinds of state to ask before a chain's first attempt, as bits.
    @inline(__always)
    func firstState(_ slot: UInt32) -> UInt32 {
        let bits = state.pointee.accesses.perMessage | state.pointee.accesses.perChannel
        return state.pointee.isRouted ? bits & ~irrelevantState(slot) : bits
    }

    /// The kinds of state that don't matter for a chain, as bits.
    private func irrelevantState(_ slot: UInt32) -> UInt32 {
        let channel = state.pointee.plan.steps[Int(chain(slot).pointee.step)].channel
        let bit: UInt8 = 1 << channel.rawValue
        let priority = routed(slot).pointee.priority.rawValue
        var bits: UInt32 = 0
        let (cap, presence) = (state.pointee.routing.cap, state.pointee.routing.presence)
        if cap.channels & bit == 0 || priority < cap.bypass { bits |= StateAccesses.bit(.cap) }
        let hasApp = state.pointee.plan.inAppStep(home: chain(slot).pointee.step) != nil
        // The app comes first or not at all: not after attempts that a retry topic tells of.
        if presence.channels & bit == 0 || !hasApp || chain(slot).pointee.attempts > 0
            || routed(slot).pointee.flags.contains(.acceptedInApp)
        {
            bits |= StateAccesses.bit(.presence)
        }
        return bits
    }

    /// The store has told when the recipient was last seen; 0: never.
    ///
    /// - Returns: whether that has decided about the chain.
    func foundPresence(_ lastSeen: Int64, _ slot: UInt32, _ actions: inout Actions) -> Bool {
        let routed = routed(slot)
        if routed.pointee.flags.contains(.awaitsSeen) {
            routed.pointee.flags.remove(.awaitsSeen)
            guard lastSeen >= routed.pointee.since, lastSeen > 0 else { return false }
            state.pointee.counters.seenInApp += 1
            deliver(slot, &actions)
            return true
        }
        let recency = state.pointee.routing.presence.recency
        if lastSeen > 0, state.pointee.now - lastSeen <= recency,
            let step = state.pointee.plan.inAppStep(home: chain(slot).pointee.step)
        {
            chain(slot).pointee.step = step
        }
        return false
    }

    /// Whether the app's provider would take the chain at once.
    func canUseApp(_ slot: UInt32) -> Bool {
        let route = Int(state.pointee.plan.steps[Int(chain(slot).pointee.step)].route)
        return mayUse(route, chain(slot).pointee.flags.contains(.promisedRoute)) && capacity(route) > 0
            && quietEnd(slot) == nil
    }

    /// Back to the notification's own channel, of which nothing has been used up.
    func goHome(_ slot: UInt32) { fallBack(slot, to: routed(slot).pointee.home) }

    /// An attempt was taken. In the app that is not the end: it has to be seen.
    ///
    /// - Returns: whether the chain waits for that.
    func awaitsSeen(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        guard isInApp(slot) else { return false }
        let routed = routed(slot)
        routed.pointee.flags.insert(.acceptedInApp)
        let within = state.pointee.routing.presence.seenWithin
        let left = chain(slot).pointee.expires - 1 - state.pointee.now
        guard within != .max, left > 0 else { return false }
        routed.pointee.flags.insert(.awaitsSeen)
        routed.pointee.since = state.pointee.now
        goHome(slot)
        let chain = chain(slot)
        // If it wasn't seen, whether its own channel may be used is still to be asked.
        chain.pointee.tried = StateAccesses.bit(.presence) | state.pointee.accesses.perChannel
        chain.pointee.epoch = 0
        chain.pointee.flags.insert(.needsLookup)
        rest(slot, until: state.pointee.now + max(1, min(within, left)), .seen, &actions)
        return true
    }

    /// How a chain ends, given what the app had taken before.
    func routedOutcome(_ slot: UInt32, _ outcome: Outcome, _ actions: inout Actions) -> Outcome {
        guard outcome != .delivered, routed(slot).pointee.flags.contains(.acceptedInApp) else { return outcome }
        rememberKey(slot, &actions)
        return .delivered
    }
}
