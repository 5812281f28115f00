// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

/// What a policy promises about each action: silent where it is kept, and noted where the policy is taken for another.
@Suite("Promises of a policy")
struct PromiseTests {
    /// The invariants that a run violates, when its policy is taken to promise something else.
    private func violated(
        _ specification: WorldSpecification, _ change: (inout PolicyPromise) -> Void = { _ in }
    ) -> Set<Invariant> {
        let world = World(specification, seed: 1)
        world.takePromise(ofStage: 0, change)
        _ = world.advance(until: world.end)
        world.finish()
        for violation in world.measurements.violations {
            #expect(
                violation.count > 0 && violation.causeKey.hasPrefix(violation.invariant.rawValue + ": stage sender"))
        }
        return Set(world.measurements.violations.map(\.invariant))
    }

    private func failing(_ status: UInt16, _ micros: Int64 = 400_000, retryAfter: Interval? = nil) -> FaultSpecification
    {
        var fault = ProviderFault()
        fault.errorMicros = micros
        fault.error = ProviderResponse(status: status, retryAfter: retryAfter)
        return Fixture.provider(fault)
    }

    private func pipeline(
        _ policy: Policy = Fixture.policy(), link: DistributionSpecification = .constant(5e6),
        faults: [FaultSpecification] = []
    ) -> WorldSpecification {
        var world = Fixture.pipeline(
            perSecond: 100, duration: .seconds(25), drain: .seconds(90), policy: policy, faults: faults)
        world.links[0].latency = link
        return world
    }

    /// Over a link with a latency of its own for each message answers are events of their own.
    private static let links: [DistributionSpecification] = [.constant(5e6), .lognormal(median: 5e6, sigma: 0.3)]

    @Test("an attempt has the policy's time", arguments: links)
    func timeout(link: DistributionSpecification) {
        #expect(violated(pipeline(link: link)).isEmpty)
        #expect(violated(pipeline(link: link)) { $0.timeout = .seconds(11) } == [.timeout])
    }

    @Test("a key is looked up before it is sent")
    func deduplication() {
        let world = pipeline(Fixture.policy(deduplicate: false), faults: [failing(503)])
        #expect(violated(world).isEmpty)
        #expect(violated(world) { $0.deduplicates = true } == [.deduplication])
    }

    @Test(
        "a policy sends nothing while a store fails that it stays closed for, whatever else it is open for",
        arguments: links)
    func closed(link: DistributionSpecification) {
        /// Asked for one after the other, of stores that all fail now and then.
        func world(_ closed: Set<StateKind>) -> WorldSpecification {
            func way(_ kind: StateKind) -> Policy.Deduplication.OnFailure { closed.contains(kind) ? .closed : .open }
            var policy = Fixture.policy()
            policy.deduplication?.onFailure = way(.deduplication)
            policy.consent = ConsentPolicy()
            policy.consent?.onFailure = way(.consent)
            policy.routing.cap = FrequencyCap(limit: 1_000, window: .minutes(60))
            policy.routing.cap?.onFailure = way(.cap)
            let store = FaultEffect.store(
                0, capacityFactorMicros: 1_000_000, errorMicros: 300_000, latencyFactorMicros: 1_000_000,
                blackout: false)
            var world = pipeline(
                policy,
                faults: [FaultSpecification(name: "store", at: .seconds(5), length: .seconds(10), effect: store)])
            world.policies[0].stores = [.deduplication: 0, .consent: 0, .cap: 0]
            world.links.append(LinkSpecification(name: "inside", latency: link))
            world.stores[0].link = 1
            return world
        }
        let kinds: [StateKind] = [.deduplication, .consent, .cap]
        for kind in kinds { #expect(violated(world([kind])).isEmpty, "\(kind)") }
        #expect(violated(world(Set(kinds))).isEmpty)
        for kind in kinds {
            // Of a policy that is open for it and closed for the others, the promise says that it is closed for it too.
            let others = world(Set(kinds).subtracting([kind]))
            #expect(violated(others) { $0.closed |= PolicyPromise.bit(kind) } == [.deduplication], "\(kind)")
        }
    }

    @Test("nothing is tried again before the Retry-After that the policy believes", arguments: links)
    func retryAfter(link: DistributionSpecification) {
        func world(_ cap: Interval?) -> WorldSpecification {
            pipeline(
                Fixture.policy(retry: RetryPolicy(attempts: 8, retryAfterCap: cap)), link: link,
                faults: [failing(429, retryAfter: .seconds(4))])
        }
        #expect(violated(world(.minutes(10))).isEmpty)
        #expect(violated(world(nil)) { $0.retryAfterCap = 600_000_000_000 } == [.retryAfter])
    }

    @Test("retries that are to be spread are", arguments: links, [Policy.Waiting.park, .hold, .retryTopic])
    func jitter(link: DistributionSpecification, waiting: Policy.Waiting) {
        func world(_ jitter: RetryPolicy.Jitter) -> WorldSpecification {
            pipeline(
                Fixture.policy(waiting: waiting, retry: RetryPolicy(jitter: jitter, attempts: 8)), link: link,
                faults: [failing(503, 900_000)])
        }
        #expect(violated(world(.full)).isEmpty)
        #expect(violated(world(.none)) { $0.isJittered = true } == [.jitter])
    }

    @Test("the urgent go before others that wait for a limit")
    func lanes() {
        func world(_ lanes: PriorityLanes.Discipline?) -> WorldSpecification {
            var policy = Fixture.policy(
                limits: [.init(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: 80_000_000, burst: 10)])
            policy.routing.lanes = lanes
            var world = pipeline(policy)
            world.workloads[0].priorityMicros = [(.critical, 300_000), (.low, 700_000)]
            return world
        }
        #expect(violated(world(.strict(ageing: nil))).isEmpty)
        #expect(violated(world(.strict(ageing: .seconds(1)))).isEmpty)
        // Weights let the less urgent have their share.
        #expect(violated(world(.weighted([1, 1, 1, 1]))) { $0.hasLanes = true } == [.lanes])
    }
}
