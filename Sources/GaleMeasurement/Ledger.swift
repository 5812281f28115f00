// SPDX-License-Identifier: Apache-2.0

/// What became of the notifications, by the provider's truth. Every submitted one is in exactly one of the entries from
/// `delivered` to `inFlight`; `duplicates` is counted beside them.
@frozen
public struct Ledger: Equatable, Sendable {
    /// Drawn at the source, fan-out included, whether or not they ever reached a topic.
    public var submitted: Int64
    /// Accepted by a provider within their validity, once or more.
    public var delivered: Int64
    /// Accepted by a provider, but only after their validity had ended.
    public var deliveredLate: Int64
    /// Given up because their validity had ended.
    public var expired: Int64
    /// Not sent on purpose: no consent, a dead token, a cap.
    public var suppressed: Int64
    /// Given up after their last attempt, and kept aside.
    public var deadLettered: Int64
    /// Refused by the pipeline itself to save the rest.
    public var shed: Int64
    /// Gone without anyone knowing.
    public var lost: Int64
    /// Not settled when the run ended.
    public var inFlight: Int64
    /// Deliveries beyond the first of the same notification.
    public var duplicates: Int64

    @inlinable
    public init(
        submitted: Int64 = 0, delivered: Int64 = 0, deliveredLate: Int64 = 0, expired: Int64 = 0, suppressed: Int64 = 0,
        deadLettered: Int64 = 0, shed: Int64 = 0, lost: Int64 = 0, inFlight: Int64 = 0, duplicates: Int64 = 0
    ) {
        self.submitted = submitted
        self.delivered = delivered
        self.deliveredLate = deliveredLate
        self.expired = expired
        self.suppressed = suppressed
        self.deadLettered = deadLettered
        self.shed = shed
        self.lost = lost
        self.inFlight = inFlight
        self.duplicates = duplicates
    }

    /// Whoever should have got a notification in time or late, and did not: `submitted − delivered − deliveredLate −
    /// suppressed`.
    @inlinable
    public var undelivered: Int64 { submitted - delivered - deliveredLate - suppressed }

    /// True when the entries sum to `submitted`.
    @inlinable
    public var balances: Bool {
        submitted == delivered + deliveredLate + expired + suppressed + deadLettered + shed + lost + inFlight
    }

    @inlinable
    public static func += (left: inout Ledger, right: Ledger) {
        left.submitted += right.submitted
        left.delivered += right.delivered
        left.deliveredLate += right.deliveredLate
        left.expired += right.expired
        left.suppressed += right.suppressed
        left.deadLettered += right.deadLettered
        left.shed += right.shed
        left.lost += right.lost
        left.inFlight += right.inFlight
        left.duplicates += right.duplicates
    }

    @inlinable
    public static func + (left: Ledger, right: Ledger) -> Ledger {
        var sum = left
        sum += right
        return sum
    }
}
