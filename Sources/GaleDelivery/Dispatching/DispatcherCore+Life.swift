// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// From a policy's values to flat tables, and their end.
extension DispatcherCore {
    init(policy: Policy, providers: [ProviderDescription]) {
        precondition(!providers.isEmpty && providers.count <= Int(UInt16.max), "a dispatcher has providers")
        let plan = DeliveryPlan(policy, providerCount: providers.count)
        let accesses = StateAccesses(policy)
        let guards = Guards.areNeeded(by: policy) ? UnsafeMutablePointer<Guards>.allocate(capacity: 1) : nil
        guards?.initialize(to: Guards(policy, plan: plan, providerCount: providers.count))
        let gate = RetryGate(policy.retry.admission)
        // Where more than the straight way does is due at a send or an answer, nothing takes it.
        let isUnwatched = !gate.followsOutcomes && policy.retry.hedging == nil
        let queues = UnsafeMutablePointer<WaitQueue>.allocate(capacity: plan.routeCount + 1)
        for index in 0...plan.routeCount { (queues + index).initialize(to: WaitQueue(policy.routing)) }
        // A retry topic's header has to tell the channels apart, so each may have a quarter of the numbers there are.
        let most = policy.fallbacks.isEmpty ? 255 : 255 / DeliveryPlan.stepsPerWay
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
                    bucket: bucket, guarded: guards.map { $0.pointee.providers + index }))
        }
        let safety = Safety.isNeeded(by: policy) ? UnsafeMutablePointer<Safety>.allocate(capacity: 1) : nil
        safety?.initialize(to: Safety(policy, providerCount: providers.count))
        let isPlain = accesses.isPlain && guards == nil && !policy.routing.isOn && safety == nil && isUnwatched
        state = .allocate(capacity: 1)
        state.initialize(
            to: DispatcherState(
                chains: DenseSlab(), providers: states, deduplicates: policy.deduplication != nil,
                goesStraight: isPlain, beginsStraight: isPlain && policy.maximumDeliveries == nil,
                hasBudget: policy.retry.budget != nil, isMetered: gate.isMetered,
                attemptLimit: UInt8(clamping: min(max(1, policy.retry.attempts), most)), timeout: policy.timeout,
                lookupTimeout: accesses[.deduplication].timeout, window: accesses[.deduplication].lifetime, plan: plan,
                budget: RetryBudget(policy.retry.budget ?? RetryBudgetPolicy(ratioMicros: 0)),
                isRouted: policy.routing.isOn,
                routing: RoutingRules(policy.routing, plan: plan, providerCount: providers.count),
                retry: RetryRules(policy), gate: gate,
                throttles: Self.throttles(policy.retry.admission, count: providers.count),
                providerCount: providers.count, accesses: accesses, queues: queues, backoff: Backoff(policy.retry),
                waiting: policy.waiting, guards: guards, safety: safety,
                maximumDeliveries: policy.maximumDeliveries ?? .max,
                spread: max(1_000_000_000, policy.retry.base.nanoseconds)))
    }

    private static func throttles(_ admission: RetryAdmission, count: Int) -> UnsafeMutablePointer<AdaptiveThrottle>? {
        guard case .adaptive(let policy) = admission else { return nil }
        let throttles = UnsafeMutablePointer<AdaptiveThrottle>.allocate(capacity: count)
        for index in 0..<count { (throttles + index).initialize(to: AdaptiveThrottle(policy)) }
        return throttles
    }

    func deallocate() {
        for index in 0..<state.pointee.providerCount { state.pointee.providers[index].breaker.deallocate() }
        state.pointee.providers.deallocate()
        for index in 0...budgetQueue { state.pointee.queues[index].deallocate() }
        state.pointee.queues.deallocate()
        if let guards = state.pointee.guards {
            guards.pointee.deallocate(routeCount: state.pointee.plan.routeCount)
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
        state.pointee.budget.deallocate()
        state.pointee.retry.deallocate()
        state.pointee.extras.deallocate()
        if let throttles = state.pointee.throttles {
            for index in 0..<state.pointee.providerCount { throttles[index].deallocate() }
            throttles.deallocate()
        }
        state.pointee.chains.deallocate()
        state.deallocate()
    }
}
