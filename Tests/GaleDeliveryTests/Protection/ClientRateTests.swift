// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// AWS's adaptive client rate.
struct ClientRateTests {
    private static let second: Int64 = 1_000_000_000

    /// Answers every 200 ms; whether each throttles, the measured rate and the new one, as AWS's SDKs test themselves ("new-retries"
    /// specification, end-to-end cases: `client_rate_limiter.rs`, `adaptive_ratelimit_test.go`).
    private static let published: [(Bool, Double, Double)] = [
        (false, 0, 0.5), (false, 0, 0.5), (false, 4.8, 0.5), (false, 4.8, 0.5), (false, 4.16, 0.5),
        (false, 4.16, 0.6912), (false, 4.16, 1.0976), (false, 5.632, 1.6384), (false, 5.632, 2.3328),
        (true, 4.3264, 3.02848), (false, 4.3264, 3.48663917347026), (false, 4.3264, 3.821874416040255),
        (false, 5.66528, 4.053385727709987), (false, 5.66528, 4.200373108479454), (false, 4.333056, 4.282036558348658),
        (true, 4.333056, 2.99742559084406), (false, 4.333056, 3.4522263943863463),
    ]

    @Test("the measured rate and the rate after each answer are those of the AWS SDKs' own tests")
    func endToEnd() {
        var rate = ClientRate(ClientRatePolicy())
        for (number, expected) in Self.published.enumerated() {
            rate.answered(isThrottled: expected.0, at: Int64(number + 1) * 200_000_000)
            #expect(abs(rate.measured - expected.1) < 1e-9, "answer \(number + 1)")
            #expect(abs(rate.rate - expected.2) < 1e-9, "answer \(number + 1)")
            #expect(rate.isOn == (number >= 9))
        }
    }

    @Test("until something is throttled nothing is limited")
    func off() {
        var rate = ClientRate(ClientRatePolicy())
        for number in 0..<1_000 {
            #expect(rate.available(at: Int64(number)) > 1_000_000)
            rate.take()
            rate.answered(isThrottled: false, at: Int64(number))
        }
        #expect(!rate.isOn)
    }

    @Test(
        "a throttling answer leaves seven tenths of the measured rate, and the cubic curve is back at it after K seconds"
    )
    func recovers() {
        var rate = ClientRate(ClientRatePolicy())
        // A hundred a second for ten seconds.
        for number in 1...1_000 { rate.answered(isThrottled: false, at: Int64(number) * Self.second / 100) }
        #expect(abs(rate.measured - 100) < 1)
        rate.answered(isThrottled: true, at: 10 * Self.second)
        #expect(abs(rate.rate - 70) < 1)
        // K = ∛(100 · 0.3 / 0.4) = 4.217 s
        var at = 10 * Self.second
        while rate.rate < rate.measured && at < 30 * Self.second {
            at += Self.second / 100
            rate.answered(isThrottled: false, at: at)
        }
        #expect(abs(Double(at) / 1e9 - 14.217) < 0.1, "\(at)")
    }

    @Test("no more goes out than the rate brings, over any window, at least one in two seconds", arguments: 1...20)
    func bound(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var rate = ClientRate(ClientRatePolicy())
        var now: Int64 = 0
        rate.answered(isThrottled: true, at: now)
        // What was let through against the integral of the rate, since the window began with a full bucket at most.
        var (brought, sent) = (0.0, 0.0)
        for _ in 0..<5_000 {
            let passed = Int64(random.below(40_000_000))
            brought += rate.rate * Double(passed) / 1e9
            now += passed
            #expect(rate.rate >= 0.5)
            while rate.available(at: now) > 0 {
                rate.take()
                sent += 1
            }
            #expect(sent <= brought + 1e-6)
            if random.chance(60) { rate.answered(isThrottled: random.chance(5), at: now) }
        }
        #expect(sent > 0.4 * brought, "and the bucket is used")
    }

    @Test("what is more than the bucket holds is never to be had now")
    func beyond() {
        var rate = ClientRate(ClientRatePolicy())
        rate.answered(isThrottled: true, at: 0)
        for passed in [0, 1, 2_000_000_000, 60_000_000_000] as [Int64] {
            let available = rate.available(at: passed)
            for missing in 1...5 as ClosedRange<Int64> {
                let at = rate.time(of: available + missing, after: passed)
                #expect(at > passed, "\(available + missing) attempts at \(passed)")
            }
        }
    }

    @Test("with the preset, a provider that throttles is sent what it takes, in time and without losing anything")
    func dispatcher() {
        let host = TestHost(.plain(retry: RetryPolicy(.awsAdaptive)))
        var random = SplitMix(seed: 3)
        host.random = { random.next() }
        var left = 20
        var second: Int64 = -1
        host.respond = { sent in
            // Twenty a second are taken.
            if sent.at.nanoseconds / Self.second != second { (second, left) = (sent.at.nanoseconds / Self.second, 20) }
            left -= 1
            return (.milliseconds(5), left >= 0 ? .ok : ProviderResponse(status: 429))
        }
        for _ in 0..<6_000 {
            host.consume(timeToLive: .minutes(20))
            host.run(for: .milliseconds(10))
        }
        let during = host.sent.suffix(while: { $0.at >= .zero + .seconds(40) })
        #expect((8...30).contains(during / 20), "around twenty a second, of a hundred that come: \(during / 20)")
        host.drain()
        #expect(host.dispatcher.counters.rateLimitWaits > 1_000)
        #expect(host.settled.count == 6_000)
    }
}

extension Array {
    /// How many of the last elements hold.
    fileprivate func suffix(while holds: (Element) -> Bool) -> Int {
        var count = 0
        for element in reversed() {
            if !holds(element) { break }
            count += 1
        }
        return count
    }
}
