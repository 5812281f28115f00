// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("What a provider allows")
struct QuotaTests {
    private let over = ProviderResponse(status: 429)

    private func limited(_ count: Int64, _ window: Interval, atOnce: Bool, burst: Int64? = nil) -> ProviderProfile {
        var profile = plain()
        profile.quota = .init(
            count: count, window: window, refillsAtOnce: atOnce, response: over, burst: burst)
        return profile
    }

    @Test("a quota that refills at once refuses until the refill, says when that is, and then allows all of it again")
    func refillsAtOnce() {
        var feed = Feed(limited(100, .seconds(60), atOnce: true))
        // 1 call in 0.1 s: 600 a window, of which 100 pass.
        var refills: [Instant] = []
        var passed: [Int] = []
        var wasRefused = false
        for _ in 0..<6_000 {
            let answer = feed.call(after: .milliseconds(100))
            if answer.accepted {
                if wasRefused {
                    refills.append(feed.now)
                    passed.append(0)
                }
                if !passed.isEmpty { passed[passed.count - 1] += 1 }
            } else {
                #expect(answer.response.status == 429)
                #expect(answer.response.retryAfter! >= .seconds(1) && answer.response.retryAfter! <= .seconds(60))
            }
            wasRefused = !answer.accepted
        }
        #expect(refills.count >= 9)
        for (first, second) in zip(refills, refills.dropFirst()) { #expect(second - first == .seconds(60)) }
        #expect(passed.dropLast().allSatisfy { $0 == 100 })
        #expect(refills[0].nanoseconds % 60_000_000_000 != 0, "windows are aligned with no clock")
    }

    @Test("who obeys the Retry-After of a quota passes", arguments: [true, false])
    func retryAfterHolds(atOnce: Bool) {
        var feed = Feed(limited(10, .seconds(60), atOnce: atOnce))
        for _ in 0..<500 {
            let answer = feed.call(after: .milliseconds(10))
            guard let wait = answer.response.retryAfter else { continue }
            #expect(feed.call(after: wait).accepted)
        }
    }

    @Test("a quota that names its Retry-After is believed")
    func namedRetryAfter() {
        var profile = limited(1, .seconds(60), atOnce: false)
        profile.quota!.response.retryAfter = .seconds(7)
        var feed = Feed(profile)
        _ = feed.call()
        #expect(feed.call().response.retryAfter == .seconds(7))
    }

    @Test("over any time a steady quota lets no more pass than its burst and what trickled back, and no less than that")
    func steadyBound() {
        let purpose = Purpose(layer: .workload, id: 2)
        for seed in 1...20 as ClosedRange<UInt64> {
            let draws = Draws(seed: seed)
            let count = Int64(draws.uniform(purpose, 1).below(900)) + 1
            let window = Int64(draws.uniform(purpose, 2).below(5_000_000_000)) + 1
            let burst = Int64(draws.uniform(purpose, 3).below(UInt64(count))) + 1
            var feed = Feed(limited(count, .nanoseconds(window), atOnce: false, burst: burst), seed: seed)
            var passed: [Int64] = []
            for call in 0..<2_000 as Range<UInt64> {
                let gap = draws.uniform(purpose, 4, call).below(UInt64(window / count) + 1)
                if feed.call(after: .nanoseconds(Int64(gap))).accepted { passed.append(feed.now.nanoseconds) }
            }
            for first in stride(from: 0, to: passed.count, by: 7) {
                for last in first..<passed.count {
                    let most = UInt128(burst) * UInt128(window) + UInt128(passed[last] - passed[first]) * UInt128(count)
                    if UInt128(last - first + 1) * UInt128(window) > most {
                        Issue.record("\(last - first + 1) passed in \(passed[last] - passed[first]) ns, seed \(seed)")
                    }
                }
            }
            // Offered about twice the quota, all of it is used.
            let offered = feed.now.nanoseconds
            let least = Double(offered) * Double(count) / Double(window) * 0.9
            #expect(Double(passed.count) >= min(least, 900))
        }
    }

    @Test("a quota counts calls that capacity then refuses")
    func quotaComesFirst() {
        var profile = limited(5, .hours(1), atOnce: false)
        profile.capacityMicros = 1_000_000
        profile.maximumWait = .zero
        var feed = Feed(profile)
        #expect(feed.call().accepted)
        for _ in 0..<4 { #expect(feed.call().response.status == 503) }
        #expect(feed.call().response.status == 429)
    }

    @Test("never more calls under way than the limit on concurrency, and none is refused below it")
    func concurrency() {
        var profile = plain(latency: .exponential(mean: 100_000_000))
        let limit = 37
        profile.concurrency = .init(limit: limit, response: over)
        var feed = Feed(profile)
        var underWay: [Instant] = []
        var refused = 0
        for call in 0..<20_000 {
            let answer = feed.call(after: .microseconds(call % 5 == 0 ? 9_000 : 800))
            underWay.removeAll { $0 <= feed.now }
            if answer.response == over {
                refused += 1
                #expect(underWay.count == limit)
            } else {
                underWay.append(answer.departs)
                #expect(underWay.count <= limit)
            }
        }
        #expect(refused > 100 && refused < 19_000)
    }

    @Test("a slow provider runs into its limit on concurrency, and the fault that made it slow counts for that")
    func slownessMeetsConcurrency() {
        var profile = plain()
        profile.concurrency = .init(limit: 20, response: over)
        var feed = Feed(profile)
        var slow = ProviderFault()
        slow.latencyFactorMicros = 10_000_000
        #expect(feed.poisson(rate: 800, calls: 5_000) { answer, _ in answer.response == over ? 1 : 0 } < 50)
        feed.provider.begin(slow, slot: 0, at: feed.now)
        let refused = feed.poisson(rate: 800, calls: 5_000) { answer, _ in
            #expect(answer.decisionsChangedBy == 1)
            return answer.response == over ? 1 : 0
        }
        #expect(refused > 3_000)
    }

    @Test("an SMS provider accepts into its line at once, forwards in turn, and refuses when the line is full")
    func acceptsIntoItsLine() {
        var profile = plain(capacity: 10, maximumWait: .hours(10), excess: .answer(over))
        profile.dialect = .sms
        profile.answersOnAdmission = true
        var feed = Feed(profile)
        var accepted: Int64 = 0
        while true {
            let answer = feed.call()
            guard answer.accepted else { break }
            #expect(answer.departs == .zero + .milliseconds(10) && answer.decided == answer.departs)
            #expect(answer.forwarded == answer.departs + .milliseconds(100) * accepted)
            accepted += 1
        }
        #expect(accepted == 360_001)
    }
}
