// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct BackoffTests {
    private func seconds(_ policy: RetryPolicy, _ failures: ClosedRange<Int>, random: UInt64 = 0) -> [Double] {
        let backoff = Backoff(policy)
        defer { backoff.deallocate() }
        var memory: Int64 = 0
        return failures.map { number in
            var failure = Backoff.Failure(number: number, memory: memory)
            let delay = backoff.delay(after: &failure, random: random)
            memory = failure.memory
            return Double(delay) / 1e9
        }
    }

    /// Delays of a message that fails at once whenever it is tried, with its age.
    private func story(_ policy: RetryPolicy, failures: Int, random: UInt64 = 0) -> [Int64] {
        let backoff = Backoff(policy)
        defer { backoff.deallocate() }
        var age: Int64 = 0
        return (1...failures).map { number in
            var failure = Backoff.Failure(number: number, age: age)
            let delay = backoff.delay(after: &failure, random: random)
            age += delay
            return delay / 1_000_000_000
        }
    }

    @Test("Postfix waits the message's age, 300 s at least and 4,000 s at most")
    func postfix() {
        #expect(story(RetryPolicy(.postfix), failures: 8) == [300, 300, 600, 1_200, 2_400, 4_000, 4_000, 4_000])
        #expect(RetryPolicy(.postfix).lifetime == .hours(120))
    }

    @Test("KumoMTA waits 20 min doubling, half a minute more or less: 20, 40, 80 min, about 8 tries in two days")
    func kumomta() {
        let policy = RetryPolicy(.kumomta)
        #expect(seconds(policy, 1...4, random: 0) == [1_170, 2_370, 4_770, 9_570])
        #expect(seconds(policy, 1...4, random: .max) == [1_230, 2_430, 4_830, 9_630])
        #expect(story(policy, failures: 9).reduce(0, +) > 7 * 86_400, "a week holds nine tries and no tenth")
    }

    @Test("Sidekiq's 25 retries take about three weeks: n⁴ + 15 s and a growing spread")
    func sidekiq() {
        let policy = RetryPolicy(.sidekiq)
        #expect(Array(seconds(policy, 1...5)) == [15, 16, 31, 96, 271])
        #expect(seconds(policy, 25...25)[0] == 331_791)
        #expect(policy.attempts == 26)
        let days = seconds(policy, 1...25, random: .max / 2).reduce(0, +) / 86_400
        #expect((20...21).contains(days), "\(days) days")
    }

    @Test("Temporal doubles from 1 s to 100 s without end")
    func temporal() {
        let policy = RetryPolicy(.temporal)
        #expect(seconds(policy, 1...9) == [1, 2, 4, 8, 16, 32, 64, 100, 100])
        #expect(policy.attempts == RetryPolicy.unlimited)
    }

    @Test("Svix tries eight times over 27 h 35 min and 5 s")
    func svix() {
        let delays = seconds(RetryPolicy(.svix), 1...7)
        #expect(delays == [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000])
        #expect(delays.reduce(0, +) == 99_305)
    }

    @Test("Envoy's delays double from 25 ms and end at ten times that; gRPC's are 0.8 to 1.2 of theirs")
    func proxies() {
        #expect(seconds(RetryPolicy(.envoy), 1...6, random: .max) == [0.025, 0.05, 0.1, 0.2, 0.25, 0.25])
        #expect(seconds(RetryPolicy(.grpc), 1...5, random: 0) == [0.08, 0.16, 0.32, 0.64, 0.8])
        #expect(seconds(RetryPolicy(.grpc), 1...5, random: .max) == [0.12, 0.24, 0.48, 0.96, 1.2])
    }

    @Test("AWS 2.1 starts at 50 ms, after throttling at 1 s; both end at 20 s")
    func aws() {
        let backoff = Backoff(RetryPolicy(.awsStandard21))
        defer { backoff.deallocate() }
        func delay(_ number: Int, isThrottled: Bool) -> Int64 {
            var failure = Backoff.Failure(number: number, isThrottled: isThrottled)
            return backoff.delay(after: &failure, random: .max) / 1_000_000
        }
        #expect((1...3).map { delay($0, isThrottled: false) } == [50, 100, 200])
        #expect((1...6).map { delay($0, isThrottled: true) } == [1_000, 2_000, 4_000, 8_000, 16_000, 20_000])
        #expect(delay(60, isThrottled: false) == 20_000)
        #expect(seconds(RetryPolicy(.awsStandard20), 1...2, random: .max) == [1, 2])
    }

    @Test("equal jitter keeps half the delay")
    func equal() {
        let policy = RetryPolicy(jitter: .equal, base: .seconds(8))
        #expect(seconds(policy, 1...3, random: 0) == [4, 8, 16])
        #expect(seconds(policy, 1...3, random: .max) == [8, 16, 32])
    }

    @Test("decorrelated jitter goes from base to three times the delay before, never beyond the cap", arguments: 1...5)
    func decorrelated(seed: Int) {
        let backoff = Backoff(RetryPolicy(jitter: .decorrelated, base: .milliseconds(100), cap: .seconds(10)))
        defer { backoff.deallocate() }
        var random = SplitMix(seed: UInt64(seed))
        var memory: Int64 = 0
        var before: Int64 = 100_000_000
        for number in 1...200 {
            var failure = Backoff.Failure(number: number, memory: memory)
            let delay = backoff.delay(after: &failure, random: random.next())
            #expect(delay >= 100_000_000 && delay <= min(10_000_000_000, 3 * before))
            (memory, before) = (failure.memory, delay)
        }
        let most = RetryPolicy(jitter: .decorrelated, base: .seconds(1), cap: .seconds(60))
        #expect(seconds(most, 1...5, random: .max) == [3, 9, 27, 60, 60])
    }

    @Test("Polly's jitter: the median of the first delays is near base, 2 base, 4 base")
    func polly() {
        let backoff = Backoff(RetryPolicy(jitter: .smooth, base: .seconds(1), cap: .hours(1)))
        defer { backoff.deallocate() }
        var random = SplitMix(seed: 5)
        var delays: [[Double]] = [[], [], []]
        for _ in 0..<2_000 {
            var memory: Int64 = 0
            for number in 1...3 {
                var failure = Backoff.Failure(number: number, memory: memory)
                let delay = backoff.delay(after: &failure, random: random.next())
                memory = failure.memory
                delays[number - 1].append(Double(delay) / 1e9)
            }
        }
        let medians = delays.map { $0.sorted()[1_000] }
        for (median, expected) in zip(medians, [1.0, 1.4, 2.6]) {
            #expect(abs(median - expected) < 0.35 * expected, "\(medians)")
        }
        #expect(delays.allSatisfy { $0.allSatisfy { $0 >= 0 } })
    }

    @Test("every preset's delays are monotone in the random word, never negative, and hold for any number of failures")
    func presets() {
        for preset in RetryPolicy.Preset.allCases {
            let policy = RetryPolicy(preset)
            let backoff = Backoff(policy)
            defer { backoff.deallocate() }
            for number in [1, 2, 3, 7, 26, 64, 1_000_000] {
                var last: Int64 = 0
                for word in stride(from: UInt64(0), to: .max - (1 << 58), by: 1 << 58) {
                    var failure = Backoff.Failure(number: number)
                    let delay = backoff.delay(after: &failure, random: word)
                    #expect(delay >= last, "\(preset.rawValue)")
                    last = delay
                }
            }
            #expect(policy.attempts >= 2)
        }
    }
}
