// SPDX-License-Identifier: Apache-2.0

/// A policy's admission, compiled, with its state: one for each provider, or one for all (`RetryPolicy.scope`).
///
/// What a first attempt on the straight way touches stands first.
struct RetryGate {
    enum Kind: UInt8, BitwiseCopyable { case unlimited, budget, bucket, throttle, concurrency, adaptive }

    /// Finagle's.
    var budget: RetryBudget
    /// Chains wait for it, or are on their way from its queue to a slot.
    var isAwaited = false
    let kind: Kind
    /// It is among those whose queues may have room (`DispatcherState.firstMarked`), and the next of them; -1: it is the last.
    var isMarked = false
    var nextMarked: Int32 = -1
    /// Chains have waited for it, and then none did.
    var wasFreeAgain = false
    var bucket: RetryBucket
    var throttle: RetryThrottle
    var concurrency: RetryConcurrency
    /// Google's.
    var adaptive: AdaptiveThrottle?

    init(_ admission: RetryAdmission) {
        var budget = RetryBudgetPolicy(ratioMicros: 0)
        bucket = RetryBucket(.awsStandard20)
        throttle = RetryThrottle(RetryThrottlePolicy())
        concurrency = RetryConcurrency(RetryConcurrencyPolicy())
        kind = Kind(admission)
        switch admission {
        case .unlimited: break
        case .budget(let policy): budget = policy
        case .bucket(let policy): bucket = RetryBucket(policy)
        case .throttle(let policy): throttle = RetryThrottle(policy)
        case .concurrency(let policy): concurrency = RetryConcurrency(policy)
        case .adaptive(let policy): adaptive = AdaptiveThrottle(policy)
        }
        self.budget = RetryBudget(budget)
    }

    func deallocate() {
        budget.deallocate()
        adaptive?.deallocate()
    }

    /// Whether a first attempt at `now` needs no more than `RetryBudget.recordCurrentFirstAttempt`: nobody waits for what it brings.
    @inline(__always)
    func takesDepositStraight(at now: Int64) -> Bool { budget.isCurrent(at: now) && !isAwaited }

    /// Retries of a cause that may be made now.
    mutating func available(_ cause: RetryBucket.Cause, at now: Int64) -> Int64 {
        switch kind {
        case .budget: budget.available(at: now)
        case .bucket: bucket.available(cause)
        case .throttle: throttle.allowsRetries ? .max / 2 : 0
        case .concurrency: concurrency.available
        case .unlimited, .adaptive: .max / 2
        }
    }

    /// Takes what a retry costs; there is one that `available` has just promised.
    mutating func withdraw(_ cause: RetryBucket.Cause, at now: Int64) {
        switch kind {
        case .budget: budget.withdraw(at: now)
        case .bucket: bucket.withdraw(cause)
        case .throttle: precondition(throttle.allowsRetries, "a retry is made only while the throttle allows it")
        case .concurrency: concurrency.admitRetry()
        case .unlimited, .adaptive: break
        }
    }
}

extension RetryGate.Kind {
    init(_ admission: RetryAdmission) {
        self =
            switch admission {
            case .unlimited: .unlimited
            case .budget: .budget
            case .bucket: .bucket
            case .throttle: .throttle
            case .concurrency: .concurrency
            case .adaptive: .adaptive
            }
    }

    /// Whether retries ask before they are sent.
    var isMetered: Bool { self != .unlimited && self != .adaptive }
    /// Whether the admission must be told how every attempt ends.
    var followsOutcomes: Bool { self != .unlimited && self != .budget }
}
