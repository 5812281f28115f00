// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What a stage's policy promises about each action of its dispatchers, and what is remembered to see whether it is kept.
package struct PolicyPromise: BitwiseCopyable {
    /// Time that an attempt may take.
    package var timeout = Interval.zero
    /// A key is looked up before its first send.
    package var deduplicates = false
    /// Kinds of state, as bits by their raw values: while a store can't tell of one, a notification waits.
    package var closed: UInt8 = 0
    /// The longest Retry-After that is kept to, nanoseconds; negative: none is.
    package var retryAfterCap: Int64 = -1
    /// No two delays are likely to be the same.
    package var isJittered = false
    /// Of those that wait for a limit, the urgent go before all that have waited less than `ageing`.
    package var hasLanes = false
    /// Ticks; see `Message.ticks`.
    var ageing: UInt32 = .max
    /// By dialect (its raw value), of the providers of a stage's routes, as bits.
    var dialects: UInt8 = 0
    /// The job whose next wake is the end of its backoff, plus one; 0: none.
    var backingOff: UInt32 = 0
    /// The last backoff's delay in nanoseconds, and how many were the same before it.
    var lastDelay: Int64 = -1
    var sameDelays: Int32 = 0
    /// More delays in a row than this are not the same by chance.
    static let mostSameDelays: Int32 = 7

    init() {}

    init(_ policy: Policy, dialects: [ProviderDialect]) {
        timeout = policy.timeout
        deduplicates = policy.deduplication != nil
        let kinds: [(kind: StateKind, isClosed: Bool)] = [
            (.deduplication, policy.deduplication?.onFailure == .closed),
            (.suppression, policy.suppression?.onFailure == .closed), (.consent, policy.consent?.onFailure == .closed),
            (.presence, policy.routing.presence?.onFailure == .closed),
            (.cap, policy.routing.cap?.onFailure == .closed),
        ]
        for (kind, isClosed) in kinds where isClosed { closed |= Self.bit(kind) }
        if let cap = policy.retry.retryAfterCap {
            // One that may only add so much to a delay that nobody knows here promises at most that.
            retryAfterCap = policy.retry.retryAfter == .bounded ? min(cap.nanoseconds, 5_000_000_000) : cap.nanoseconds
        }
        switch policy.retry.jitter {
        case .full, .equal, .decorrelated:
            // A level of a retry topic has a delay of its own.
            isJittered =
                policy.retry.base > .milliseconds(1) && policy.retry.backoff != .none && policy.retry.levels.isEmpty
        default: break
        }
        // Whoever may change from one wait to another without a word waits elsewhere than it looks.
        let stays =
            policy.fallbacks.isEmpty && policy.routing.presence == nil && policy.routing.quietHours == nil
            && policy.bulkheads?.tenant == nil
            && (policy.retry.admission == .unlimited || policy.retry.whenRefused == .giveUp)
        if case .strict(let ageing)? = policy.routing.lanes, policy.waiting == .park, stays {
            // Where tenants take turns, a lane that has aged may offer one that has not.
            hasLanes = ageing == nil || !policy.routing.isFair
            if let ageing { self.ageing = UInt32(clamping: ageing.nanoseconds >> 12) }
        }
        for dialect in dialects { self.dialects |= 1 << dialect.rawValue }
    }

    @inline(__always)
    package static func bit(_ kind: StateKind) -> UInt8 { 1 &<< kind.rawValue }

    /// Whether any of the providers could mean by this answer that the recipient is gone.
    func mayMeanGone(_ response: ProviderResponse) -> Bool {
        isTrueOfAny(response) { $0.errorClass == .suppressRecipient }
    }

    /// Whether any of them has a wait of its own for this answer.
    func hasDefaultWait(_ response: ProviderResponse) -> Bool {
        isTrueOfAny(response) { $0.defaultRetryAfterSeconds > 0 }
    }

    /// Whether something is true of what any of the providers means by an answer. Once a retry: without a list of dialects.
    @inline(__always)
    private func isTrueOfAny(_ response: ProviderResponse, _ isTrue: (Verdict) -> Bool) -> Bool {
        var left = dialects
        while left != 0 {
            let place = UInt8(truncatingIfNeeded: left.trailingZeroBitCount)
            left &= left &- 1
            if let dialect = ProviderDialect(rawValue: place), isTrue(Taxonomy.classify(dialect, response)) {
                return true
            }
        }
        return false
    }
}
