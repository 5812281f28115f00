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
}
