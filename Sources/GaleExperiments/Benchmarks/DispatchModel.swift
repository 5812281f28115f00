// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GalePrimitives

/// Messages through a dispatcher with the least host there can be: what it costs to decide.
///
/// A message comes every microsecond and is routed to one of two equivalents, within its rate limit and past its breaker; the
/// answer comes 256 µs later. One in twenty is a 503: a retry at the other, or, when both have failed, after a backoff with full
/// jitter within a retry budget. A decision is one input handled: a message, an answer, or the end of a backoff.
public struct DispatchModel: Benchmark {
    public enum Variant: String, CaseIterable, Sendable {
        /// One provider without a limit, and no failure: the straight way.
        case straight
        /// Routing, retry, breaker and limiter.
        case message
        /// The same with a second copy of each attempt that isn't answered in time: one in eight.
        case hedged
        /// Routing, retry, breaker and limiter, with a bulkhead for each of a thousand tenants.
        case tenants
        /// All of `message` with outlier ejection, a concurrency limit, bulkheads and shedding.
        case guarded
    }

    public var variant: Variant

    fileprivate static let hedgeDelay = Interval.microseconds(300)

    public init(_ variant: Variant) { self.variant = variant }

    public var name: String { "policies/\(variant.rawValue)" }
    public var operation: String {
        switch variant {
        case .straight: "a decision on a message sent to one provider that takes it"
        case .message: "a decision on a message: routing, retry, breaker and limiter"
        case .hedged: "a decision with hedging as well: one attempt in eight is slow, and a copy goes out"
        case .tenants: "a decision with a bulkhead for each of a thousand tenants as well"
        case .guarded: "a decision with outlier ejection, concurrency limit, bulkheads and shedding as well"
        }
    }
    public var usualOperations: Int { 5_000_000 }

    private var policy: Policy {
        let members: [UInt16] = variant == .straight ? [0] : [0, 1]
        var policy = Policy(
            routes: [
                Policy.Route(
                    channel: .push, platform: .none,
                    providers: members.map { (ProviderIndex(rawValue: $0), 1) })
            ],
            waiting: .hold,
            retry: RetryPolicy(
                base: .milliseconds(1), cap: .milliseconds(10), attempts: 5,
                budget: RetryBudgetPolicy(ratioMicros: 200_000)),
            breaker: BreakerPolicy())
        if variant == .straight { return policy }
        policy.limits = members.map {
            Policy.RateLimit(
                provider: ProviderIndex(rawValue: $0), ratePerSecondMicros: 2_000_000_000_000, burst: 1_000)
        }
        switch variant {
        case .straight, .message: return policy
        case .hedged:
            policy.retry.hedging = HedgingPolicy(copies: 2, delay: Self.hedgeDelay)
            return policy
        case .tenants:
            policy.bulkheads = BulkheadPolicy(tenant: 64, tenantQueue: 1_000)
            return policy
        case .guarded: break
        }
        var concurrency = ConcurrencyPolicy(.gradient2)
        concurrency.minimum = 1_000
        concurrency.initial = 1_000
        concurrency.maximum = 2_000
        policy.concurrency = concurrency
        policy.bulkheads = BulkheadPolicy(
            providers: members.map { .init(provider: ProviderIndex(rawValue: $0), attempts: 2_000) }, tenant: 64)
        policy.outlierEjection = OutlierPolicy()
        policy.shedding = SheddingPolicy(
            admission: .init(delay: .milliseconds(500)), deadlineShareMicros: 1_000_000)
        return policy
    }

    public func sample(operations: Int) -> BenchmarkSample {
        let providers = ["a", "b"].map { ProviderDescription(name: $0, dialect: .gateway) }
        var host = LeastHost(
            Dispatcher(policy: policy, providers: providers), fails: variant != .straight, isSlow: variant == .hedged)
        // Until the pools have grown and the first budget and window are full.
        host.run(decisions: 100_000)
        let messages = host.consumed
        let watch = Stopwatch()
        let done = host.run(decisions: operations)
        let time = watch.elapsed
        let counters = host.dispatcher.counters
        let sent = Double(host.consumed - messages)
        return BenchmarkSample(
            operations: UInt64(done), time: time,
            figures: [
                ("decisions per message", Double(done) / sent),
                ("attempts per message", Double(counters.attempts) / Double(counters.consumed)),
                ("million messages per second", sent / time.processorSeconds * 1e-6),
                ("undelivered", Double(counters.settled - counters.delivered)),
            ])
    }
}

/// Answers in the order of the sends, each the same time later, slow ones apart; wakes as well, the next when the one before has come.
private struct LeastHost: ~Copyable {
    private struct Due: BitwiseCopyable {
        var at: Int64
        var what: UInt64
    }

    let dispatcher: Dispatcher
    private let fails: Bool
    /// Whether one answer in eight takes four times as long.
    private let isSlow: Bool
    private var actions = Actions(capacity: 1_024)
    private let answers = Ring<Due>()
    private let slowAnswers = Ring<Due>()
    private let wakes = Ring<Due>()
    /// Those of hedges: all equally soon.
    private let soonWakes = Ring<Due>()
    private var now: Int64 = 0
    private(set) var consumed: UInt64 = 0
    private var sends: UInt64 = 0
    private var answered: UInt64 = 0

    init(_ dispatcher: Dispatcher, fails: Bool, isSlow: Bool) {
        self.dispatcher = dispatcher
        self.fails = fails
        self.isSlow = isSlow
    }

    deinit {
        answers.deallocate()
        slowAnswers.deallocate()
        wakes.deallocate()
        soonWakes.deallocate()
    }

    @discardableResult
    mutating func run(decisions: Int) -> Int {
        var done = 0
        while done < decisions {
            now &+= 1_000
            while !answers.isEmpty, answers[answers.startPosition].at <= now {
                answer(answers.popFirst().what)
                done &+= 1
            }
            while !slowAnswers.isEmpty, slowAnswers[slowAnswers.startPosition].at <= now {
                answer(slowAnswers.popFirst().what)
                done &+= 1
            }
            while !soonWakes.isEmpty, soonWakes[soonWakes.startPosition].at <= now {
                handle(.woken(TimerID(rawValue: soonWakes.popFirst().what)))
                done &+= 1
            }
            while !wakes.isEmpty, wakes[wakes.startPosition].at <= now {
                handle(.woken(TimerID(rawValue: wakes.popFirst().what)))
                done &+= 1
            }
            consumed &+= 1
            handle(
                .consumed(
                    Notification(
                        reference: consumed, key: consumed, recipient: consumed,
                        tenant: UInt32(truncatingIfNeeded: consumed & 1_023), channel: .push, platform: .none,
                        created: Instant(nanoseconds: now), expires: Instant(nanoseconds: now &+ 60_000_000_000))))
            done &+= 1
        }
        return done
    }

    private mutating func answer(_ attempt: UInt64) {
        answered &+= 1
        // One in twenty, in no order.
        let isFailure = fails && (answered &* 0x9E37_79B9_7F4A_7C15) >> 32 < 214_748_365
        handle(.responded(AttemptID(rawValue: attempt), isFailure ? ProviderResponse(status: 503) : .ok))
    }

    private mutating func handle(_ input: Input) {
        dispatcher.handle(
            input, now: Instant(nanoseconds: now),
            random: UInt64(truncatingIfNeeded: now) &* 0xD134_2543_DE82_EF95 ^ consumed &* 0x9E37_79B9_7F4A_7C15,
            into: &actions)
        for index in 0..<actions.count {
            switch actions[index] {
            case .send(let attempt, _, _, _, _, _, _):
                sends &+= 1
                if isSlow && (sends &* 0x9E37_79B9_7F4A_7C15) >> 61 == 0 {
                    slowAnswers.append(Due(at: now &+ 1_024_000, what: attempt.rawValue))
                } else {
                    answers.append(Due(at: now &+ 256_000, what: attempt.rawValue))
                }
            case .wake(let timer, let at):
                let due = Due(at: at.nanoseconds, what: timer.rawValue)
                if at.nanoseconds &- now == DispatchModel.hedgeDelay.nanoseconds {
                    soonWakes.append(due)
                } else {
                    wakes.append(due)
                }
            default: break
            }
        }
        actions.removeAll()
    }
}
