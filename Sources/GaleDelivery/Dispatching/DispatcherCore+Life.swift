// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// From a policy's values to flat tables, and their end.
extension DispatcherCore {
    init(policy: Policy, providers: [ProviderDescription]) {
        precondition(!providers.isEmpty && providers.count <= Int(UInt16.max), "a dispatcher has providers")
        let plan = DeliveryPlan(policy, providerCount: providers.count)
        let queues = UnsafeMutablePointer<WaitQueue>.allocate(capacity: plan.routeCount + 1)
        queues.initialize(repeating: WaitQueue(), count: plan.routeCount + 1)
        // A retry topic's header has to tell the channels apart, so each may have a quarter of the numbers there are.
        let most = policy.fallbacks.isEmpty ? 255 : 255 / DeliveryPlan.stepsPerWay
        let states = UnsafeMutablePointer<ProviderState>.allocate(capacity: providers.count)
        for (index, provider) in providers.enumerated() {
            let limit = policy.limits.first { Int($0.provider.rawValue) == index }
            let bucket =
                limit.map { TokenBucket(ratePerSecondMicros: $0.ratePerSecondMicros, burst: $0.burst) } ?? .unlimited
            (states + index).initialize(
                to: ProviderState(dialect: provider.dialect, breaker: CircuitBreaker(policy.breaker), bucket: bucket))
        }
        state = .allocate(capacity: 1)
        state.initialize(
            to: DispatcherState(
                chains: Slab(), plan: plan, providers: states, providerCount: providers.count, queues: queues,
                backoff: Backoff(policy.retry),
                budget: RetryBudget(policy.retry.budget ?? RetryBudgetPolicy(ratioMicros: 0)),
                hasBudget: policy.retry.budget != nil, waiting: policy.waiting, timeout: policy.timeout,
                deduplicates: policy.deduplication != nil, failsOpen: policy.deduplication?.onFailure != .closed,
                lookupTimeout: policy.deduplication?.timeout ?? .zero,
                attemptLimit: UInt8(clamping: min(max(1, policy.retry.attempts), most)),
                retryAfterCap: policy.retry.retryAfterCap?.nanoseconds ?? -1,
                spread: max(1_000_000_000, policy.retry.base.nanoseconds)))
    }

    func deallocate() {
        for index in 0..<state.pointee.providerCount { state.pointee.providers[index].breaker.deallocate() }
        state.pointee.providers.deallocate()
        state.pointee.plan.deallocate()
        state.pointee.queues.deallocate()
        state.pointee.backoff.deallocate()
        state.pointee.budget.deallocate()
        state.pointee.chains.deallocate()
        state.deallocate()
    }
}
