// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What a policy promises, as far as a `DeliveryAudit` counts it.
struct AuditedPromises {
    /// Services of one tenant between two of another who waits: 1 by theory; what has been granted its turn and comes back adds
    /// to that.
    static let turnsBound = 3

    /// nil: there is no budget of the kind that is counted, or what it takes has no room beside money.
    let retries: RetryBudgetPolicy?
    /// Retries are paid for when they are decided upon, which is when the attempt before has failed.
    let prepays: Bool
    /// Whether it is known which provider's budget pays for a retry.
    let hasBudgetPerProvider: Bool
    let money: (budget: Int64, period: Int64)?
    let flights: Bool
    let turns: Bool
    /// How long attempts may fail to come while notifications are told to wait for a breaker, nanoseconds; nil: for ever.
    let breakerPatience: Int64?
    /// Notifications of a tenant that may wait for its attempts to end in each replica, with those whose turn has come and that
    /// ask a store first; nil: any number, or the host is not told.
    let tenantQueue: Int?
    let readsRecipient: Bool
    private let limits: Bool

    init(_ policy: Policy) {
        let isHedged = policy.retry.hedging != nil
        limits = !policy.limits.isEmpty
        hasBudgetPerProvider = policy.retry.scope == .perProvider
        if let money = policy.routing.money, let budget = money.budgetMicros, money.whenUsedUp != .cheapest, !isHedged {
            self.money = (budget, money.period.nanoseconds)
        } else {
            money = nil
        }
        // Who gives up asks before the backoff, to have the answer in time.
        prepays = policy.retry.whenRefused == .giveUp && policy.waiting != .retryTopic
        retries = prepays && money != nil ? nil : policy.retry.budget
        // An attempt that is called back ends without an answer.
        flights = (policy.concurrency != nil || policy.bulkheads != nil) && !isHedged
        // What leaves a queue for another without a word would seem to wait where it was.
        let leavesSilently =
            policy.bulkheads?.tenant != nil || policy.routing.quietHours != nil || policy.routing.presence != nil
            || !policy.fallbacks.isEmpty || policy.routing.deadlines != .none || policy.waiting == .retryTopic
        turns = policy.routing.isFair && !leavesSilently && !isHedged
        // Where what waits keeps its slot, each wait is told.
        if let bulkheads = policy.bulkheads, let tenant = bulkheads.tenant, policy.waiting == .hold {
            let most = bulkheads.tenantQueue.addingReportingOverflow(max(1, tenant))
            tenantQueue = most.overflow ? nil : most.partialValue
        } else {
            tenantQueue = nil
        }
        let isPassedOver = policy.outlierEjection != nil || policy.retry.clientRate != nil
        breakerPatience =
            isPassedOver || policy.waiting == .retryTopic
            ? nil : policy.breaker.flatMap { Self.patience(with: $0, timeout: policy.timeout) }
        readsRecipient =
            tenantQueue != nil || policy.routing.quietHours != nil || policy.consent?.onFailure == .closed || turns
            || flights && policy.bulkheads?.tenant != nil
    }

    var any: Bool {
        limits || retries != nil || money != nil || flights || turns || readsRecipient || breakerPatience != nil
    }

    /// Until a breaker has let probes through, and they have ended: twice, and a while.
    private static func patience(with breaker: BreakerPolicy, timeout: Interval) -> Int64? {
        let (least, most) = (Interval.seconds(5).nanoseconds, Interval.minutes(60).nanoseconds)
        guard breaker.open.nanoseconds < most, timeout.nanoseconds < most else { return nil }
        return 2 * (breaker.open.nanoseconds + timeout.nanoseconds) + least
    }

    /// A replica's share of the declared limits, by provider.
    static func rates(_ policy: Policy, replicas: Int, providers: Int) -> [RateMeter?] {
        (0..<providers).map { provider in
            guard let limit = policy.limits.first(where: { Int($0.provider.rawValue) == provider }) else { return nil }
            return RateMeter(
                ratePerSecondMicros: max(1, limit.ratePerSecondMicros / Int64(replicas)),
                burst: max(1, limit.burst / Int64(replicas)),
                tolerance: limit.algorithm == .gcra ? limit.tolerance?.nanoseconds : nil)
        }
    }

    static func prices(_ policy: Policy, providers: Int) -> [Int64] {
        (0..<providers).map { provider in
            policy.routing.money?.prices.first { Int($0.provider.rawValue) == provider }?.micros ?? 0
        }
    }

    /// Attempts that one replica may have under way at a provider; nil: any number.
    static func attemptsUnderWay(_ policy: Policy, _ provider: Int) -> Int? {
        let bulkhead = policy.bulkheads?.providers.first { Int($0.provider.rawValue) == provider }.map {
            max(1, $0.attempts)
        }
        let limit = policy.concurrency.map { max(1, $0.maximum, $0.minimum, $0.initial) }
        return [bulkhead, limit].compactMap { $0 }.min()
    }
}
