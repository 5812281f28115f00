// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels

/// What an exploration has reached or not, as a person reads it. Its report as JSON keeps the names.
enum CoverageWords {
    /// - Parameters:
    ///   - name: of an item of `Coverage`.
    ///   - group: which it belongs to.
    static func words(_ name: String, in group: String) -> String {
        let worker = "worker: "
        switch Coverage.Group(rawValue: group) {
        case .delivery: return delivery[name] ?? name
        case .state where name.hasPrefix(worker):
            return "replica of a stage with `work`: " + name.dropFirst(worker.count)
        default: return name
        }
    }

    /// Of the delivery code's counters.
    private static let delivery: [String: String] = [
        "consumed": "messages consumed", "lookUps": "look-ups in a store", "firstAttempts": "first attempts",
        "delivered": "delivered", "retries": "retries", "fallbackAttempts": "first attempts on another channel",
        "failovers": "retries at another provider", "hedges": "hedged copies", "cancels": "attempts called back",
        "refusals": "attempts refused by an adaptive throttle", "buried": "dead letters set aside for a replay",
        "fallbacks": "changes of channel", "riskyRetries": "retries that may deliver twice",
        "failedLookUps": "look-ups that failed", "backoffs": "waits for a backoff",
        "breakerWaits": "waits for a breaker", "budgetWaits": "waits for the retry budget",
        "rateLimitWaits": "waits for a rate limit", "noRouteWaits": "waits for a route",
        "orderWaits": "waits for order", "concurrencyWaits": "waits for a concurrency limit",
        "bulkheadWaits": "waits for a bulkhead", "hopeless": "attempts not begun for want of time",
        "quietWaits": "waits for the end of quiet hours", "moneyWaits": "waits for money",
        "seenWaits": "waits for an in-app message to be seen", "seenInApp": "in-app messages seen",
        "collapsed": "replaced by a later one (collapse key)", "capped": "beyond a frequency cap",
        "spentMicros": "money spent", "breakersOpened": "breakers opened", "requeued": "handed to a retry topic",
        "lateSuccesses": "successes after a retry had begun", "strikes": "strikes against a recipient",
        "disbelieved": "permanent answers not believed", "suppressedByRecord": "suppressed by a record in a store",
        "revoked": "suppressed by an objection", "poisoned": "dead-lettered after too many deliveries",
        "stale": "inputs about what no longer was", "expired": "expired", "suppressed": "suppressed",
        "duplicates": "duplicates recognised", "deadLettered": "dead-lettered", "shed": "shed",
    ]
}
