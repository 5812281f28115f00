// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

extension DeliveryService {
    /// Push to Apple's devices: at most five attempts with full jitter, a fifth of which may be retries, and a breaker.
    static func push(_ surroundings: any Surroundings, firstDelay: Interval = .seconds(1)) -> DeliveryService {
        let apns = ProviderIndex(rawValue: 0)
        let policy = Policy(
            routes: [Policy.Route(channel: .push, platform: .ios, providers: [(provider: apns, weight: 1)])],
            timeout: .seconds(10),
            deduplication: .init(window: .hours(24), onFailure: .open),
            retry: RetryPolicy(
                base: firstDelay, cap: .seconds(60), attempts: 5, budget: RetryBudgetPolicy(ratioMicros: 200_000)),
            breaker: BreakerPolicy(failureRateMicros: 500_000, open: .seconds(30)),
            suppression: SuppressionPolicy())
        return DeliveryService(policy, [ProviderDescription(name: "apns", dialect: .apns)], surroundings)
    }

    /// One notification, worth something for an hour.
    ///
    /// - Parameter registered: when the recipient's device got its token: an answer that a token before that is gone is none about it.
    func push(number: UInt64, to recipient: UInt64, registered: Instant) async -> Outcome {
        await deliver(
            Notification(
                reference: number, key: number, recipient: recipient, tenant: 0, channel: .push, platform: .ios,
                created: now, expires: now + .hours(1), registered: registered))
    }
}
