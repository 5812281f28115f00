// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import Testing

/// The delivery code's retry budget as the audit counts it, in worlds in which both providers fail now and then.
@Suite struct RetryBudgetWorldTests {
    private static func fault(_ provider: Int, _ at: Int64, errors: Int64 = 0, slow: Int64 = 1_000_000)
        -> FaultSpecification
    {
        var fault = ProviderFault()
        fault.errorMicros = errors
        fault.error = ProviderResponse(status: 503)
        fault.latencyFactorMicros = slow
        return FaultSpecification(
            name: "fault-\(provider)-\(at)", at: .milliseconds(at), length: .milliseconds(2_500),
            effect: .provider(provider, fault))
    }

    private static func world(_ retry: RetryPolicy, waiting: Policy.Waiting) -> WorldSpecification {
        var policy = Fixture.policy(waiting: waiting, retry: retry, deduplicate: false)
        policy.timeout = .seconds(1)
        policy.routes[0].providers.append((provider: ProviderIndex(rawValue: 1), weight: 1))
        var world = Fixture.pipeline(
            perSecond: 40, duration: .seconds(12), drain: .seconds(60), policy: policy, replicas: 2,
            faults: [
                fault(0, 1_000, errors: 500_000), fault(1, 2_000, slow: 20_000_000), fault(0, 4_000, slow: 20_000_000),
                fault(1, 4_500, errors: 700_000), fault(0, 8_000, errors: 1_000_000), fault(1, 8_200, errors: 900_000),
            ])
        world.providers.append(world.providers[0])
        world.providers[1].name = "other"
        return world
    }

    @Test(
        "copies, and retries that are paid for before they wait, keep to the budget as they count",
        arguments: [true, false], [RetryPolicy.WhenRefused.wait, .giveUp])
    func kept(_ isHedged: Bool, _ whenRefused: RetryPolicy.WhenRefused) {
        var retry = RetryPolicy(base: .milliseconds(300), cap: .seconds(8), attempts: 8)
        retry.budget = RetryBudgetPolicy(ratioMicros: 150_000, window: .seconds(3), reservePerSecond: 1)
        retry.whenRefused = whenRefused
        if isHedged { retry.hedging = HedgingPolicy(copies: 3, delay: .milliseconds(120)) }
        var reached: Set<String> = []
        for (scope, waiting) in [
            (RetryPolicy.Scope.perProvider, Policy.Waiting.park), (.shared, .park), (.perProvider, .hold),
        ] {
            retry.scope = scope
            for seed in UInt64(1)...6 {
                let world = Fixture.run(Self.world(retry, waiting: waiting), seed: seed).world
                #expect(
                    world.measurements.violations.isEmpty,
                    "\(scope) \(waiting) \(seed): \(world.measurements.violations)")
                for place in world.reached { reached.insert(Coverage.items[place].name) }
            }
        }
        #expect(
            reached.isSuperset(of: ["retries", whenRefused == .wait ? "budgetWaits" : "deadLettered"]), "\(reached)")
        #expect(reached.contains("hedges") == isHedged)
        let edges: Set = ["retry admission: free to waited for", "retry admission: waited for to free"]
        #expect(reached.intersection(edges) == (whenRefused == .wait ? edges : []))
    }
}
