// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Admissions in the dispatcher: who may retry, and what becomes of who may not.
struct AdmissionTests {
    private func host(_ preset: RetryPolicy.Preset, change: (inout RetryPolicy) -> Void = { _ in }) -> TestHost {
        var retry = RetryPolicy(preset)
        change(&retry)
        return TestHost(.plain(retry: retry))
    }

    @Test(
        "with nothing but failures, AWS 2.1 makes 35 retries and 2.0 makes 100, whoever waits or gives up",
        arguments: RetryPolicy.WhenRefused.allCases)
    func awsFromFull(whenRefused: RetryPolicy.WhenRefused) {
        for (preset, retries) in [(RetryPolicy.Preset.awsStandard21, 35), (.awsStandard20, 100)] {
            let host = host(preset) { $0.whenRefused = whenRefused }
            #expect(RetryPolicy(preset).whenRefused == .giveUp, "as the original")
            host.respond = { _ in (.milliseconds(1), .overloaded) }
            for _ in 0..<200 { host.consume(timeToLive: .minutes(5)) }
            host.drain()
            #expect(host.dispatcher.counters.retries == Int64(retries))
            let outcome: Outcome = whenRefused == .wait ? .expired : .deadLettered
            #expect(host.settled.values.count { $0 == outcome } >= 100)
            #expect(host.endedCount == 200)
        }
    }

    @Test("throttled retries cost 5 with AWS 2.1: 100 of them")
    func awsThrottled() {
        let host = host(.awsStandard21)
        host.respond = { _ in (.milliseconds(1), ProviderResponse(status: 429)) }
        for _ in 0..<300 { host.consume() }
        host.drain()
        #expect(host.dispatcher.counters.retries == 100)
    }

    @Test("who may wait for tokens goes on when others succeed: fourteen successes let one retry through")
    func awsRefill() {
        let host = host(.awsStandard21) { $0.whenRefused = .wait }
        var isDown = true
        host.respond = { _ in (.milliseconds(1), isDown ? .overloaded : .ok) }
        for _ in 0..<200 { host.consume(timeToLive: .hours(2)) }
        host.run(for: .minutes(1))
        #expect(host.dispatcher.counters.retries == 35)
        isDown = false
        // 500 − 35 · 14 = 10 tokens are left: four successes make 14, and from then on each refund pays for the next.
        for _ in 0..<4 { host.consume() }
        host.drain()
        #expect(host.settled.values.allSatisfy { $0 == .delivered || $0 == .deadLettered })
        #expect(host.dispatcher.counters.delivered > 180)
    }

    @Test("gRPC: from the fifth failure on failures are the caller's, until successes have brought enough tokens back")
    func grpc() {
        let host = host(.grpc)
        var isDown = true
        host.respond = { _ in (.zero, isDown ? .overloaded : .ok) }
        for _ in 0..<20 { host.consume() }
        host.run(for: .milliseconds(1))
        #expect(host.settled.values.count { $0 == .deadLettered } == 16, "four were decided upon in time")
        host.run(for: .minutes(1))
        #expect(host.dispatcher.counters.retries == 4 && host.settled.count == 20)
        isDown = false
        for _ in 0..<50 { host.consume() }
        host.run(for: .seconds(1))
        isDown = true
        host.consume()
        host.run(for: .seconds(5))
        #expect(host.dispatcher.counters.retries == 4, "exactly half, and the failure takes one")
        isDown = false
        for _ in 0..<20 { host.consume() }
        host.run(for: .seconds(1))
        isDown = true
        host.consume()
        host.run(for: .seconds(5))
        #expect(host.dispatcher.counters.retries == 4, "what is above half is taken by the failure itself")
        isDown = false
        for _ in 0..<20 { host.consume() }
        host.run(for: .seconds(1))
        isDown = true
        host.consume()
        host.run(for: .milliseconds(1))
        isDown = false
        host.drain()
        #expect(host.dispatcher.counters.retries == 5 && host.settled.values.count { $0 == .delivered } == 91)
    }

    @Test("gRPC, for those who may wait: the fifth failure stops retries, until more than half the tokens are back")
    func grpcWaits() {
        let host = host(.grpc) { $0.whenRefused = .wait }
        var isDown = true
        host.respond = { _ in (.zero, isDown ? .overloaded : .ok) }
        for _ in 0..<20 { host.consume() }
        host.run(for: .minutes(1))
        #expect(host.dispatcher.counters.retries == 0, "twenty failures at once leave no token")
        isDown = false
        for _ in 0..<50 { host.consume() }
        host.run(for: .seconds(30))
        #expect(host.dispatcher.counters.retries == 0, "exactly half")
        host.consume()
        host.drain()
        #expect(host.dispatcher.counters.retries == 20)
        #expect(host.dispatcher.counters.delivered == 71)
    }

    @Test("gRPC: a pushback replaces the delay, and a negative one forbids the retry")
    func pushback() {
        func story(_ pushback: Interval) -> (sends: [Int64], outcome: Outcome?) {
            let host = host(.grpc)
            host.respond = {
                $0.ordinal == 1 ? (.zero, ProviderResponse(status: 503, retryAfter: pushback)) : (.zero, .ok)
            }
            let reference = host.consume()
            host.drain()
            return (host.sent.map { $0.at.nanoseconds / 1_000_000 }, host.settled[reference])
        }
        #expect(story(.seconds(7)).sends == [0, 7_000])
        #expect(story(.zero).sends == [0, 0])
        #expect(story(.nanoseconds(-1)).sends == [0])
        #expect(story(.nanoseconds(-1)).outcome == .deadLettered)
    }

    @Test("AWS 2.1 lets x-amz-retry-after add five seconds at most, and never shortens the delay")
    func bounded() {
        func second(_ retryAfter: Interval) -> Int64 {
            let host = host(.awsStandard21) { $0.jitter = .none }
            host.respond = {
                $0.ordinal == 1 ? (.zero, ProviderResponse(status: 429, retryAfter: retryAfter)) : (.zero, .ok)
            }
            host.consume()
            host.drain()
            return host.sent[1].at.nanoseconds / 1_000_000
        }
        #expect(second(.milliseconds(10)) == 1_000)
        #expect(second(.seconds(3)) == 3_000)
        #expect(second(.hours(1)) == 6_000)
    }

    @Test("Envoy: with little traffic three are retried, backoff included, and the others' failures are the callers'")
    func envoyGivesUp() {
        let host = host(.envoy) { $0.jitter = .none }
        host.respond = {
            ($0.at.nanoseconds < 1_000_000 ? .zero : .milliseconds(10), $0.ordinal == 1 ? .overloaded : .ok)
        }
        // One by one: each fails at once, when nothing else is under way.
        for _ in 0..<10 {
            host.consume()
            host.run(for: .nanoseconds(1))
        }
        #expect(host.dispatcher.underWay == (0, 3), "three are in backoff")
        #expect(host.settled.values.count { $0 == .deadLettered } == 7)
        host.run(for: .milliseconds(26))
        #expect(host.dispatcher.underWay == (3, 3))
        host.drain()
        #expect(host.dispatcher.underWay == (0, 0))
        #expect(host.settled.values.count { $0 == .delivered } == 3 && host.dispatcher.counters.retries == 3)
    }

    @Test("Envoy: who ends in backoff gives its place back")
    func envoyGivesBack() {
        let host = host(.envoy) { $0.retryAfterCap = .minutes(10) }
        host.respond = { _ in (.zero, ProviderResponse(status: 503, retryAfter: .seconds(60))) }
        for _ in 0..<3 { host.consume(timeToLive: .seconds(30)) }
        host.run(for: .seconds(1))
        #expect(host.settled.count == 3, "no retry can start in time")
        #expect(host.dispatcher.underWay == (0, 0))
    }

    @Test("Finagle: in ten seconds 100 retries in reserve and a fifth of the requests, and the callers have the rest")
    func finagle() {
        let host = host(.finagle) { $0.attempts = 2 }
        host.respond = { _ in (.zero, .overloaded) }
        for _ in 0..<1_000 {
            host.consume()
            host.run(for: .milliseconds(1))
        }
        host.drain()
        #expect(host.dispatcher.counters.retries == 300)
        #expect(host.settled.values.count { $0 == .deadLettered } == 1_000)
    }

    @Test("who gives up pays when its retry is decided upon: nobody takes it away during the backoff")
    func paidBeforeBackoff() {
        let host = host(.awsStandard21) {
            $0.jitter = .none
            $0.admission = .bucket(
                RetryBucketPolicy(capacityMillis: 14_000, costMillis: 14_000, depositMillis: 0, refundsCost: false))
        }
        host.respond = { ($0.at.nanoseconds > 0 ? .zero : .milliseconds(1), $0.ordinal == 1 ? .overloaded : .ok) }
        let first = host.consume()
        host.run(for: .milliseconds(2))
        let second = host.consume()
        host.run(for: .milliseconds(1))
        #expect(host.settled[second] == .deadLettered)
        host.drain()
        #expect(host.settled[first] == .delivered)
    }

    @Test("Envoy, for those who may wait: no more than three retries at once with little traffic")
    func envoy() {
        let host = host(.envoy) {
            $0.attempts = 50
            $0.whenRefused = .wait
        }
        host.respond = { sent in (.seconds(1), sent.at.nanoseconds < 30_000_000_000 ? .overloaded : .ok) }
        for _ in 0..<100 { host.consume() }
        host.drain()
        // 1 s each, three at once, and a fifth of the hundred under way at the beginning.
        let retries = host.sent.filter { $0.ordinal > 1 }.map(\.at.nanoseconds)
        for start in retries where start > 2_000_000_000 {
            #expect(retries.count { $0 > start - 1_000_000_000 && $0 <= start } <= 3)
        }
        #expect(host.dispatcher.counters.delivered == 100)
    }

    @Test("Google: a provider that takes nothing is soon hardly asked, and no attempt is used up by refusals")
    func adaptive() {
        let host = host(.googleSRE)
        var random = SplitMix(seed: 4)
        host.random = { random.next() }
        var isDown = true
        host.respond = { _ in (.milliseconds(5), isDown ? .overloaded : .ok) }
        for _ in 0..<2_000 {
            host.consume(timeToLive: .hours(1))
            host.run(for: .milliseconds(10))
        }
        #expect(host.dispatcher.counters.attempts < 100, "\(host.dispatcher.counters.attempts)")
        #expect(host.dispatcher.counters.refusals > 2_000)
        isDown = false
        host.drain()
        #expect(host.dispatcher.counters.delivered > 1_950)
    }

    @Test("attempts without end go on until the notification expires; a lifetime ends them before")
    func unlimited() {
        let forever = host(.temporal)
        forever.respond = { _ in (.zero, .overloaded) }
        let first = forever.consume(timeToLive: .hours(24))
        forever.drain()
        #expect(forever.sent.count > 860 && forever.settled[first] == .expired)
        let mail = host(.postfix)
        mail.respond = { _ in (.zero, .overloaded) }
        let second = mail.consume(timeToLive: .hours(24 * 30))
        mail.drain()
        // 300 300 600 1200 2400 s, then every 4,000 s until five days are full.
        #expect(mail.sent.count == 6 + (5 * 86_400 - 4_800 - 1) / 4_000)
        #expect(mail.settled[second] == .deadLettered)
        #expect(mail.now.nanoseconds < 5 * 86_400 * 1_000_000_000)
    }
}
