// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import GaleScenarioLanguage

/// What of a scenario can be lived: one worker that delivers push by APNs, its policy, its providers' profiles and their faults.
///
/// The queue and the stores are the process's own, so brokers and what a store's profile says mean nothing here, and payloads have
/// a few bytes whatever `size` says. What else a workload can have and this host does not make is refused.
public struct LiveScenario: Sendable {
    public var name: String
    public var policy: Policy
    public var providers: [ProviderSpecification]
    public var faults: [(provider: Int, at: Interval, length: Interval, fault: ProviderFault)] = []
    /// Notifications that the worker has in hand at once.
    public var slots: Int
    /// Notifications from the first that is not settled to the last that was read, at which it reads no further.
    public var maximumUncommitted: Int64
    /// Notifications per second over time.
    public var rate: RateSpecification
    public var arrivals: WorkloadSpecification.Arrivals
    /// How long notifications come.
    public var duration: Interval
    /// How long after that the last one is waited for.
    public var drain: Interval
    public var timeToLive: Interval
    public var recipients: Int64
    public var seed: UInt64
    /// The resolved scenario: reading it gives the same again.
    public var text: String

    /// Why a scenario can't be lived.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        public var description: String
    }

    public init(_ scenario: Scenario) throws(Problem) {
        let world = scenario.specification
        guard let workload = world.workloads.first, world.workloads.count == 1, workload.closedLoop == nil else {
            throw Problem(
                description: "one workload with a rate is what can be lived; \(scenario.name) has another load")
        }
        guard workload.channelMicros.allSatisfy({ $0.channel == .push || $0.share == 0 }),
            workload.platformMicros.allSatisfy({ $0.platform == .ios || $0.share == 0 }), workload.fanOut == 1
        else {
            throw Problem(
                description: "only single notifications by push to iOS can be lived: write "
                    + "`channels: {push: 100%}`, `platforms: {ios: 100%}`, and no fan-out")
        }
        try Self.checkPlain(workload)
        let (stage, policy) = try Self.worker(of: world)
        for route in policy.routes {
            for entry in route.providers {
                let provider = world.providers[Int(entry.provider.rawValue)]
                if provider.profile.dialect != .apns {
                    throw Problem(description: "provider '\(provider.name)' is not APNs, and nothing else can be lived")
                }
                if provider.link != nil {
                    throw Problem(description: "provider '\(provider.name)' has a link; a real one leads to it here")
                }
            }
        }
        for fault in world.faults {
            guard case .provider(let index, let effect) = fault.effect else {
                throw Problem(description: "fault '\(fault.name)' is not a provider's; no other can be lived")
            }
            faults.append((index, fault.at, fault.length, effect))
        }
        (name, self.policy, providers, slots) = (scenario.name, policy, world.providers, stage.concurrency)
        maximumUncommitted = Int64(stage.maximumUncommitted)
        (rate, arrivals) = (workload.rate, workload.arrivals)
        (timeToLive, recipients) = (workload.timeToLive, workload.recipientCount)
        (duration, drain, seed, text) = (world.duration, world.drain, world.seed, scenario.resolvedText)
    }

    /// Whether its notifications differ in nothing but number, recipient and time.
    private static func checkPlain(_ workload: WorkloadSpecification) throws(Problem) {
        let isNormal = workload.priorityMicros.allSatisfy { $0.priority == .normal || $0.share == 0 }
        let others = [
            ("tenants", workload.tenantCount != 1), ("priorities", !isNormal), ("zones", !workload.zoneMicros.isEmpty),
            ("collapse keys", workload.collapseKeys != 0), ("visits", workload.visits != nil),
            ("renewals", workload.renewals != nil), ("an order", workload.isOrdered),
        ]
        if let (name, _) = others.first(where: \.1) {
            throw Problem(
                description: "workload '\(workload.name)' has \(name); what can be lived differs in number, recipient "
                    + "and time alone")
        }
    }

    private static func worker(of world: WorldSpecification) throws(Problem) -> (StageSpecification, Policy) {
        guard let stage = world.stages.first, world.stages.count == 1, stage.steps.count == 1,
            case .deliver(let index) = stage.steps[0]
        else {
            throw Problem(description: "one stage with one step, `deliver`, is what can be lived")
        }
        guard stage.replicas == 1, stage.concurrency <= LogLimits.slots else {
            throw Problem(
                description: "stage '\(stage.name)' must have `replicas: 1` and at most \(LogLimits.slots) "
                    + "slots (`concurrency`): one process is one worker")
        }
        return (stage, world.policies[index].policy)
    }

    /// Notifications that its rate gives, if there are fewer than `messages`.
    public func most(upTo messages: Int) -> Int {
        let source = LiveSource(self, most: messages, draws: Draws(seed: seed))
        while source.take(by: .distantFuture) != nil {}
        return source.count
    }

    /// The providers as the dispatcher sees them.
    public var descriptions: [ProviderDescription] {
        providers.map { ProviderDescription(name: $0.name, dialect: $0.profile.dialect) }
    }
}
