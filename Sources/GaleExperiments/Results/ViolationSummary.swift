// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives

/// An invariant that did not hold, for one cause.
public struct ViolationSummary: Codable, Equatable, Sendable {
    public var invariant: Invariant
    /// The message that showed it first, as `MessageName` writes it and `gale replay --message` reads it; nil: none did alone.
    public var message: String?
    /// When it was first seen, and the same in seconds.
    public var nanoseconds: Int64
    public var atSeconds: Double
    /// In one line, with the numbers of the first occurrence.
    public var cause: String
    /// The same for the same failure in any run and with any seed.
    public var causeKey: String
    /// Occurrences.
    public var count: Int64

    public init(
        invariant: Invariant, message: String?, nanoseconds: Int64, cause: String, causeKey: String, count: Int64
    ) {
        self.invariant = invariant
        self.message = message
        self.nanoseconds = nanoseconds
        atSeconds = Interval(nanoseconds: nanoseconds).seconds
        self.cause = cause
        self.causeKey = causeKey
        self.count = count
    }

    package init(_ violation: Violation, in specification: WorldSpecification) {
        self.init(
            invariant: violation.invariant,
            message: violation.message.map { MessageName.text($0, in: specification) },
            nanoseconds: violation.at.nanoseconds,
            cause: violation.cause
                + (violation.other.map { ": " + MessageName.text($0, in: specification) } ?? ""),
            causeKey: violation.causeKey,
            count: violation.count)
    }
}
