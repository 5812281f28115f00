// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

extension Provider {
    /// A fault comes into force. Answers that have been given keep their time; what arrives from now on meets the line as
    /// the fault makes it.
    ///
    /// - Parameters:
    ///   - slot: 0..<32, its bit in `ProviderAnswer.decisionsChangedBy`; no other fault is in force there.
    ///   - now: what is in line is worked off at the old rate until then; nil: until the last call.
    public func begin(_ fault: ProviderFault, slot: Int, at now: Instant? = nil) {
        precondition((0..<ProviderState.slots).contains(slot), "a provider has \(ProviderState.slots) slots for faults")
        precondition(state.pointee.faults[slot] == nil, "a slot holds one fault at a time")
        advance(to: now)
        state.pointee.findMaterialDelay()
        state.pointee.faults[slot] = fault
        state.pointee.inForce |= 1 << UInt32(slot)
        state.pointee.shadowed |= 1 << UInt32(slot)
        state.pointee.courses[1 + slot].copyState(from: state.pointee.courses[0])
        compose()
    }

    /// The fault in a slot ends. What it left behind goes on counting as its work until nothing of it is left.
    public func end(slot: Int, at now: Instant? = nil) {
        precondition(state.pointee.faults[slot] != nil, "a fault ends that never began")
        advance(to: now)
        state.pointee.faults[slot] = nil
        state.pointee.inForce &= ~(1 << UInt32(slot))
        compose()
    }

    /// Whether no fault is in force in a slot, and what the last one there left behind is gone.
    public func isFree(slot: Int) -> Bool {
        precondition((0..<ProviderState.slots).contains(slot), "a provider has \(ProviderState.slots) slots for faults")
        return state.pointee.faults[slot] == nil && state.pointee.shadowed & 1 << UInt32(slot) == 0
    }

    /// Whether a fault is in force in a slot.
    public func isInForce(slot: Int) -> Bool {
        precondition((0..<ProviderState.slots).contains(slot), "a provider has \(ProviderState.slots) slots for faults")
        return state.pointee.faults[slot] != nil
    }

    /// Every course up to an instant, under the regimes that end there.
    private func advance(to now: Instant?) {
        guard let now else { return }
        forEachCourse { course, _ in course.advance(to: now.nanoseconds) }
    }

    /// The actual course with every fault in force, and each shadow with its own fault left out.
    func forEachCourse(_ body: (inout Course, _ faults: UInt32) -> Void) {
        let inForce = state.pointee.inForce
        let courses = state.pointee.courses
        body(&courses[0], inForce)
        for slot in 0..<ProviderState.slots where state.pointee.shadowed & 1 << UInt32(slot) != 0 {
            body(&courses[1 + slot], inForce & ~(1 << UInt32(slot)))
        }
    }

    /// Makes every regime anew.
    func compose() {
        forEachCourse { course, faults in compose(&course.regime, faults: faults) }
    }

    /// What the faults in a set make of the profile, in this weather.
    private func compose(_ regime: inout Regime, faults set: UInt32) {
        regime.isBlackout = false
        regime.queuesExcess = state.pointee.queuesExcess
        regime.excess = state.pointee.excess
        regime.rate = state.pointee.capacity ?? 0
        regime.latencyFactor = state.pointee.latencyWeatherFactor
        composeOutcomes(&regime)
        for slot in 0..<ProviderState.slots where set & 1 << UInt32(slot) != 0 {
            guard let fault = state.pointee.faults[slot] else { continue }
            regime.rate = Self.scale(regime.rate, byMicros: fault.capacityMicros)
            if let excess = fault.excess { (regime.queuesExcess, regime.excess) = ProviderState.excess(excess) }
            regime.latencyFactor = Regime.scale(regime.latencyFactor, byMicros: fault.latencyFactorMicros)
            regime.isBlackout = regime.isBlackout || fault.blackout
            addErrors(of: fault, to: &regime)
        }
        regime.isGuarded = regime.isBlackout || state.pointee.quota != nil || state.pointee.limitsConcurrency
        regime.mostWork = ServiceLine.product(state.pointee.maximumWait, regime.rate)
        regime.excess = completed(regime.excess)
        regime.rejectionLatencyFactor = Regime.scale(
            regime.latencyFactor, byMicros: state.pointee.rejectionLatencyMicros)
    }

    private func composeOutcomes(_ regime: inout Regime) {
        regime.errorCount = 0
        regime.errorCeiling = 0
        for outcome in state.pointee.callOutcomes {
            let wandering = UInt128(outcome.ceiling) * UInt128(state.pointee.errorWeatherFactor) >> 32
            regime.addError(outcome.response, upTo: UInt64(Swift.min(wandering, UInt128(Regime.whole))))
        }
    }

    /// A share of what would have succeeded so far. Added at the end, so that a call which fails without the fault fails
    /// with it, and in the same words.
    private func addErrors(of fault: ProviderFault, to regime: inout Regime) {
        if fault.errorMicros <= 0 { return }
        let left = UInt128(Regime.whole - regime.errorCeiling)
        let share = UInt64(left * UInt128(UInt64(Swift.min(fault.errorMicros, 1_000_000))) / 1_000_000)
        var error = completed(fault.error ?? state.pointee.failure)
        if state.pointee.stampsGone { error = ProviderState.stamped(error, .apns, fault.errorKnownFor) }
        regime.addError(error, upTo: regime.errorCeiling + share)
    }

    private func completed(_ response: ProviderResponse) -> ProviderResponse {
        ProviderState.completed(response, retryAfter: state.pointee.retryAfter)
    }

    private static func scale(_ rate: UInt64, byMicros micros: Int64) -> UInt64 {
        let scaled = ServiceLine.product(rate, UInt64(Swift.max(micros, 0))) / 1_000_000
        return UInt64(Swift.min(scaled, UInt128(Int64.max)))
    }
}
