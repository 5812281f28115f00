// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The state of those policies that look at attempts under way, at tenants, or at what it is worth beginning at all: there only
/// where the policy asks for one of them.
struct Guards {
    var calls = CallTable()
    /// By provider.
    let providers: UnsafeMutablePointer<ProviderGuard>
    /// By provider: the routes it serves, as bits.
    let routes: UnsafeMutablePointer<UInt32>
    /// By route.
    let outliers: UnsafeMutablePointer<OutlierDetector>?
    let hasTenants: Bool
    var tenants: TenantBulkhead
    let tenantQueue: UInt32
    var notes = ChainPages(blank: ChainNote(tenant: 0))
    let admits: Bool
    var admission: AdmissionControl
    /// In millionths; negative: deadlines aren't looked at.
    let deadlineShare: Int64
    /// How long the call took of which the input at hand is the end.
    var duration: Int64 = 0
    /// Routes that a call's end may have made room in, as bits.
    var freed: UInt32 = 0
    /// Whether the chain at hand comes from the head of its tenant's queue.
    var isNextOfTenant = false
    /// Tenants of which a permit has come back and somebody waits for it, in the order of its coming.
    let returned: Ring<UInt32>

    /// Whether a policy needs any of it.
    static func areNeeded(by policy: Policy) -> Bool {
        policy.concurrency != nil || policy.bulkheads != nil || policy.outlierEjection != nil || policy.shedding != nil
            || policy.retry.clientRate != nil || policy.breaker?.slowCallRateMicros != nil
            || policy.limits.contains { $0.algorithm == .gcra }
    }

    init(_ policy: Policy, plan: DeliveryPlan, providerCount: Int) {
        providers = .allocate(capacity: providerCount)
        routes = .allocate(capacity: providerCount)
        routes.initialize(repeating: 0, count: providerCount)
        for index in 0..<providerCount { (providers + index).initialize(to: ProviderGuard(policy, provider: index)) }
        var outliers: UnsafeMutablePointer<OutlierDetector>?
        if policy.outlierEjection != nil { outliers = .allocate(capacity: max(1, plan.routeCount)) }
        for route in 0..<plan.routeCount {
            let members = plan.routes[route]
            if let rules = policy.outlierEjection {
                (outliers.unsafelyUnwrapped + route)
                    .initialize(to: OutlierDetector(rules, hostCount: Int(members.count)))
            }
            for place in 0..<members.count {
                routes[Int(plan.equivalents[Int(members.first + place)].provider)] |= 1 << UInt32(route)
            }
        }
        self.outliers = outliers
        hasTenants = policy.bulkheads?.tenant != nil
        tenants = TenantBulkhead(limit: policy.bulkheads?.tenant ?? 1)
        tenantQueue = UInt32(clamping: max(0, policy.bulkheads?.tenantQueue ?? 0))
        admits = policy.shedding?.admission != nil
        admission = AdmissionControl(policy.shedding?.admission ?? SheddingPolicy.Admission())
        deadlineShare = policy.shedding?.deadlineShareMicros ?? -1
        returned = Ring()
    }

    func deallocate(routeCount: Int, providerCount: Int) {
        calls.deallocate()
        for index in 0..<providerCount { providers[index].deallocate() }
        providers.deallocate()
        routes.deallocate()
        if let outliers {
            for route in 0..<routeCount { outliers[route].deallocate() }
            outliers.deallocate()
        }
        tenants.deallocate()
        notes.deallocate()
        admission.deallocate()
        returned.deallocate()
    }
}
