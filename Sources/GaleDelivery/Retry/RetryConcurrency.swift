// SPDX-License-Identifier: Apache-2.0

/// Envoy's retry budget, see `RetryConcurrencyPolicy`.
package struct RetryConcurrency: BitwiseCopyable {
    private let ratioMicros: Int64
    private let minimum: Int64
    /// Attempts under way, retries included; not those in backoff.
    package private(set) var active: Int64 = 0
    /// Retries from their admission to their end, backoff included.
    package private(set) var retries: Int64 = 0

    package init(_ policy: RetryConcurrencyPolicy) {
        ratioMicros = min(max(0, policy.ratioMicros), 100_000_000)
        minimum = min(max(0, policy.minimum), 1 << 30)
    }

    /// The most retries that there may be now.
    package var limit: Int64 { max(minimum, ratioMicros * active / 1_000_000) }
    /// Retries that may be admitted now.
    package var available: Int64 { max(0, limit - retries) }

    package mutating func admitRetry() {
        precondition(available > 0, "a retry starts only within the limit")
        retries += 1
    }

    /// A retry is over: it has its answer, or is not made after all.
    package mutating func endRetry() {
        precondition(retries > 0, "a retry ends once")
        retries -= 1
    }

    /// An attempt goes out.
    package mutating func began() { active += 1 }

    /// An attempt is under way no more.
    package mutating func ended() {
        precondition(active > 0, "an attempt ends once")
        active -= 1
    }
}
