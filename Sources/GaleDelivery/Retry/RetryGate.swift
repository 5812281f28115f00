// SPDX-License-Identifier: Apache-2.0

/// A policy's admission, compiled. Finagle's budget is kept apart, in `DispatcherState.budget`: its deposits are on the straight way.
struct RetryGate {
    enum Kind: UInt8, BitwiseCopyable { case unlimited, budget, bucket, throttle, concurrency, adaptive }

    let kind: Kind
    var bucket: RetryBucket
    var throttle: RetryThrottle
    var concurrency: RetryConcurrency

    init(_ admission: RetryAdmission) {
        bucket = RetryBucket(.awsStandard20)
        throttle = RetryThrottle(RetryThrottlePolicy())
        concurrency = RetryConcurrency(RetryConcurrencyPolicy())
        switch admission {
        case .unlimited: kind = .unlimited
        case .budget: kind = .budget
        case .bucket(let policy):
            kind = .bucket
            bucket = RetryBucket(policy)
        case .throttle(let policy):
            kind = .throttle
            throttle = RetryThrottle(policy)
        case .concurrency(let policy):
            kind = .concurrency
            concurrency = RetryConcurrency(policy)
        case .adaptive: kind = .adaptive
        }
    }

    /// Whether retries ask here before they are sent.
    var isMetered: Bool { kind != .unlimited && kind != .adaptive }
    /// Whether it must be told how every attempt ends.
    var followsOutcomes: Bool { kind != .unlimited && kind != .budget }
}
