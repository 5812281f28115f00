// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

extension DispatcherPropertyTests {
    /// Switches protection on, each part of it as often as not.
    func protect(_ policy: inout Policy, _ random: inout SplitMix) {
        if random.chance(50) {
            policy.breaker?.windowCalls = random.chance(50) ? 5 + random.below(50) : nil
            policy.breaker?.slowCallRateMicros = random.chance(50) ? 600_000 : nil
            policy.breaker?.slowCallDuration = .milliseconds(150)
            policy.breaker?.maximumHalfOpen = random.chance(50) ? .milliseconds(Int64(50 + random.below(500))) : nil
        }
        for place in policy.limits.indices where random.chance(50) { policy.limits[place].algorithm = .gcra }
        if random.chance(50) {
            var concurrency = ConcurrencyPolicy(ConcurrencyPolicy.Algorithm.allCases[random.below(3)])
            concurrency.minimum = 1
            concurrency.initial = 1 + random.below(6)
            concurrency.maximum = 8
            policy.concurrency = concurrency
        }
        if random.chance(50) {
            policy.bulkheads = BulkheadPolicy(
                providers: (0..<5).filter { _ in random.chance(50) }.map {
                    .init(provider: ProviderIndex(rawValue: $0), attempts: 1 + random.below(4))
                }, tenant: random.chance(70) ? 1 + random.below(3) : nil, tenantQueue: random.below(60))
        }
        if random.chance(50) {
            policy.outlierEjection = OutlierPolicy(
                consecutive: random.below(4), interval: .seconds(2), ejection: .seconds(3),
                maximumEjectedMicros: Int64(random.below(2)) * 1_000_000,
                successRate: .init(minimumHosts: 2, minimumCalls: 3, factorThousandths: 500),
                failurePercentage: .init(thresholdMicros: 500_000, minimumHosts: 1, minimumCalls: 2))
        }
        if random.chance(50) {
            policy.shedding = SheddingPolicy(
                admission: random.chance(50) ? .init(delay: .milliseconds(1), windowNotifications: 20) : nil,
                deadlineShareMicros: random.chance(50) ? 2_000_000 : nil)
        }
    }

    /// No limit on attempts under way is exceeded by a send that has just been made.
    func expectRoom(for sent: TestHost.Sent, _ policy: Policy, _ host: TestHost) {
        let provider = ProviderIndex(rawValue: UInt16(sent.provider))
        guard policy.concurrency != nil || policy.bulkheads != nil else { return }
        let underWay = host.underWay.values.count { $0.provider == sent.provider }
        if let limit = host.dispatcher.concurrencyLimit(provider) {
            #expect(underWay <= limit && limit >= 1 && limit <= 8)
        }
        if let most = policy.bulkheads?.providers.first(where: { $0.provider == provider })?.attempts {
            #expect(underWay <= most)
        }
        if let most = policy.bulkheads?.tenant, let tenant = host.underWay[sent.attempt]?.tenant {
            #expect(host.underWay.values.count { $0.tenant == tenant } <= most)
        }
    }
}
