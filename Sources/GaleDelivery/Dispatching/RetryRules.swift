// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A retry policy's plain numbers, compiled; times in nanoseconds.
struct RetryRules {
    /// No copy follows another sooner, in nanoseconds.
    static let leastDelay: Int64 = 1_000_000

    /// Attempts under way at once; 1: no hedging.
    let copies: Int
    let hedgeDelay: Int64
    /// Who is refused a retry gives the channel up.
    let givesUp: Bool
    /// Retries are paid for when they are decided upon, not when they are sent.
    let prepays: Bool
    let isUnlimited: Bool
    let lifetime: Int64
    /// The most of a provider's Retry-After that is believed; negative: it is ignored.
    let retryAfterCap: Int64
    let retryAfter: RetryPolicy.RetryAfterRule
    let levels: UnsafeMutablePointer<Int64>
    let levelCount: Int
    /// How long a dead letter stays at least; negative: dead letters don't come back.
    let replayAfter: Int64
    /// Between two replays.
    let replayGap: Int64

    init(_ policy: Policy) {
        let retry = policy.retry
        copies = min(max(1, retry.hedging?.copies ?? 1), HedgingPolicy.mostCopies)
        hedgeDelay = min(max(Self.leastDelay, retry.hedging?.delay.nanoseconds ?? 0), .max / 4)
        givesUp = retry.whenRefused == .giveUp
        prepays = givesUp && policy.waiting != .retryTopic
        isUnlimited = retry.attempts == RetryPolicy.unlimited
        lifetime = retry.lifetime.map { max(0, $0.nanoseconds) } ?? .max
        retryAfterCap = retry.retryAfterCap.map { max(0, $0.nanoseconds) } ?? -1
        retryAfter = retry.retryAfter
        let hasTopics = policy.waiting == .retryTopic
        let delays = hasTopics ? retry.levels.prefix(Int(RetryLevel.mostLevels)) : []
        levelCount = delays.count
        levels = .allocate(capacity: max(1, delays.count))
        for (place, delay) in delays.enumerated() {
            (levels + place).initialize(to: min(max(0, delay.nanoseconds), .max / 4))
        }
        let replay = hasTopics ? retry.replay : nil
        replayAfter = replay.map { min(max(1, $0.after.nanoseconds), .max / 4) } ?? -1
        replayGap = 1_000_000_000_000_000 / max(1, replay?.ratePerSecondMicros ?? 1)
    }

    func deallocate() { levels.deallocate() }

    /// The first topic whose delay is long enough, or the last.
    func level(for delay: Int64) -> Int {
        var level = 0
        while level < levelCount - 1 && levels[level] < delay { level += 1 }
        return level
    }
}
