// SPDX-License-Identifier: Apache-2.0

/// What a dispatcher has done so far.
public struct DeliveryCounters: Equatable, Sendable {
    // The four that every message moves stand first, in one cache line.
    public internal(set) var consumed: Int64 = 0
    public internal(set) var lookUps: Int64 = 0
    /// Sends of notifications that nobody had sent before.
    public internal(set) var firstAttempts: Int64 = 0
    public internal(set) var delivered: Int64 = 0

    /// Further sends on the same channel; each is paid from the retry budget, if there is one.
    public internal(set) var retries: Int64 = 0
    /// First sends on a channel that was fallen back to, or of a dead letter that came back, and sends again of what a
    /// refused sender gave back.
    public internal(set) var fallbackAttempts: Int64 = 0
    /// Retries at another provider than the attempt before; contained in `retries`.
    public internal(set) var failovers: Int64 = 0
    /// Copies sent while another attempt was under way; contained in `retries`.
    public internal(set) var hedges: Int64 = 0
    /// Attempts called back because another had decided the matter.
    public internal(set) var cancels: Int64 = 0
    /// Attempts that an adaptive throttle kept from being sent.
    public internal(set) var refusals: Int64 = 0
    /// Dead letters that were handed over to come back.
    public internal(set) var buried: Int64 = 0
    /// Changes of channel.
    public internal(set) var fallbacks: Int64 = 0
    /// Retries after an attempt of which nobody knows whether it was accepted.
    public internal(set) var riskyRetries: Int64 = 0
    public internal(set) var failedLookUps: Int64 = 0
    public internal(set) var backoffs: Int64 = 0
    public internal(set) var breakerWaits: Int64 = 0
    public internal(set) var budgetWaits: Int64 = 0
    public internal(set) var rateLimitWaits: Int64 = 0
    public internal(set) var noRouteWaits: Int64 = 0
    public internal(set) var orderWaits: Int64 = 0
    public internal(set) var concurrencyWaits: Int64 = 0
    public internal(set) var bulkheadWaits: Int64 = 0
    /// Attempts not begun because their answer would have come too late.
    public internal(set) var hopeless: Int64 = 0
    public internal(set) var quietWaits: Int64 = 0
    public internal(set) var moneyWaits: Int64 = 0
    /// In-app messages that were taken, and then waited to be seen.
    public internal(set) var seenWaits: Int64 = 0
    /// Of these, those that were.
    public internal(set) var seenInApp: Int64 = 0
    /// Replaced by a later one with the same collapse key; contained in `suppressed`.
    public internal(set) var collapsed: Int64 = 0
    /// Beyond the recipient's frequency cap; contained in `suppressed`.
    public internal(set) var capped: Int64 = 0
    /// Millionths of the currency's unit, less what was booked back.
    public internal(set) var spentMicros: Int64 = 0
    /// Breakers that opened, stops included.
    public internal(set) var breakersOpened: Int64 = 0
    public internal(set) var requeued: Int64 = 0
    /// Successes of earlier attempts that ended a chain after a later attempt or a wait had begun.
    public internal(set) var lateSuccesses: Int64 = 0
    /// Permanent answers that were counted against a recipient.
    public internal(set) var strikes: Int64 = 0
    /// Permanent answers that were not: in a wave of them, or about an address that has been registered since.
    public internal(set) var disbelieved: Int64 = 0
    /// Channels left because of strikes that a store knew.
    public internal(set) var suppressedByRecord: Int64 = 0
    /// Channels left because the recipient objected.
    public internal(set) var revoked: Int64 = 0
    /// Dead-lettered unseen, having been delivered too often.
    public internal(set) var poisoned: Int64 = 0
    /// Inputs about what no longer was.
    public internal(set) var stale: Int64 = 0

    public internal(set) var expired: Int64 = 0
    public internal(set) var suppressed: Int64 = 0
    public internal(set) var duplicates: Int64 = 0
    public internal(set) var deadLettered: Int64 = 0
    public internal(set) var shed: Int64 = 0

    package init() {}

    /// Sends asked for.
    public var attempts: Int64 { firstAttempts + retries + fallbackAttempts }
    public var settled: Int64 { delivered + expired + suppressed + duplicates + deadLettered + shed }

    mutating func count(_ outcome: Outcome) {
        switch outcome {
        case .delivered: delivered += 1
        case .expired: expired += 1
        case .suppressed: suppressed += 1
        case .duplicate: duplicates += 1
        case .deadLettered: deadLettered += 1
        case .shed: shed += 1
        }
    }

    mutating func count(_ reason: WaitReason) {
        switch reason {
        case .backoff: backoffs += 1
        case .breaker: breakerWaits += 1
        case .budget: budgetWaits += 1
        case .rateLimit: rateLimitWaits += 1
        case .noRoute: noRouteWaits += 1
        case .order: orderWaits += 1
        case .concurrency: concurrencyWaits += 1
        case .bulkhead: bulkheadWaits += 1
        case .quietHours: quietWaits += 1
        case .money: moneyWaits += 1
        case .seen: seenWaits += 1
        case .deadLetter: buried += 1
        }
    }
}
