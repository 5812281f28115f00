// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// gRPC's throttling, Envoy's budget and Google's adaptive throttling.
struct RetryThrottleTests {
    @Test("gRPC: five failures in a row stop retries, and each success brings a tenth back")
    func tokens() {
        var throttle = RetryThrottle(RetryThrottlePolicy())
        for _ in 0..<4 { throttle.failed() }
        #expect(throttle.allowsRetries && throttle.tokensMillis == 6_000)
        throttle.failed()
        #expect(!throttle.allowsRetries, "half is not enough")
        throttle.succeeded()
        #expect(throttle.allowsRetries && throttle.tokensMillis == 5_100)
        for _ in 0..<20 { throttle.failed() }
        #expect(throttle.tokensMillis == 0)
        for _ in 0..<1_000 { throttle.succeeded() }
        #expect(throttle.tokensMillis == 10_000)
    }

    @Test(
        "gRPC: 10 tokens and 0.1 a success trip above 9 % failures, not below",
        arguments: [(800, true), (870, true), (950, false), (1_200, false)])
    func trips(failuresPerTenThousand: Int, allows: Bool) {
        // Evenly spread failures, so that the rate alone decides.
        var throttle = RetryThrottle(RetryThrottlePolicy())
        var debt = 0
        for _ in 0..<200_000 {
            debt += failuresPerTenThousand
            if debt >= 10_000 {
                debt -= 10_000
                throttle.failed()
            } else {
                throttle.succeeded()
            }
        }
        #expect(throttle.allowsRetries == allows)
    }

    @Test("Envoy: three retries at once with little traffic, a fifth of what is under way with much")
    func concurrency() {
        var budget = RetryConcurrency(RetryConcurrencyPolicy())
        #expect(budget.limit == 3)
        for _ in 0..<15 { budget.began() }
        #expect(budget.available == 3)
        for _ in 0..<85 { budget.began() }
        #expect(budget.available == 20)
        for _ in 0..<20 { budget.admitRetry() }
        #expect(budget.limit == 20 && budget.available == 0, "a retry in backoff counts, but is not under way")
        for _ in 0..<20 { budget.began() }
        #expect(budget.limit == 24 && budget.available == 4, "then it is")
        for _ in 0..<110 { budget.ended() }
        #expect(budget.available == 0 && budget.limit == 3)
        for _ in 0..<20 { budget.endRetry() }
        #expect(budget.available == 3)
    }

    @Test("Envoy: over any sequence no retry starts beyond max(minimum, share)", arguments: 1...20)
    func concurrencyBound(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let policy = RetryConcurrencyPolicy(
            ratioMicros: Int64(random.below(1_000_000)), minimum: Int64(random.below(6)))
        var budget = RetryConcurrency(policy)
        for _ in 0..<3_000 {
            switch random.below(4) {
            case 0: budget.began()
            case 1 where budget.available > 0:
                let limit = max(policy.minimum, policy.ratioMicros * budget.active / 1_000_000)
                budget.admitRetry()
                #expect(budget.retries <= limit)
            case 2: if budget.retries > 0 { budget.endRetry() }
            default: if budget.active > 0 { budget.ended() }
            }
        }
    }

    /// Requests against a provider that accepts the first `capacity` of each second; those that got through, by second.
    private func load(_ throttle: inout AdaptiveThrottle, offered: Int, capacity: Int, seconds: Range<Int>) -> [Int] {
        var random = SplitMix(seed: 11)
        return seconds.map { second in
            var sent = 0
            for request in 0..<offered {
                let now = Int64(second) * 1_000_000_000 + Int64(request) * (1_000_000_000 / Int64(offered))
                if throttle.refuses(at: now, random: random.next()) { continue }
                sent += 1
                if sent <= capacity { throttle.accepted(at: now) }
            }
            return sent
        }
    }

    @Test(
        "Google: nothing is refused while at least half is accepted, and an overloaded provider gets twice what it takes"
    )
    func adaptive() {
        var throttle = AdaptiveThrottle(AdaptiveThrottlePolicy())
        defer { throttle.deallocate() }
        #expect(load(&throttle, offered: 500, capacity: 500, seconds: 0..<130).allSatisfy { $0 == 500 })
        #expect(load(&throttle, offered: 500, capacity: 260, seconds: 130..<300).allSatisfy { $0 == 500 })
        let overloaded = load(&throttle, offered: 500, capacity: 50, seconds: 300..<600)
        let last = overloaded.suffix(120).reduce(0, +) / 120
        #expect((95...110).contains(last), "K = 2: twice what is accepted, \(last)")
        let back = load(&throttle, offered: 500, capacity: 500, seconds: 600..<900)
        #expect(back.suffix(10).allSatisfy { $0 == 500 }, "and recovers by itself")
    }

    @Test("Google: with nothing accepted the chance to send is one in requests + 1, and it forgets after the window")
    func adaptiveDown() {
        var throttle = AdaptiveThrottle(AdaptiveThrottlePolicy())
        defer { throttle.deallocate() }
        let first = throttle.refuses(at: 0, random: 0)
        #expect(!first, "the first is never refused")
        for _ in 0..<999 { _ = throttle.refuses(at: 0, random: 0) }
        #expect(throttle.requests == 1_000)
        // p = 1000 / 1001
        let below = throttle.refuses(at: 0, random: .max / 1_001 * 999)
        let above = throttle.refuses(at: 0, random: .max)
        let later = throttle.refuses(at: 121_000_000_000, random: 0)
        #expect(below && !above && !later)
        #expect(throttle.requests == 1)
    }
}
