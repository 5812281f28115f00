// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

#if PlantedBugs
    /// Small worlds in which a mistake breaks one promise, and no other; without it they break none.
    @Suite("Planted bugs in small worlds")
    struct PlantedWorldTests {
        private static let apns = ProviderIndex(rawValue: 0)

        private static func failing(
            _ status: UInt16, _ micros: Int64, retryAfter: Interval? = nil, reason: Reason = .none, length: Int64 = 10
        ) -> FaultSpecification {
            var fault = ProviderFault()
            fault.errorMicros = micros
            fault.error = ProviderResponse(status: status, reason: reason, retryAfter: retryAfter)
            return Fixture.provider(fault, length: .seconds(length))
        }

        private static func world(_ bug: PlantedBug) -> WorldSpecification? {
            var policy = Fixture.policy()
            var faults = [failing(503, 400_000)]
            switch bug {
            case .deduplicateAfterSend, .keyChangesOnRetry, .jitterRemoved: faults = [failing(503, 900_000)]
            case .timeoutTooShort: break
            case .failsOpen:
                policy.deduplication?.onFailure = .closed
                faults = [
                    FaultSpecification(
                        name: "store", at: .seconds(5), length: .seconds(10),
                        effect: .store(
                            0, capacityFactorMicros: 1_000_000, errorMicros: 300_000, latencyFactorMicros: 1_000_000,
                            blackout: false))
                ]
            case .retryAfterIgnored: faults = [failing(429, 400_000, retryAfter: .seconds(4))]
            case .hedgesNotCancelled: policy.retry.hedging = HedgingPolicy(copies: 2, delay: .milliseconds(30))
            case .leakedSlot:
                policy.timeout = .milliseconds(80)
                policy.bulkheads = BulkheadPolicy(providers: [.init(provider: apns, attempts: 1_000)])
            case .tokenRemovedOnAny4xx:
                policy.suppression = SuppressionPolicy(ceilingMicros: 1_000_000)
                faults = [failing(400, 100_000, reason: .named("PayloadEmpty", in: .apns))]
            case .falseWaveBelieved:
                policy.suppression = SuppressionPolicy(window: .seconds(10), minimumAnswers: 10)
                faults = [failing(410, 500_000, reason: .named("Unregistered", in: .apns))]
            case .wakeUpLost:
                policy.limits = [.init(provider: apns, ratePerSecondMicros: 90_000_000, burst: 1)]
                faults = []
            case .priorityInversion:
                policy.routing.lanes = .strict(ageing: nil)
                policy.limits = [.init(provider: apns, ratePerSecondMicros: 60_000_000, burst: 8)]
                faults = []
            default: return nil
            }
            var world = Fixture.pipeline(
                perSecond: 100, duration: .seconds(25), drain: .seconds(90), policy: policy, faults: faults)
            world.workloads[0].recipientCount = 200
            world.workloads[0].priorityMicros = [(.critical, 300_000), (.low, 700_000)]
            for kind in policy.stateKinds { world.policies[0].stores[kind] = 0 }
            return world
        }

        private static let broken: [(PlantedBug, Invariant)] = [
            (.deduplicateAfterSend, .deduplication), (.failsOpen, .deduplication),
            (.keyChangesOnRetry, .idempotency), (.jitterRemoved, .jitter), (.timeoutTooShort, .timeout),
            (.retryAfterIgnored, .retryAfter), (.hedgesNotCancelled, .hedging), (.leakedSlot, .slots),
            (.tokenRemovedOnAny4xx, .suppression), (.falseWaveBelieved, .suppression), (.priorityInversion, .lanes),
            (.wakeUpLost, .liveness),
        ]

        private func violated(_ world: WorldSpecification) -> Set<Invariant> {
            let run = Fixture.run(world).world
            #expect(run.liveRecords.exchanges == 0)
            return Set(run.measurements.violations.map(\.invariant))
        }

        @Test("a mistake breaks the promise that it is about", arguments: broken)
        func breaks(bug: PlantedBug, invariant: Invariant) throws {
            var world = try #require(Self.world(bug))
            #expect(violated(world).isEmpty)
            world.policies[0].policy.plantedBug = bug
            #expect(violated(world).contains(invariant))
        }

        @Test("a zombie's work that counts is seen")
        func zombie() {
            var work = JobPoolTests.work(2)
            work.whenFenced = .finish
            func world(_ bug: PlantedBug?) -> WorldSpecification {
                work.policy.plantedBug = bug
                return JobPoolTests.platform(work, perSecond: 5, faults: [JobPoolTests.pause(6)])
            }
            #expect(violated(world(nil)).isEmpty)
            #expect(violated(world(.zombieAccepted)).contains(.settlement))
        }

        @Test("an offset that is committed past a hole loses what a crash interrupts")
        func hole() {
            func lost(_ bug: PlantedBug?) -> Int64 {
                let crash = FaultSpecification(
                    name: "crash", at: .seconds(14), length: .seconds(5),
                    effect: .workerCrash(stage: 0, firstReplica: 0, count: 4))
                var profile = KafkaProfile()
                profile.autoCommit = .seconds(1)
                var world = Fixture.pipeline(
                    perSecond: 100, policy: Fixture.policy(retry: RetryPolicy(base: .seconds(8), attempts: 20)),
                    profile: profile, faults: [Self.failing(503, 500_000), crash])
                world.policies[0].policy.plantedBug = bug
                return Fixture.run(world).ledger.lost
            }
            #expect(lost(nil) == 0 && lost(.offsetPastHole) > 10)
        }
    }
#endif
