// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

#if PlantedBugs
    /// Each mistake changes what is done in a small story that touches it, and nothing is different without one.
    struct PlantedBugTests {
        private static let apns = [ProviderDescription(name: "apns", dialect: .apns)]
        private static let two = [
            ProviderDescription(name: "apns", dialect: .apns), ProviderDescription(name: "gateway", dialect: .gateway),
        ]

        /// One channel, one provider, and what the bug is about.
        private static func policy(for bug: PlantedBug) -> Policy {
            let index = ProviderIndex(rawValue: 0)
            var policy = Policy(
                routes: [.init(channel: .push, platform: .none, providers: [(provider: index, weight: UInt32(1))])],
                retry: RetryPolicy(base: .milliseconds(500), cap: .seconds(4), attempts: 4))
            switch bug {
            case .deduplicateAfterSend: policy.deduplication = .init()
            case .failsOpen: policy.deduplication = .init(onFailure: .closed)
            case .retryPastBudget:
                policy.retry.budget = RetryBudgetPolicy(ratioMicros: 50_000, window: .seconds(10), reservePerSecond: 0)
            case .hedgesNotCancelled:
                policy.retry.hedging = HedgingPolicy(copies: 2, delay: .milliseconds(20))
            case .breakerStuckOpen:
                policy.breaker = BreakerPolicy(window: .seconds(5), open: .seconds(1), minimumCalls: 3)
            case .limiterOffByOneWindow, .quotaCountedAfterSend, .wakeUpLost:
                policy.limits = [.init(provider: index, ratePerSecondMicros: 5_000_000, burst: 2)]
            case .timeoutTooShort: policy.timeout = .milliseconds(200)
            case .leakedSlot:
                policy.timeout = .milliseconds(200)
                policy.bulkheads = BulkheadPolicy(providers: [.init(provider: index, attempts: 4)])
            case .unboundedQueue: policy.bulkheads = BulkheadPolicy(tenant: 1, tenantQueue: 2)
            case .clockSkewTrusted, .wrongZone:
                policy.routing.quietHours = QuietHours(
                    begin: 0, end: 1, channels: [.push],
                    zones: TimeZoneTable(fixed: [("here", 0), ("there", -3_600), ("elsewhere", 7_200)]), epoch: -5)
            case .consentAtEntryOnly: policy.consent = ConsentPolicy()
            case .moneyNeverBooked:
                policy.routing.money = MoneyPolicy(
                    prices: [.init(provider: index, micros: 100)], budgetMicros: 1_000, period: .seconds(20))
            case .tokenRemovedOnAny4xx, .falseWaveBelieved:
                policy.suppression = SuppressionPolicy(window: .seconds(10), minimumAnswers: 5)
            case .priorityInversion:
                policy.routing.lanes = .strict(ageing: nil)
                policy.limits = [.init(provider: index, ratePerSecondMicros: 5_000_000, burst: 2)]
            case .tenantStarvation:
                policy.routing.isFair = true
                policy.limits = [.init(provider: index, ratePerSecondMicros: 5_000_000, burst: 2)]
            case .turnPassedOnEarly: policy.order = .key
            case .acknowledgeBeforeSend, .doubleSettle, .deadLetterDropped, .offsetPastHole, .keyChangesOnRetry,
                .retryAfterIgnored, .jitterRemoved, .expiryAtEntryOnly, .zombieAccepted:
                break
            }
            return policy
        }

        /// What is done in twenty seconds with a hundred notifications, of which every third attempt fails in one way or another.
        private func story(_ bug: PlantedBug, planted: Bool) -> [String] {
            var policy = Self.policy(for: bug)
            if planted { policy.plantedBug = bug }
            let host = PlantedHost(policy, providers: Self.apns, seed: 5)
            let gone = Reason.named("Unregistered", in: .apns)
            let bad = Reason.named("BadDeviceToken", in: .apns)
            host.respond = { number in
                switch number % 12 {
                case 0: (.milliseconds(30), ProviderResponse(status: 503))
                case 3: (.milliseconds(30), ProviderResponse(status: 429, retryAfter: .seconds(3)))
                case 5: (.seconds(15), ProviderResponse(status: 200))
                case 7:
                    (.milliseconds(30), ProviderResponse(status: 400, reason: bad))
                case 9: (.milliseconds(30), ProviderResponse(status: 410, reason: gone))
                default: (.milliseconds(30), ProviderResponse(status: 200))
                }
            }
            if bug == .falseWaveBelieved {
                host.respond = { _ in (.milliseconds(30), ProviderResponse(status: 410, reason: gone)) }
            }
            host.lookUp = { read, number in number % 7 == 3 && read.kind == .deduplication ? .failed : .absent }
            for number in 0..<100 as Range<UInt64> {
                host.run(until: .milliseconds(Int64(number) * 100))
                let now = Instant(nanoseconds: host.now)
                host.consume(
                    Notification(
                        reference: number, key: number, recipient: number % 7, tenant: UInt32(number % 10 == 0 ? 1 : 2),
                        channel: .push, platform: .ios, created: now + .seconds(-2), expires: now + .seconds(6),
                        priority: Priority(rawValue: UInt8(number % 4)) ?? .normal,
                        zone: TimeZoneIndex(rawValue: UInt16(number % 3))))
                if bug == .consentAtEntryOnly, number % 20 == 19 {
                    host.handle(.consentChanged(recipient: number % 7, channel: .push, isGranted: false))
                }
            }
            host.run(until: .seconds(20))
            return host.log
        }

        @Test(
            "each mistake changes what a dispatcher does, and the same is done again without it",
            arguments: PlantedBug.allCases.filter { $0 != .offsetPastHole && $0 != .zombieAccepted })
        func changes(bug: PlantedBug) {
            let clean = story(bug, planted: false)
            #expect(clean == story(bug, planted: false))
            #expect(clean.count > 100)
            #expect(clean != story(bug, planted: true))
        }

        @Test("a zombie's work counts, though its lease has run out")
        func zombie() {
            func verdict(_ bug: PlantedBug?) -> LeaseVerdict? {
                var policy = JobPolicy(lease: .seconds(1))
                policy.plantedBug = bug
                var table = JobTable(policy)
                _ = table.enqueue(1, tenant: 0, at: .zero)
                guard let lease = table.lease(at: .zero) else { return nil }
                table.advance(to: .zero + .seconds(2))
                return table.complete(lease, at: .zero + .seconds(2))
            }
            #expect(verdict(nil) == .fenced && verdict(.zombieAccepted) == .accepted)
        }

        @Test("two settlements, a key for each attempt, and a dead letter that nobody hears of")
        func words() {
            func settlements(_ bug: PlantedBug) -> Int {
                story(bug, planted: true).count { $0.contains("settle") }
            }
            #expect(settlements(.doubleSettle) > 150)
            let dead = story(.deadLetterDropped, planted: false).count { $0.contains("deadLettered") }
            #expect(dead > 0 && !story(.deadLetterDropped, planted: true).contains { $0.contains("deadLettered") })
        }
    }
#endif
