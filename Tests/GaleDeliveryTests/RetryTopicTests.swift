// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct RetryTopicTests {
    private func policy(_ change: (inout RetryPolicy) -> Void) -> Policy {
        var retry = RetryPolicy(backoff: .list, jitter: .none, attempts: 4, retryAfterCap: .hours(2))
        retry.delays = [.seconds(10), .minutes(1), .minutes(10)]
        retry.levels = retry.delays
        change(&retry)
        return .plain(waiting: .retryTopic, retry: retry)
    }

    /// A message's way through retry topics until it is settled: level and seconds waited.
    private func way(_ host: TestHost, timeToLive: Interval = .hours(24)) -> (levels: [UInt8], waits: [Int64]) {
        var (levels, waits): ([UInt8], [Int64]) = ([], [])
        var attempts: UInt64 = 0
        while levels.count < 100 {
            let reference = host.consume(previousAttempts: attempts, created: .zero, timeToLive: timeToLive)
            host.run(for: .milliseconds(10))
            guard let next = host.requeued.last, next.reference == reference else { break }
            levels.append(next.level.rawValue)
            waits.append((next.at - host.now + .milliseconds(10)).nanoseconds / 1_000_000_000)
            attempts = next.attempts
            host.run(until: next.at)
        }
        return (levels, waits)
    }

    @Test("each failure goes through the next level, and then to the dead letters")
    func levels() {
        let host = TestHost(policy { _ in })
        host.respond = { _ in (.zero, .overloaded) }
        let (levels, waits) = way(host)
        #expect(levels == [0, 1, 2] && waits == [10, 60, 600])
        #expect(host.settled.values.allSatisfy { $0 == .deadLettered } && host.settled.count == 1)
    }

    @Test("a wait takes the first level that is long enough, and that level's whole delay")
    func fits() {
        let host = TestHost(policy { $0.attempts = 2 })
        for (asked, level, wait) in [(5, 0, 10), (30, 1, 60), (61, 2, 600), (3_600, 2, 3_600)] {
            host.respond = { _ in (.zero, ProviderResponse(status: 429, retryAfter: .seconds(Int64(asked)))) }
            let start = host.now
            host.consume(timeToLive: .hours(5))
            host.run(for: .milliseconds(1))
            #expect(host.requeued.last?.level.rawValue == UInt8(level))
            #expect((host.requeued.last!.at - start).nanoseconds / 1_000_000_000 == Int64(wait))
        }
    }

    @Test("dead letters come back once, at the replay's pace, with all their attempts")
    func replay() {
        let host = TestHost(
            policy {
                $0.attempts = 2
                $0.replay = DeadLetterReplay(after: .minutes(30), ratePerSecondMicros: 2_000_000)
            })
        host.respond = { _ in (.zero, .refused) }
        for _ in 0..<5 { host.consume() }
        host.run(for: .milliseconds(1))
        #expect(host.requeued.count == 5 && host.settled.isEmpty)
        #expect(host.requeued.allSatisfy { $0.level == .deadLetters && $0.reason == .deadLetter })
        let times = host.requeued.map { $0.at.nanoseconds / 1_000_000 }
        #expect(times == [1_800_000, 1_800_500, 1_801_000, 1_801_500, 1_802_000])
        #expect(host.dispatcher.counters.buried == 5)
        host.respond = { _ in (.zero, .overloaded) }
        let (levels, _) = way(host)
        #expect(levels == [0, RetryLevel.deadLetters.rawValue, 0], "again two attempts, and then it is settled")
        #expect(host.settled.values.contains(.deadLettered))
    }

    @Test("a dead letter that could only come back after its expiry is settled")
    func tooLate() {
        let host = TestHost(
            policy { $0.replay = DeadLetterReplay(after: .minutes(30), ratePerSecondMicros: 1_000_000) })
        host.respond = { _ in (.zero, .refused) }
        let reference = host.consume(timeToLive: .minutes(30))
        host.drain()
        #expect(host.settled[reference] == .deadLettered && host.requeued.isEmpty)
    }
}
