// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The straight way: what nearly every message takes when nothing is in its way. Each of these functions does everything
/// that an input leads to, or nothing at all and says so; then the general way (`handle`) is for it.
///
/// Both ways lead to the same. Here there is no choice to make, nobody waits, no pool or window has to move on: so no random
/// word is needed and nothing is called, and a message costs some two hundred instructions.
extension DispatcherCore {
    /// A notification that was never tried, that is in time and that has a way.
    @usableFromInline
    func consumedStraight(_ notification: Notification, at now: Int64, _ actions: inout Actions) -> Bool {
        guard state.pointee.beginsStraight, notification.previousAttempts == 0, now < notification.expires.nanoseconds,
            actions.hasRoomForTwo
        else { return false }
        let number = DeliveryPlan.way(notification.channel, notification.platform)
        let step = state.pointee.plan.steps + number
        let deduplicates = state.pointee.deduplicates
        guard step.pointee.route != PlanStep.noRoute,
            deduplicates || canSendFirst(step, created: notification.created.nanoseconds, at: now), hasRoomForChain
        else { return false }
        let slot = state.pointee.chains.allocate()
        let chain = chain(slot)
        initialize(chain, notification, step: UInt8(truncatingIfNeeded: number), attempts: 0)
        state.pointee.counters.consumed &+= 1
        if !deduplicates {
            sendFirst(chain, slot, step, &actions)
            return true
        }
        state.pointee.counters.lookUps &+= 1
        let identifier = Identifier.make(slot: slot, generation: chain.pointee.generation, serial: 0)
        actions.appendToRoom(
            .lookUp(
                LookupID(rawValue: identifier), reference: notification.reference,
                StateRead(
                    kind: .deduplication, key: notification.key, timeout: state.pointee.lookupTimeout,
                    lifetime: state.pointee.window)))
        return true
    }

    /// The key of a message in its first look-up was not seen before.
    @usableFromInline
    func absentStraight(_ id: LookupID, at now: Int64, _ actions: inout Actions) -> Bool {
        // Exactly these flags: nothing is promised to it, nothing known about it, and it has its slot.
        guard state.pointee.goesStraight, let chain = chain(id.rawValue, in: .lookingUp),
            chain.pointee.flags == [.holdsSlot, .fresh], chain.pointee.serial == Identifier.serial(id.rawValue),
            now < chain.pointee.expires, actions.hasRoomForTwo
        else { return false }
        let step = state.pointee.plan.steps + Int(chain.pointee.step)
        guard canSendFirst(step, created: chain.pointee.created, at: now) else { return false }
        sendFirst(chain, Identifier.slot(id.rawValue), step, &actions)
        return true
    }

    /// Whether a first attempt can start: the route's only provider takes calls without more ado, and nobody waits for it.
    @inline(__always)
    private func canSendFirst(_ step: UnsafeMutablePointer<PlanStep>, created: Int64, at now: Int64) -> Bool {
        let index = step.pointee.soleProvider
        return index != Chain.noProvider && state.pointee.crowded & step.pointee.queues == 0
            && (step.pointee.deadline == .max || now &- created < step.pointee.deadline)
            && state.pointee.providers[Int(index)].isUnrestricted
            && (!state.pointee.hasBudget
                || state.pointee.providers[Int(index)].gate.pointee.takesDepositStraight(at: now))
    }

    @inline(__always)
    private func sendFirst(
        _ chain: UnsafeMutablePointer<Chain>, _ slot: UInt32, _ step: UnsafeMutablePointer<PlanStep>,
        _ actions: inout Actions
    ) {
        let index = step.pointee.soleProvider
        chain.pointee.flags = .holdsSlot
        state.pointee.counters.firstAttempts &+= 1
        if state.pointee.hasBudget {
            state.pointee.providers[Int(index)].gate.pointee.budget.recordCurrentFirstAttempt()
        }
        let identifier = beginAttempt(chain, slot, index, state.pointee.providers[Int(index)].breaker.epoch)
        actions.appendToRoom(send(chain, identifier, index, step.pointee.channel))
    }

    /// The provider took the attempt under way.
    @usableFromInline
    func succeededStraight(
        _ id: AttemptID, status: UInt16, reason: Reason, at now: Int64, _ actions: inout Actions
    ) -> Bool {
        guard state.pointee.goesStraight, let chain = chain(id.rawValue, in: .inFlight),
            chain.pointee.serial == Identifier.serial(id.rawValue)
        else { return false }
        let provider = state.pointee.providers + Int(chain.pointee.provider)
        guard reason == .none, Int(status) < CompiledTaxonomy.statusCount,
            provider.pointee.verdicts[Int(status)].errorClass == .ok, actions.hasRoomForTwo,
            provider.pointee.breaker.recordPlainSuccess(epoch: chain.pointee.epoch, at: now)
        else { return false }

        let reference = chain.pointee.reference
        if state.pointee.deduplicates {
            actions.appendToRoom(.write(reference: reference, deliveredKey(chain.pointee.key)))
        }
        actions.appendToRoom(.settle(reference: reference, .delivered))
        state.pointee.counters.delivered &+= 1
        close(Identifier.slot(id.rawValue), chain)
        return true
    }
}
