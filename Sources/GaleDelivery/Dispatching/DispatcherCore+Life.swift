// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// From a policy's values to flat tables, and their end.
extension DispatcherCore {
    init(policy: Policy, providers: [ProviderDescription], mostChains: Int = Identifier.maximumChains) {
        #if PlantedBugs
            let policy = policy.asPlanted
        #endif
        precondition(!providers.isEmpty && providers.count <= Int(UInt16.max), "a dispatcher has providers")
        let plan = DeliveryPlan(policy, providerCount: providers.count)
        let accesses = StateAccesses(policy)
        let guards = Guards.areNeeded(by: policy) ? UnsafeMutablePointer<Guards>.allocate(capacity: 1) : nil
        guards?.initialize(to: Guards(policy, plan: plan, providerCount: providers.count))
        let kind = RetryGate.Kind(policy.retry.admission)
        let gateCount = policy.retry.scope == .shared || kind == .unlimited ? 1 : providers.count
        let gates = UnsafeMutablePointer<RetryGate>.allocate(capacity: gateCount)
        for index in 0..<gateCount { (gates + index).initialize(to: RetryGate(policy.retry.admission)) }
        // Where more than the straight way does is due at a send or an answer, nothing takes it.
        let isUnwatched = !kind.followsOutcomes && policy.retry.hedging == nil
        let queues = UnsafeMutablePointer<WaitQueue>.allocate(capacity: plan.routeCount + gateCount)
        for index in 0..<(plan.routeCount + gateCount) { (queues + index).initialize(to: WaitQueue(policy.routing)) }
        // A retry topic's header has to tell the channels apart, so each may have a quarter of the numbers there are.
        let most = policy.fallbacks.isEmpty ? 255 : Policy.mostAttemptsWithFallback
        let states = UnsafeMutablePointer<ProviderState>.allocate(capacity: providers.count)
        for (index, provider) in providers.enumerated() {
            let limit = policy.limits.first {
                Int($0.provider.rawValue) == index && $0.algorithm == .tokenBucket
            }
            let bucket =
                limit.map { TokenBucket(ratePerSecondMicros: $0.ratePerSecondMicros, burst: $0.burst) } ?? .unlimited
            (states + index).initialize(
                to: ProviderState(
                    verdicts: Taxonomy.compiled.verdicts(of: provider.dialect), dialect: provider.dialect,
                    isUnlimited: bucket.isUnlimited && guards == nil, breaker: CircuitBreaker(policy.breaker),
                    bucket: bucket, guarded: guards.map { $0.pointee.providers + index },
                    gate: gates + (gateCount == 1 ? 0 : index)))
        }
        let safety = Safety.isNeeded(by: policy) ? UnsafeMutablePointer<Safety>.allocate(capacity: 1) : nil
        safety?.initialize(to: Safety(policy, providerCount: providers.count))
        #if PlantedBugs
            // Bugs are on the general way.
            let isCorrect = policy.plantedBug == nil
        #else
            let isCorrect = true
        #endif
        let isPlain =
            accesses.isPlain && guards == nil && !policy.routing.isOn && safety == nil && isUnwatched && isCorrect
        state = .allocate(capacity: 1)
        state.initialize(
            to: DispatcherState(
                chains: DenseSlab(), providers: states, deduplicates: policy.deduplication != nil,
                goesStraight: isPlain, beginsStraight: isPlain && policy.maximumDeliveries == nil,
                hasBudget: policy.retry.budget != nil, isMetered: kind.isMetered,
                followsOutcomes: kind.followsOutcomes,
                attemptLimit: UInt8(clamping: min(max(1, policy.retry.attempts), most)), timeout: policy.timeout,
                lookupTimeout: accesses[.deduplication].timeout, window: accesses[.deduplication].lifetime, plan: plan,
                isRouted: policy.routing.isOn,
                routing: RoutingRules(policy.routing, plan: plan, providerCount: providers.count),
                retry: RetryRules(policy), gates: gates, gateCount: gateCount,
                providerCount: providers.count, accesses: accesses, queues: queues, backoff: Backoff(policy.retry),
                waiting: policy.waiting, guards: guards, safety: safety,
                maximumDeliveries: policy.maximumDeliveries ?? .max,
                spread: max(1_000_000_000, policy.retry.base.nanoseconds),
                chainLimit: UInt32(min(max(1, mostChains), Identifier.maximumChains))))
        #if PlantedBugs
            state.pointee.plantedBug = policy.plantedBug
        #endif
    }

    func deallocate() {
        for index in 0..<state.pointee.providerCount { state.pointee.providers[index].breaker.deallocate() }
        state.pointee.providers.deallocate()
        for index in 0..<queue(ofGate: state.pointee.gateCount) { state.pointee.queues[index].deallocate() }
        state.pointee.queues.deallocate()
        if let guards = state.pointee.guards {
            guards.pointee.deallocate(
                routeCount: state.pointee.plan.routeCount, providerCount: state.pointee.providerCount)
            guards.deallocate()
        }
        if let safety = state.pointee.safety {
            safety.pointee.deallocate()
            safety.deallocate()
        }
        state.pointee.plan.deallocate()
        state.pointee.accesses.deallocate()
        state.pointee.routing.deallocate()
        state.pointee.backoff.deallocate()
        for index in 0..<state.pointee.gateCount { state.pointee.gates[index].deallocate() }
        state.pointee.gates.deallocate()
        state.pointee.retry.deallocate()
        state.pointee.extras.deallocate()
        state.pointee.hedges.deallocate()
        state.pointee.deadlines.deallocate()
        state.pointee.chains.deallocate()
        state.deallocate()
    }
}
