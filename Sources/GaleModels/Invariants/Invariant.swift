// SPDX-License-Identifier: Apache-2.0

/// What holds in every run, whatever its scenario expects. Each is decided by an observer beside the code under test.
///
/// The raw value is its name in results, and in a variant's `violates:`.
public enum Invariant: String, CaseIterable, Codable, Sendable {
    /// Every notification submitted is in one line of the ledger.
    case ledger
    /// What a broker has acknowledged is not lost, where its settings promise that.
    case durability
    /// A message that a stage has taken in ends there once.
    case settlement
    /// A recipient's notifications come in their order, where the policy promises it.
    case order
    /// No more attempts reach a provider over any window than the policy's limit says.
    case rateLimit = "rate-limit"
    /// No more retries are sent than the budget says.
    case retryBudget = "retry-budget"
    /// Nothing is sent that has expired.
    case timeToLive = "ttl"
    /// Nothing is sent to a recipient who has objected.
    case consent
    /// Nothing is sent in the recipient's quiet hours.
    case quietHours = "quiet-hours"
    /// What has a bound stays within it: queues, slots, attempts under way.
    case queueBound = "queue-bound"
    /// Of two tenants who both wait, neither is served much more often.
    case fairness
    /// No more is spent in a period than the budget says.
    case money
    /// A key is looked up before its first send, and where a policy stays closed nothing is sent while it can't be.
    case deduplication
    /// Every attempt of a notification carries the notification's key.
    case idempotency = "idempotency-key"
    /// An attempt has as much time as the policy says.
    case timeout
    /// Nothing is tried again before the provider's Retry-After, as far as the policy believes it.
    case retryAfter = "retry-after"
    /// Retries that the policy spreads don't come together.
    case jitter
    /// Copies of an attempt are called back when their notification ends.
    case hedging
    /// Recipients are struck only for answers that say that they are gone, and not in a wave of those.
    case suppression
    /// A circuit breaker whose time is over lets an attempt through.
    case breaker
    /// What was under way has come back when all has ended.
    case slots
    /// Who is more urgent waits no longer.
    case lanes
    /// What has been taken in comes to an end: as long as it has not, something is on its way that takes it on.
    case liveness
}
