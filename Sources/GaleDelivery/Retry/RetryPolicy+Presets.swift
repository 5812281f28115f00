// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension RetryPolicy {
    /// What well-known software does by default, by name; everything can be changed afterwards. Where the original hands a refused
    /// retry's failure to its caller, the preset gives up (`whenRefused`).
    public enum Preset: String, CaseIterable, Sendable {
        /// AWS SDKs, retry mode standard 2.0 (`botocore/retries/standard.py`, `quota.py`).
        case awsStandard20 = "aws-standard-2.0"
        /// AWS SDKs, retry mode standard 2.1, default since 10 November 2026.
        case awsStandard21 = "aws-standard-2.1"
        /// AWS SDKs, retry mode adaptive: standard 2.1 with a client rate (`botocore/retries/adaptive.py`).
        case awsAdaptive = "aws-adaptive"
        /// gRFC A6 with its example's values; delays as revised by grpc/proposal#452.
        case grpc
        /// Envoy's router (`retry_state_impl.cc`) with its retry budget (`circuit_breaker.proto`).
        case envoy
        /// Finagle's budget (`RetryBudget.scala`) with MethodBuilder's two retries, at once.
        case finagle
        /// "Site Reliability Engineering", chapter 21: three attempts, adaptive throttling.
        case googleSRE = "google-sre"
        /// Marc Brooker, "Fixing retries with token buckets and circuit breakers", 2022.
        case brooker
        /// resilience4j, `RetryConfig.java`: three attempts, 500 ms.
        case resilience4j
        /// Polly v8, `RetryStrategyOptions`: three retries, 2 s.
        case polly
        /// Polly v8 with exponential backoff and jitter.
        case pollyJitter = "polly-jitter"
        /// Temporal, default retry policy: 1 s doubling to 100 s, without end.
        case temporal
        /// Sidekiq, `lib/sidekiq/job_retry.rb`: 25 retries over about three weeks.
        case sidekiq
        /// Celery, `Task.default_retry_delay` and `max_retries`: three retries, 180 s.
        case celery
        /// Celery, `retry_backoff=True`: doubling from 1 s to 600 s, full jitter.
        case celeryBackoff = "celery-backoff"
        /// Svix, webhook retries: eight attempts over 27.6 hours.
        case svix
        /// Postfix, qmgr(8) and postconf(5): the message's age, 300 s to 4,000 s, for five days.
        case postfix
        /// KumoMTA, `make_queue_config`: 20 min doubling, for seven days.
        case kumomta
    }

    public init(_ preset: Preset) {
        switch preset {
        case .awsStandard20, .awsStandard21, .awsAdaptive, .grpc, .envoy, .finagle, .googleSRE, .brooker:
            self = Self.client(preset)
        case .resilience4j: self.init(backoff: .fixed, jitter: .none, base: .milliseconds(500), attempts: 3)
        case .polly: self.init(backoff: .fixed, jitter: .none, base: .seconds(2), attempts: 4)
        case .pollyJitter: self.init(jitter: .smooth, base: .seconds(2), cap: .hours(24), attempts: 4)
        case .temporal, .sidekiq, .celery, .celeryBackoff, .svix: self = Self.job(preset)
        case .postfix, .kumomta: self = Self.mail(preset)
        }
    }

    private static func client(_ preset: Preset) -> RetryPolicy {
        var policy = admitted(preset)
        // Google's throttle refuses first attempts too, and a message that was never sent is worth a wait.
        policy.whenRefused = preset == .googleSRE ? .wait : .giveUp
        return policy
    }

    private static func admitted(_ preset: Preset) -> RetryPolicy {
        var policy: RetryPolicy
        switch preset {
        case .awsStandard20:
            policy = RetryPolicy(base: .seconds(1), cap: .seconds(20), attempts: 3, retryAfterCap: nil)
            policy.admission = .bucket(.awsStandard20)
        case .awsStandard21, .awsAdaptive:
            policy = RetryPolicy(base: .milliseconds(50), cap: .seconds(20), attempts: 3)
            policy.throttledBase = .seconds(1)
            policy.retryAfter = .bounded
            policy.admission = .bucket(.awsStandard21)
            if preset == .awsAdaptive { policy.clientRate = ClientRatePolicy() }
        case .grpc:
            policy = RetryPolicy(jitter: .proportional, base: .milliseconds(100), cap: .seconds(1), attempts: 4)
            policy.retryAfter = .exact
            policy.admission = .throttle(RetryThrottlePolicy())
        case .envoy:
            policy = RetryPolicy(base: .milliseconds(25), cap: .milliseconds(250), attempts: 2)
            policy.admission = .concurrency(RetryConcurrencyPolicy())
        case .finagle:
            policy = RetryPolicy(backoff: .none, jitter: .none, attempts: 3)
            policy.admission = .budget(RetryBudgetPolicy(ratioMicros: 200_000))
        case .googleSRE:
            policy = RetryPolicy(attempts: 3)
            policy.admission = .adaptive(AdaptiveThrottlePolicy())
        default:
            policy = RetryPolicy(attempts: 4)
            policy.admission = .bucket(.brooker)
        }
        return policy
    }

    private static func job(_ preset: Preset) -> RetryPolicy {
        switch preset {
        case .temporal:
            return RetryPolicy(jitter: .none, base: .seconds(1), cap: .seconds(100), attempts: unlimited)
        case .sidekiq:
            var policy = RetryPolicy(
                backoff: .polynomial, jitter: .growing, base: .seconds(15), cap: .hours(24 * 365), attempts: 26)
            policy.jitterSpread = .seconds(10)
            return policy
        case .celery:
            return RetryPolicy(backoff: .fixed, jitter: .none, base: .seconds(180), cap: .seconds(180), attempts: 4)
        case .celeryBackoff: return RetryPolicy(base: .seconds(1), cap: .seconds(600), attempts: 4)
        default:
            var policy = RetryPolicy(backoff: .list, jitter: .none, attempts: 8)
            policy.delays = [
                .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(10),
            ]
            return policy
        }
    }

    private static func mail(_ preset: Preset) -> RetryPolicy {
        var policy: RetryPolicy
        if preset == .postfix {
            policy = RetryPolicy(
                backoff: .age, jitter: .none, base: .seconds(300), cap: .seconds(4_000), attempts: unlimited)
            policy.lifetime = .hours(5 * 24)
        } else {
            policy = RetryPolicy(jitter: .around, base: .minutes(20), cap: .hours(24 * 365), attempts: unlimited)
            policy.jitterSpread = .seconds(30)
            policy.lifetime = .hours(7 * 24)
        }
        return policy
    }
}

extension RetryPolicy.Preset {
    /// More attempts than this are cut to it (gRFC A6: "values greater than 5 are treated as 5"); nil: no cap of its own.
    public var mostAttempts: Int? { self == .grpc ? 5 : nil }
}
