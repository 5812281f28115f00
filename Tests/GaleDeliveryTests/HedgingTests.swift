// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct HedgingTests {
    private func host(
        copies: Int = 3, attempts: Int = 4, providers: Int = 1, change: (inout Policy) -> Void = { _ in }
    ) -> TestHost {
        var policy = Policy.plain(
            providers: (0..<providers).map { ($0, 1) }, retry: RetryPolicy(jitter: .none, attempts: attempts))
        policy.retry.hedging = HedgingPolicy(copies: copies, delay: .milliseconds(100))
        change(&policy)
        return TestHost(policy, providers: ProviderDescription.gateways(max(1, providers)))
    }

    private func times(_ host: TestHost) -> [Int64] { host.sent.map { $0.at.nanoseconds / 1_000_000 } }

    @Test("a copy goes out each hedging delay; the first success ends the message and calls the others back")
    func firstWins() {
        let host = host()
        host.respond = { ($0.ordinal == 2 ? .milliseconds(150) : .seconds(5), .ok) }
        let reference = host.consume()
        host.run(for: .milliseconds(250))
        #expect(times(host) == [0, 100, 200])
        #expect(host.settled[reference] == .delivered && host.settledAt[reference] == .zero + .milliseconds(250))
        #expect(host.cancelled == [host.sent[0].attempt, host.sent[2].attempt])
        host.drain()
        let counters = host.dispatcher.counters
        #expect(counters.hedges == 2 && counters.cancels == 2 && counters.retries == 2 && counters.delivered == 1)
        #expect(host.slotsHeld == 0)
    }

    @Test("who answers within the hedging delay is sent once")
    func fast() {
        let host = host()
        host.respond = { _ in (.milliseconds(99), .ok) }
        host.consume()
        host.drain()
        #expect(host.sent.count == 1 && host.cancelled.isEmpty)
    }

    @Test("a copy that fails while others are under way is followed at once, within the attempts")
    func failureHedgesAtOnce() {
        let host = host(copies: 2)
        host.respond = { ($0.ordinal == 1 ? .seconds(2) : .milliseconds(30), $0.ordinal == 4 ? .ok : .overloaded) }
        let reference = host.consume()
        host.run(for: .seconds(1))
        #expect(times(host) == [0, 100, 130, 160])
        #expect(host.settled[reference] == .delivered)
    }

    @Test("when nothing else is under way a failure backs off as ever, and the next attempt is hedged again")
    func backsOff() {
        let host = host(copies: 2, attempts: 4)
        host.respond = { $0.ordinal == 1 ? (.milliseconds(50), .overloaded) : (.milliseconds(150), .ok) }
        host.consume()
        host.drain()
        #expect(times(host) == [0, 1_050, 1_150])
        #expect(host.dispatcher.counters.backoffs == 1 && host.dispatcher.counters.delivered == 1)
        #expect(host.cancelled.count == 1)
    }

    @Test("a permanent failure calls the others back and ends the channel")
    func permanent() {
        let host = host()
        host.respond = { $0.ordinal == 2 ? (.milliseconds(10), .refused) : (.seconds(5), .ok) }
        let reference = host.consume()
        host.run(for: .seconds(1))
        #expect(host.settled[reference] == .deadLettered)
        #expect(host.cancelled == [host.sent[0].attempt])
    }

    @Test("copies go to equivalents that have none yet")
    func spreads() {
        let host = host(copies: 3, providers: 3)
        host.respond = { _ in (.seconds(1), .ok) }
        host.consume()
        host.drain()
        #expect(Set(host.sent.map(\.provider)) == [0, 1, 2])
    }

    @Test("hedges are throttled as retries are, and come when the throttle allows them again")
    func throttled() {
        let host = host(copies: 2) { $0.retry.admission = .throttle(RetryThrottlePolicy()) }
        var isDown = true
        host.respond = { _ in isDown ? (.zero, .overloaded) : (.seconds(3), .ok) }
        for _ in 0..<5 { host.consume(timeToLive: .seconds(2)) }
        host.run(for: .seconds(5))
        let before = host.sent.count
        #expect(host.dispatcher.counters.retries == 0)
        isDown = false
        host.consume()
        host.run(for: .seconds(1))
        #expect(host.sent.count == before + 1, "no token above the half: no hedge")
        host.respond = { _ in (.zero, .ok) }
        host.consume()
        host.run(for: .milliseconds(100))
        #expect(host.dispatcher.counters.hedges == 1, "one success has lifted it")
        host.drain()
    }

    @Test("a pushback delays the next copy, a negative one stops copies")
    func pushback() {
        func sends(_ pushback: Interval) -> [Int64] {
            let host = host(copies: 2)
            host.respond = {
                $0.ordinal == 2
                    ? (.milliseconds(10), ProviderResponse(status: 503, retryAfter: pushback)) : (.seconds(3), .ok)
            }
            host.consume()
            host.run(for: .seconds(2))
            return times(host)
        }
        #expect(sends(.milliseconds(500)) == [0, 100, 610])
        #expect(sends(.nanoseconds(-1)) == [0, 100])
    }

    @Test("the late success of a copy that timed out calls back what is under way")
    func lateSuccess() {
        let host = host(copies: 2) { $0.timeout = .milliseconds(150) }
        host.respond = { _ in nil }
        let reference = host.consume()
        host.run(for: .milliseconds(120))
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        #expect(host.sent.count == 3, "followed at once")
        host.handle(.responded(host.sent[0].attempt, .ok))
        #expect(host.settled[reference] == .delivered)
        #expect(host.cancelled == [host.sent[1].attempt, host.sent[2].attempt])
        #expect(host.dispatcher.counters.lateSuccesses == 1)
    }
}
