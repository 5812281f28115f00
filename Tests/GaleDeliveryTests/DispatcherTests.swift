// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct DispatcherTests {
    @Test("a notification is sent, answered and settled as delivered")
    func delivers() {
        let host = TestHost(.plain())
        let reference = host.consume()
        host.drain()
        #expect(host.settled[reference] == .delivered)
        #expect(host.settledAt[reference] == .zero + .milliseconds(10))
        #expect(host.sent.count == 1)
        #expect(host.writes.isEmpty)
        #expect(host.slotsHeld == 0)
        #expect(host.dispatcher.unsettled == 0)
        #expect(host.dispatcher.counters.delivered == 1)
    }

    @Test("what has expired before it is consumed is settled without a send")
    func expiredAtConsumption() {
        let host = TestHost(.plain())
        host.run(until: .zero + .seconds(10))
        let reference = host.consume(created: .zero, timeToLive: .seconds(10))
        #expect(host.settled[reference] == .expired)
        #expect(host.sent.isEmpty)
    }

    @Test("a failed attempt is repeated after base, twice base, four times base")
    func exponentialBackoff() {
        let host = TestHost(.plain())
        host.respond = { _ in (.milliseconds(100), .overloaded) }
        let reference = host.consume()
        host.drain()
        let times = host.sent.map { $0.at.nanoseconds / 1_000_000 }
        #expect(times == [0, 1_100, 3_200, 7_300])
        #expect(host.settled[reference] == .deadLettered)
        #expect(host.releases.map(\.reason) == [.backoff, .backoff, .backoff])
        #expect(host.dispatcher.counters.retries == 3)
    }

    @Test("no policy however extreme makes it trap", arguments: Policy.Waiting.allCases)
    func extremes(waiting: Policy.Waiting) {
        var policy = Policy.plain(
            waiting: waiting,
            retry: RetryPolicy(
                base: .max, cap: .max, attempts: .max,
                budget: RetryBudgetPolicy(ratioMicros: .max / 1_000, window: .max, reservePerSecond: .max),
                retryAfterCap: .max)
        ).adding(.sms, provider: 0)
        policy.timeout = .max
        policy.breaker = BreakerPolicy(failureRateMicros: .max, window: .max, open: .max, minimumCalls: .max)
        policy.limits = [
            Policy.RateLimit(provider: ProviderIndex(rawValue: 0), ratePerSecondMicros: .max, burst: .max)
        ]
        policy.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: .max - .nanoseconds(1))]
        policy.deduplication = Policy.Deduplication(window: .max, onFailure: .closed, timeout: .seconds(1))
        let host = TestHost(policy)
        host.respond = { sent in
            switch sent.ordinal {
            case 1: (.zero, ProviderResponse(status: 429, retryAfter: .max))
            case 2: (.zero, ProviderResponse(status: 403))
            default: (.zero, .ok)
            }
        }
        for _ in 0..<3 { host.consume(timeToLive: .max) }
        host.run(until: .zero + .hours(1))
        #expect(host.sent.count == 6)
        #expect(host.sent.filter { $0.channel == .sms }.count == 3, "no time is left to wait for on the first channel")
    }
}
