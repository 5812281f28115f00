// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct RetryTests {
    private func sendTimes(_ host: TestHost) -> [Int64] { host.sent.map { $0.at.nanoseconds / 1_000_000 } }

    @Test("fixed backoff waits the same time before each retry")
    func fixed() {
        let host = TestHost(.plain(retry: RetryPolicy(backoff: .fixed, jitter: .none, base: .seconds(2), attempts: 3)))
        host.respond = { _ in (.zero, .overloaded) }
        host.consume()
        host.drain()
        #expect(sendTimes(host) == [0, 2_000, 4_000])
    }

    @Test("without backoff a retry follows at once, without giving the slot back")
    func none() {
        let host = TestHost(.plain(retry: RetryPolicy(backoff: .none, jitter: .none, attempts: 3)))
        host.respond = { _ in (.milliseconds(5), .overloaded) }
        let reference = host.consume()
        host.drain()
        #expect(sendTimes(host) == [0, 5, 10])
        #expect(host.releases.isEmpty)
        #expect(host.settled[reference] == .deadLettered)
    }

    @Test("the exponential delay never exceeds the cap, however many attempts")
    func cap() {
        let retry = RetryPolicy(jitter: .none, base: .seconds(1), cap: .seconds(5), attempts: 100)
        let host = TestHost(.plain(retry: retry))
        host.respond = { _ in (.zero, .overloaded) }
        host.consume()
        host.drain()
        let times = sendTimes(host)
        #expect(times.count == 100)
        #expect(Array(times.prefix(6)) == [0, 1_000, 3_000, 7_000, 12_000, 17_000])
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier <= 5_000) }
    }

    @Test("full jitter draws from nothing to the whole ceiling, uniformly")
    func fullJitter() {
        var random = SplitMix(seed: 7)
        let host = TestHost(.plain(retry: RetryPolicy(base: .seconds(8), cap: .seconds(60), attempts: 2)))
        host.random = { random.next() }
        host.respond = { _ in (.zero, .overloaded) }
        for _ in 0..<4_000 { host.consume() }
        host.drain()
        var delays = host.sent.filter { $0.ordinal == 2 }.map { $0.at.nanoseconds }.sorted()
        #expect(delays.count == 4_000)
        #expect(delays.last! <= 8_000_000_000)
        let quartiles = [1, 2, 3].map { delays[$0 * 1_000] / 100_000_000 }
        for (quartile, expected) in zip(quartiles, [20, 40, 60] as [Int64]) { #expect(abs(quartile - expected) <= 3) }
        delays.removeAll { $0 > 80_000_000 }
        #expect(!delays.isEmpty, "small delays occur")
    }

    @Test("the jittered delay is monotone in the random word")
    func monotone() {
        let backoff = Backoff(RetryPolicy(base: .seconds(3)))
        defer { backoff.deallocate() }
        var random = SplitMix(seed: 3)
        let words = (0..<500).map { _ in random.next() }.sorted()
        for failures in 1..<10 {
            let delays = words.map { backoff.delay(failures: failures, random: $0) }
            #expect(delays == delays.sorted())
            #expect(backoff.delay(failures: failures, random: .max) == min(60, 3 << (failures - 1)) * 1_000_000_000)
            #expect(backoff.delay(failures: failures, random: 0) == 0)
        }
    }

    @Test("Retry-After is a lower bound, believed up to a cap, or ignored where the policy says so")
    func retryAfter() {
        func secondSend(_ retryAfter: Interval, cap: Interval?) -> Int64 {
            let retry = RetryPolicy(jitter: .none, base: .seconds(2), attempts: 2, retryAfterCap: cap)
            let host = TestHost(.plain(retry: retry))
            host.respond = {
                ($0.ordinal == 1) ? (.zero, ProviderResponse(status: 429, retryAfter: retryAfter)) : (.zero, .ok)
            }
            host.consume()
            host.drain()
            return sendTimes(host).last!
        }
        #expect(secondSend(.seconds(30), cap: .minutes(10)) == 30_000)
        #expect(secondSend(.seconds(1), cap: .minutes(10)) == 2_000)
        #expect(secondSend(.hours(5), cap: .minutes(10)) == 600_000)
        #expect(secondSend(.seconds(30), cap: nil) == 2_000)
    }

    @Test("FCM's quota answer without Retry-After waits the documented minute")
    func defaultRetryAfter() {
        let host = TestHost(
            .plain(retry: RetryPolicy(jitter: .none, attempts: 2)),
            providers: [ProviderDescription(name: "fcm", dialect: .fcm)])
        let quota = ProviderResponse(status: 429, reason: .named("QUOTA_EXCEEDED", in: .fcm))
        host.respond = { $0.ordinal == 1 ? (.zero, quota) : (.zero, .ok) }
        host.consume()
        host.drain()
        #expect(sendTimes(host) == [0, 60_000])
    }

    @Test("a retry that could only start after the expiry is not waited for: expired at once")
    func expiresBeforeRetry() {
        let host = TestHost(.plain(retry: RetryPolicy(jitter: .none, base: .seconds(10), attempts: 3)))
        host.respond = { _ in (.seconds(1), .overloaded) }
        let reference = host.consume(timeToLive: .seconds(11))
        host.drain()
        #expect(host.settled[reference] == .expired)
        #expect(host.settledAt[reference] == .zero + .seconds(1))
        let inTime = host.consume(timeToLive: .seconds(11) + .nanoseconds(1))
        host.drain()
        #expect(host.sent.filter { $0.reference == inTime }.count == 2)
    }

    @Test("what is permanent is not retried, and a recipient that is gone is suppressed")
    func permanent() {
        let host = TestHost(.plain())
        host.respond = { ($0.reference == 1) ? (.zero, .refused) : (.zero, .gone) }
        host.consume()
        host.consume()
        host.drain()
        #expect(host.settled == [1: .deadLettered, 2: .suppressed])
        #expect(host.sent.count == 2)
    }

    @Test("a time-out is retried and counted as one that may make a duplicate; a refused connection is not")
    func risky() {
        let host = TestHost(.plain(retry: RetryPolicy(jitter: .none, attempts: 2)))
        host.respond = { sent in
            if sent.ordinal == 2 { return (.zero, .ok) }
            return sent.reference == 1 ? (.hours(1), .ok) : (.zero, .connectionFailed)
        }
        host.consume()
        host.consume()
        host.drain()
        #expect(host.settled == [1: .delivered, 2: .delivered])
        #expect(host.dispatcher.counters.riskyRetries == 1)
        #expect(host.dispatcher.counters.retries == 2)
    }

    @Test("a list of actions begun without room grows")
    func actionsWithoutRoom() {
        for capacity in [-1, 0, 1] {
            let dispatcher = Dispatcher(policy: .plain(), providers: ProviderDescription.gateways(1))
            var actions = Actions(capacity: capacity)
            let notification = Notification(
                reference: 1, key: 1, recipient: 1, tenant: 1, channel: .push, platform: .ios, created: .zero,
                expires: .zero + .seconds(60))
            for _ in 0..<3 { dispatcher.handle(.consumed(notification), now: .zero, random: 0, into: &actions) }
            #expect(actions.count == 3)
        }
    }

    @Test("a notification of unknown age is retried")
    func unknownAge() {
        for created in [Instant(nanoseconds: .min), Instant(nanoseconds: .max)] {
            var retry = RetryPolicy(backoff: .fixed, jitter: .none, base: .seconds(2), attempts: 3)
            retry.lifetime = .hours(1)
            let dispatcher = Dispatcher(policy: .plain(retry: retry), providers: ProviderDescription.gateways(1))
            var actions = Actions()
            let now = Instant.zero + .seconds(1)
            dispatcher.handle(
                .consumed(
                    Notification(
                        reference: 1, key: 1, recipient: 1, tenant: 1, channel: .push, platform: .ios, created: created,
                        expires: now + .seconds(60))), now: now, random: 0, into: &actions)
            guard case .send(let attempt, _, _, _, _, _, _) = actions[0] else {
                Issue.record("not sent")
                continue
            }
            actions.removeAll()
            dispatcher.handle(.responded(attempt, .overloaded), now: now, random: 0, into: &actions)
            #expect(dispatcher.unsettled == (created.nanoseconds < 0 ? 0 : 1), "older than its lifetime, or new")
        }
    }
}
