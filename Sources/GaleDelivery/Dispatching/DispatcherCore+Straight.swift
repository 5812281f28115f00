// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The straight way: what nearly every message takes, when nothing is in its way. Each of these functions either does
/// everything an input leads to, or nothing at all and says so; then the general way is for it.
///
/// The two agree in all they do. Here there is no choice to make, no time-out to think of and nobody waiting, so that no
/// random word is needed and a message costs some two hundred instructions.
extension DispatcherCore {
    /// A notification that was never tried, that is in time and that has a way.
    @usableFromInline
    func consumedStraight(_ notification: Notification, at now: Int64, _ actions: inout Actions) -> Bool {
        guard notification.previousAttempts == 0, now < notification.expires.nanoseconds,
            state.pointee.chains.count < Identifier.maximumChains
        else { return false }
        let number = DeliveryPlan.way(notification.channel, notification.platform)
        let step = state.pointee.plan.steps + number
        if state.pointee.deduplicates {
            if step.pointee.route == PlanStep.noRoute { return false }
            state.pointee.counters.consumed &+= 1
            lookUp(open(notification, step: UInt8(truncatingIfNeeded: number), attempts: 0), &actions)
            return true
        }
        guard let provider = freeProvider(step, created: notification.created.nanoseconds, at: now) else {
            return false
        }
        state.pointee.counters.consumed &+= 1
        let slot = open(notification, step: UInt8(truncatingIfNeeded: number), attempts: 0)
        sendFirst(slot, chain(slot), step.pointee.soleProvider, provider, at: now, &actions)
        return true
    }

    /// The key of a message in its first look-up was not seen before.
    @usableFromInline
    func absentStraight(_ id: ChainID, at now: Int64, _ actions: inout Actions) -> Bool {
        guard let slot = slot(id.rawValue, in: .lookingUp) else { return false }
        let chain = chain(slot)
        // Exactly these flags: nothing is promised to it, nothing known about it, and it has its slot.
        guard chain.pointee.flags == [.holdsSlot, .fresh], now < chain.pointee.expires else { return false }
        let step = state.pointee.plan.steps + Int(chain.pointee.step)
        guard let provider = freeProvider(step, created: chain.pointee.created, at: now) else { return false }
        sendFirst(slot, chain, step.pointee.soleProvider, provider, at: now, &actions)
        return true
    }

    /// The provider took the attempt under way.
    @usableFromInline
    func succeededStraight(
        _ id: AttemptID, status: UInt16, reason: Reason, at now: Int64, _ actions: inout Actions
    ) -> Bool {
        guard let slot = slot(id.rawValue, in: .inFlight) else { return false }
        let chain = chain(slot)
        guard chain.pointee.serial == Identifier.serial(id.rawValue) else { return false }
        let provider = state.pointee.providers + Int(chain.pointee.provider)
        guard reason == .none, Int(status) < CompiledTaxonomy.statusCount,
            provider.pointee.verdicts[Int(status)].errorClass == .ok, provider.pointee.breaker.state == .closed
        else { return false }
        if provider.pointee.breaker.record(failure: false, epoch: chain.pointee.epoch, at: now) == .opened {
            state.pointee.counters.breakersOpened += 1
        }
        deliver(slot, &actions)
        return true
    }

    /// The only provider of a step's route, if it takes calls without more ado and nobody waits for it or for the budget.
    @inline(__always)
    private func freeProvider(
        _ step: UnsafeMutablePointer<PlanStep>, created: Int64, at now: Int64
    ) -> UnsafeMutablePointer<ProviderState>? {
        guard step.pointee.soleProvider != Chain.noProvider, state.pointee.crowded & step.pointee.queues == 0,
            step.pointee.deadline == .max || now &- created < step.pointee.deadline
        else { return nil }
        let provider = state.pointee.providers + Int(step.pointee.soleProvider)
        return provider.pointee.isUnrestricted ? provider : nil
    }

    @inline(__always)
    private func sendFirst(
        _ slot: UInt32, _ chain: UnsafeMutablePointer<Chain>, _ index: UInt16,
        _ provider: UnsafeMutablePointer<ProviderState>, at now: Int64, _ actions: inout Actions
    ) {
        countFirstAttempt(chain, at: now)
        launch(slot, chain, index, provider.pointee.breaker.epoch, &actions)
    }
}
