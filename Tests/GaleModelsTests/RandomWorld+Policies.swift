// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders

/// What protects, keeps order, remembers recipients and repeats: each by chance, in any combination that a scenario may have.
extension RandomWorld {
    mutating func addPolicies() {
        var policy = specification.policies[0].policy
        if chance(30) {
            policy.retry.hedging = HedgingPolicy(
                copies: pick([2, 3]), delay: pick([.milliseconds(40), .milliseconds(500)]))
        }
        if policy.waiting == .retryTopic {
            if chance(60) { policy.retry.levels = pick([[.seconds(1), .seconds(5)], [.milliseconds(500)]]) }
            if chance(50) {
                policy.retry.replay = DeadLetterReplay(after: .seconds(5), ratePerSecondMicros: 300_000_000)
            }
        } else if chance(40) {
            policy.order = .key
        }
        protect(&policy)
        if chance(40) {
            policy.suppression = SuppressionPolicy(
                strikes: pick([1, 2]), graylist: .seconds(3), ceilingMicros: pick([100_000, 1_000_000]),
                onFailure: pick([.open, .closed]))
            let gone = ProviderFault.gone(pick([.zero, .minutes(5)]))
            addFault("wave", .provider(0, gone))
        }
        if chance(40) {
            policy.consent = ConsentPolicy(onFailure: pick([.open, .closed]))
            addFault("objections", .objections(stage: 1, shareMicros: 300_000, channel: pick([nil, .push])))
        }
        if chance(20) { policy.maximumDeliveries = pick([1, 3]) }
        admit(&policy.retry)
        specification.policies[0].policy = policy
        for kind in policy.stateKinds { specification.policies[0].stores[kind] = 0 }
        for place in specification.workloads.indices {
            specification.workloads[place].recipientCount = pick([100, 10_000])
            specification.workloads[place].tenantCount = 5
            specification.workloads[place].isOrdered = chance(40)
            specification.workloads[place].renewals = RenewalSpecification(
                shareMicros: 500_000, within: .minutes(1))
        }
    }

    /// Who lets retries through, what a refused one does, and whose the state is.
    private mutating func admit(_ retry: inout RetryPolicy) {
        switch below(7) {
        case 0: retry.admission = .bucket(.awsStandard21)
        case 1: retry.admission = .bucket(.brooker)
        case 2: retry.admission = .throttle(RetryThrottlePolicy())
        case 3: retry.admission = .concurrency(RetryConcurrencyPolicy())
        case 4: retry.admission = .adaptive(AdaptiveThrottlePolicy(window: .seconds(10)))
        case 5: retry.admission = .budget(RetryBudgetPolicy(ratioMicros: 100_000))
        default: break
        }
        if chance(40) { retry.whenRefused = .giveUp }
        if chance(50) { retry.scope = .shared }
        if chance(30) { retry.clientRate = ClientRatePolicy() }
        if chance(30) { retry.retryAfter = pick(RetryPolicy.RetryAfterRule.allCases) }
    }

    private mutating func protect(_ policy: inout Policy) {
        if chance(40) {
            policy.breaker = BreakerPolicy(
                window: .seconds(5), windowCalls: pick([nil, 50]), open: .seconds(3), minimumCalls: 10,
                halfOpenProbes: pick([1, 5]), slowCallRateMicros: pick([nil, 500_000]),
                slowCallDuration: .milliseconds(300), maximumHalfOpen: pick([nil, .seconds(1)]))
        }
        if chance(30) { policy.outlierEjection = OutlierPolicy(consecutive: 3, interval: .seconds(1)) }
        if chance(30) {
            policy.concurrency = ConcurrencyPolicy(pick(ConcurrencyPolicy.Algorithm.allCases))
        }
        if chance(30) {
            policy.bulkheads = BulkheadPolicy(
                providers: [.init(provider: ProviderIndex(rawValue: 0), attempts: pick([2, 40]))],
                tenant: pick([nil, 2]), tenantQueue: pick([5, 10_000]))
        }
        if chance(30) {
            policy.shedding = SheddingPolicy(
                admission: chance(50) ? .init(delay: .milliseconds(200), windowNotifications: 100) : nil,
                deadlineShareMicros: pick([nil, 1_000_000]))
        }
    }

    /// A worker platform beside the pipeline, with a fault of its own.
    mutating func addJobs() {
        let topic = specification.topics.count
        specification.topics.append(
            TopicSpecification(name: "tasks", broker: specification.brokers.count, capacity: pick([nil, 100])))
        specification.brokers.append(BrokerSpecification(name: "tasks", kind: .direct))
        let work = WorkSpecification(
            duration: pick([.constant(2e8), .exponential(mean: 5e8)]), failureMicros: 100_000,
            policy: JobPolicy(
                lease: .seconds(2), attempts: pick([1, 5]), uniqueUntil: pick(JobPolicy.Uniqueness.allCases)),
            heartbeat: pick([nil, .milliseconds(500)]), retry: RetryPolicy(cap: .seconds(3)),
            unique: pick(WorkSpecification.UniqueKey.allCases), isFair: chance(50), isFenced: chance(50),
            whenFenced: pick([.stop, .finish]), link: pick([nil, 0]))
        let stage = specification.stages.count
        specification.stages.append(
            StageSpecification(name: "workers", topic: topic, replicas: 4, concurrency: 3, steps: [.work(work)]))
        specification.workloads.append(
            WorkloadSpecification(
                name: "tasks", topic: topic, rate: .constant(perSecondMicros: 20_000_000), tenantCount: 3,
                recipientCount: 50, timeToLive: pick([.seconds(5), .minutes(6)]), fanOut: Int64(pick([1, 5]))))
        addFault(
            "workers",
            pick([
                .workerPause(stage: stage, firstReplica: 1, count: 2),
                .workerCrash(stage: stage, firstReplica: 1, count: 2),
            ]))
    }
}

extension ProviderFault {
    /// Every other answer says that the token has been invalid so long.
    fileprivate static func gone(_ knownFor: Interval) -> ProviderFault {
        var fault = ProviderFault()
        fault.errorMicros = 500_000
        fault.error = ProviderResponse(status: 410, reason: .named("Unregistered", in: .apns))
        fault.errorKnownFor = knownFor
        return fault
    }
}
