// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// An invariant that did not hold: the first time that it happened for this cause, and how often it did.
public struct Violation: Equatable, Sendable {
    public var invariant: Invariant
    /// The message that showed it, see `MessageName`; nil: it is about no single one.
    public var message: UInt64?
    /// Of two that show it only together, the other one, as what overtook the message; nil: there is none.
    public var other: UInt64?
    public var at: Instant
    /// In one line, for people: with the numbers of this occurrence.
    public var cause: String
    /// By which occurrences are told to be the same failure, in any run and with any seed: names of the invariant, and of
    /// policies, stages, providers and topics. No numbers, times or messages.
    public var causeKey: String
    /// Occurrences with this key.
    public var count: Int64

    public init(
        _ invariant: Invariant, message: UInt64?, other: UInt64? = nil, at: Instant, cause: String, causeKey: String,
        count: Int64 = 1
    ) {
        self.invariant = invariant
        self.message = message
        self.other = other
        self.at = at
        self.cause = cause
        self.causeKey = causeKey
        self.count = count
    }
}
