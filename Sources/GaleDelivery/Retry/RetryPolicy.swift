// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// When a failed attempt is made again: a schedule of delays, an admission that says whether a retry may be made at all, and
/// hedging; each is chosen on its own. `RetryPolicy.Preset` has the published combinations.
///
/// The state behind it (admission, memory of delays) belongs to one dispatcher, that is to one replica, within it to one provider
/// or to all (`scope`), and lives in memory: it needs no store, so that there is none to fail.
public struct RetryPolicy: Equatable, Sendable {
    public var backoff: Backoff
    public var jitter: Jitter
    /// The first delay, 0 or more.
    public var base: Interval
    /// The longest delay.
    public var cap: Interval
    /// Growth of an exponential delay from one failure to the next, in millionths, at least 1,000,000; 2,000,000 doubles.
    public var multiplierMicros: Int64 = 2_000_000
    /// The first delay after a throttling answer, where it differs (AWS standard 2.1: 1 s against 50 ms).
    public var throttledBase: Interval?
    /// Delays of `Backoff.list`, the nth after the nth failure; the last one repeats.
    public var delays: [Interval] = []
    /// Share of the delay by which `Jitter.proportional` goes up and down, in millionths, 0 to 1,000,000 (gRFC A6: 0.2).
    public var jitterShareMicros: Int64 = 200_000
    /// The spread of `Jitter.around` and `Jitter.growing`.
    public var jitterSpread: Interval = .zero
    /// Attempts on one channel, the first included; 1 means no retry. At most 255, with fallbacks 63: more are cut to that.
    /// `RetryPolicy.unlimited`: until the notification expires.
    public var attempts: Int
    /// What is not done this long after its creation is given up; nil: until it expires (Postfix: `maximal_queue_lifetime`).
    public var lifetime: Interval?
    /// Whether a retry may be made now.
    public var admission: RetryAdmission
    /// What becomes of a notification whose retry was refused. Default `wait`; the presets of client libraries give up, as these do.
    public var whenRefused: WhenRefused = .wait
    /// Whose failures and successes the admission looks at. Default `perProvider`.
    public var scope: Scope = .perProvider
    /// The most that is believed of a provider's Retry-After; nil: it is ignored. A negative Retry-After means "do not retry".
    public var retryAfterCap: Interval?
    /// How Retry-After and the schedule's own delay go together.
    public var retryAfter: RetryAfterRule = .atLeast
    public var hedging: HedgingPolicy?
    /// Limits the rate of all attempts at each provider once it has throttled one; nil: no (AWS, retry mode adaptive).
    public var clientRate: ClientRatePolicy?
    /// Delays of the retry topics, rising: a wait goes through the first topic whose delay is long enough, and takes that
    /// topic's delay. Empty: one topic, which keeps each notification its own time. For `Policy.Waiting.retryTopic` only.
    public var levels: [Interval] = []
    /// Dead letters come back once, paced; nil: they are settled. For `Policy.Waiting.retryTopic` only.
    public var replay: DeadLetterReplay?

    /// Until the notification expires (Temporal's default).
    public static let unlimited = Int.max

    public init(
        backoff: Backoff = .exponential, jitter: Jitter = .full, base: Interval = .seconds(1),
        cap: Interval = .seconds(60), attempts: Int = 5, budget: RetryBudgetPolicy? = nil,
        retryAfterCap: Interval? = .minutes(10)
    ) {
        self.backoff = backoff
        self.jitter = jitter
        self.base = base
        self.cap = cap
        self.attempts = attempts
        admission = budget.map(RetryAdmission.budget) ?? .unlimited
        self.retryAfterCap = retryAfterCap
    }

    /// Finagle's budget, when that is the admission; setting nil lifts any admission.
    public var budget: RetryBudgetPolicy? {
        get {
            if case .budget(let policy) = admission { return policy }
            return nil
        }
        set { admission = newValue.map(RetryAdmission.budget) ?? .unlimited }
    }

    /// How the delay after the nth failure is made.
    public enum Backoff: String, CaseIterable, Sendable {
        /// At once.
        case none
        /// `base` each time.
        case fixed
        /// `min(cap, base · multiplier^(n−1))`.
        case exponential
        /// `(n−1)⁴ s + base` (Sidekiq, `lib/sidekiq/job_retry.rb`; delayed_job).
        case polynomial
        /// The message's age, at least `base` and at most `cap` (Postfix, qmgr(8): `minimal_backoff_time`,
        /// `maximal_backoff_time`).
        case age
        /// The nth of `delays`.
        case list
    }

    /// How a delay d is spread.
    public enum Jitter: String, CaseIterable, Sendable {
        case none
        /// Between 0 and d (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
        case full
        /// Between d/2 and d (same).
        case equal
        /// `min(cap, between base and 3 · the delay before)`, whatever d (same).
        case decorrelated
        /// Between d·(1 − share) and d·(1 + share) (gRFC A6 as revised by grpc/proposal#452: 0.8 to 1.2).
        case proportional
        /// Between d − spread and d + spread (KumoMTA: 30 s).
        case around
        /// Between d and d + spread·n after the nth failure (Sidekiq: 30 s until 6.x, 10 s since).
        case growing
        /// Differences of a smooth curve at jittered places, decorrelated without clumps (Polly v8, `RetryHelper.cs`,
        /// `DecorrelatedJitterBackoffV2`); its median first delay is `base`.
        case smooth
    }

    /// What becomes of a notification whose retry the admission refuses.
    public enum WhenRefused: String, CaseIterable, Sendable {
        /// It waits, without using up an attempt, until the admission allows it or it expires. A retry is paid for when it is sent.
        case wait
        /// The channel has failed for it. A retry is paid for when it is decided upon, before its backoff, and is not asked again
        /// afterwards (`botocore/retries/standard.py`, `needs_retry`: "retry quota reached, not retrying request"; gRFC A6:
        /// "canceled and the failure returned to the client application"; Envoy, `retry_state_impl.cc`: `NoOverflow`; Finagle,
        /// `RetryFilter.scala`: `budgetExhausted`). Through a retry topic, whose messages nobody can answer for, it is paid when sent.
        case giveUp = "give-up"
    }

    /// How many states an admission has.
    public enum Scope: String, CaseIterable, Sendable {
        /// One for each provider: a retry asks the one where the attempt before failed, and what that provider answers counts.
        /// So it is in the originals: AWS and Finagle have a budget per client, gRPC per channel's server name, Envoy per cluster,
        /// Google's throttle per backend. After a retry topic nobody knows who failed: the provider to be sent to is asked.
        case perProvider = "per-provider"
        /// One for all providers of the dispatcher.
        case shared
    }

    /// How a provider's Retry-After `r` (at most `retryAfterCap`) and the schedule's delay `t` go together.
    public enum RetryAfterRule: String, CaseIterable, Sendable {
        /// `max(t, r)`.
        case atLeast = "at-least"
        /// `r` in place of `t` (gRFC A6: pushback).
        case exact
        /// `max(t, min(r, t + 5 s))` (AWS standard 2.1, `botocore/retries/standard.py`).
        case bounded
    }
}

/// Copies of an attempt that takes long, without waiting for its end (gRFC A6, hedging; "The Tail at Scale", 2013).
///
/// The next copy goes out `delay` after the last one, or at once when a copy has failed while another is under way. A copy counts as an
/// attempt and passes the admission as a retry does. The first success ends the others.
///
/// Scope: the notification in its replica; no store is asked, so none can fail. A copy can't be called back from a provider: with
/// hedging a recipient may get a notification twice.
public struct HedgingPolicy: Equatable, Sendable {
    /// Copies under way at once, the first attempt included: 2 to 5 (gRFC A6 caps attempts at 5). Default 2: estimate, "The Tail at
    /// Scale" sends one more.
    public var copies: Int
    /// At least 1 ms, no default: "The Tail at Scale" waits for the 95th percentile of the latency.
    public var delay: Interval

    public static let mostCopies = 5

    public init(copies: Int = 2, delay: Interval) {
        self.copies = copies
        self.delay = delay
    }
}

/// Dead letters are read again once, no faster than a rate: "list, purge, merge" of Uber's reliable reprocessing, 2018, with
/// the merge done by itself.
public struct DeadLetterReplay: Equatable, Sendable {
    /// A dead letter stays at least this long.
    public var after: Interval
    /// Replays a second of this dispatcher, in millionths, at least 1.
    public var ratePerSecondMicros: Int64

    public init(after: Interval, ratePerSecondMicros: Int64) {
        self.after = after
        self.ratePerSecondMicros = ratePerSecondMicros
    }
}
