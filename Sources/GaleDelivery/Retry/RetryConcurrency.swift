// SPDX-License-Identifier: Apache-2.0

/// Envoy's retry budget, see `RetryConcurrencyPolicy`.
package struct RetryConcurrency: BitwiseCopyable {
    private let ratioMicros: Int64
    private let minimum: Int64
    /// Attempts under way, retries included.
    package private(set) var active: Int64 = 0
    /// Retries under way.
    package private(set) var retries: Int64 = 0

    package init(_ policy: RetryConcurrencyPolicy) {
        ratioMicros = min(max(0, policy.ratioMicros), 100_000_000)
        minimum = min(max(0, policy.minimum), 1 << 30)
    }

    /// The most retries that may be under way now.
    package var limit: Int64 { max(minimum, ratioMicros * active / 1_000_000) }

    /// Retries that may be started now.
    package var available: Int64 { max(0, limit - retries) }

    package mutating func began(isRetry: Bool) {
        precondition(!isRetry || available > 0, "a retry starts only within the limit")
        active += 1
        if isRetry { retries += 1 }
    }

    package mutating func ended(isRetry: Bool) {
        precondition(active > 0 && (!isRetry || retries > 0), "an attempt ends once")
        active -= 1
        if isRetry { retries -= 1 }
    }
}
