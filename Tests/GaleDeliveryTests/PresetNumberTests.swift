// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// What presets stand for, as their sources publish it, in numbers of our own and not the code's.
struct PresetNumberTests {
    /// Attempts in all (nil: without end), the first delay and the longest one in milliseconds, jitter, admission.
    struct Published: Sendable, CustomTestStringConvertible {
        var preset: RetryPolicy.Preset
        var attempts: Int?
        var base: Int64
        var cap: Int64?
        var backoff: RetryPolicy.Backoff
        var jitter: RetryPolicy.Jitter
        var admission: String

        init(
            _ preset: RetryPolicy.Preset, _ attempts: Int?, _ base: Int64, _ cap: Int64?,
            _ backoff: RetryPolicy.Backoff,
            _ jitter: RetryPolicy.Jitter, _ admission: String = "unlimited"
        ) {
            self.preset = preset
            self.attempts = attempts
            self.base = base
            self.cap = cap
            self.backoff = backoff
            self.jitter = jitter
            self.admission = admission
        }

        var testDescription: String { preset.rawValue }
    }

    static let published: [Published] = [
        Published(.awsStandard20, 3, 1_000, 20_000, .exponential, .full, "bucket"),
        Published(.awsStandard21, 3, 50, 20_000, .exponential, .full, "bucket"),
        Published(.awsAdaptive, 3, 50, 20_000, .exponential, .full, "bucket"),
        Published(.grpc, 4, 100, 1_000, .exponential, .proportional, "throttle"),
        Published(.envoy, 2, 25, 250, .exponential, .full, "concurrency"),
        Published(.finagle, 3, 1_000, nil, .none, .none, "budget"),
        Published(.googleSRE, 3, 1_000, 60_000, .exponential, .full, "adaptive"),
        Published(.brooker, 4, 1_000, 60_000, .exponential, .full, "bucket"),
        Published(.resilience4j, 3, 500, nil, .fixed, .none),
        Published(.polly, 4, 2_000, nil, .fixed, .none),
        Published(.pollyJitter, 4, 2_000, 86_400_000, .exponential, .smooth),
        Published(.temporal, nil, 1_000, 100_000, .exponential, .none),
        Published(.sidekiq, 26, 15_000, nil, .polynomial, .growing),
        Published(.celery, 4, 180_000, nil, .fixed, .none),
        Published(.celeryBackoff, 4, 1_000, 600_000, .exponential, .full),
        Published(.svix, 8, 1_000, nil, .list, .none),
        Published(.postfix, nil, 300_000, 4_000_000, .age, .none),
        Published(.kumomta, nil, 1_200_000, nil, .exponential, .around),
    ]

    @Test("a retry preset has the numbers that its software publishes", arguments: published)
    func retry(_ published: Published) {
        let policy = RetryPolicy(published.preset)
        #expect(policy.attempts == published.attempts ?? RetryPolicy.unlimited)
        #expect(policy.base == .milliseconds(published.base))
        if let cap = published.cap { #expect(policy.cap == .milliseconds(cap)) }
        #expect(policy.backoff == published.backoff && policy.jitter == published.jitter)
        let admission =
            switch policy.admission {
            case .unlimited: "unlimited"
            case .budget: "budget"
            case .bucket: "bucket"
            case .throttle: "throttle"
            case .concurrency: "concurrency"
            case .adaptive: "adaptive"
            }
        #expect(admission == published.admission)
    }

    @Test("every retry preset is in the table")
    func complete() {
        #expect(Self.published.map(\.preset) == RetryPolicy.Preset.allCases)
    }

    @Test("a schedule's delays in seconds: resilience4j, Polly and Celery always the same, celery-backoff up to 600")
    func delays() {
        func delays(_ preset: RetryPolicy.Preset, _ failures: ClosedRange<Int>) -> [Int64] {
            let backoff = Backoff(RetryPolicy(preset))
            defer { backoff.deallocate() }
            return failures.map { number in
                var failure = Backoff.Failure(number: number)
                return backoff.delay(after: &failure, random: .max) / 1_000_000
            }
        }
        #expect(delays(.resilience4j, 1...2) == [500, 500])
        #expect(delays(.polly, 1...3) == [2_000, 2_000, 2_000])
        #expect(delays(.celery, 1...3) == [180_000, 180_000, 180_000])
        #expect(delays(.celeryBackoff, 1...3) == [1_000, 2_000, 4_000])
        #expect(delays(.celeryBackoff, 10...12) == [512_000, 600_000, 600_000])
    }

    @Test("resilience4j's breaker: half of 100 calls, open for 60 s, 10 probes, slow beyond 60 s")
    func resilience4j() {
        let breaker = BreakerPolicy(.resilience4j)
        #expect(breaker.failureRateMicros == 500_000 && breaker.windowCalls == 100 && breaker.minimumCalls == 100)
        #expect(breaker.open == .seconds(60) && breaker.halfOpenProbes == 10)
        #expect(breaker.slowCallRateMicros == 1_000_000 && breaker.slowCallDuration == .seconds(60))
        #expect(breaker.maximumHalfOpen == nil && !breaker.automaticHalfOpen)
    }

    @Test("Polly's breaker: a tenth of the calls of 30 s, 100 at least, open for 5 s, one probe")
    func polly() {
        let breaker = BreakerPolicy(.polly)
        #expect(breaker.failureRateMicros == 100_000 && breaker.windowCalls == nil && breaker.window == .seconds(30))
        #expect(breaker.minimumCalls == 100 && breaker.open == .seconds(5) && breaker.halfOpenProbes == 1)
        #expect(breaker.slowCallRateMicros == nil && breaker.maximumHalfOpen == nil)
    }
}
