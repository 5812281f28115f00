// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What a response means for the attempt, the message and the provider.
public enum ErrorClass: UInt8, CaseIterable, Sendable {
    /// The provider took it.
    case ok
    /// The same provider later: the obstacle belongs to this recipient or this message, not to the provider.
    case retryHere
    /// The provider wants another connection; the request was not taken.
    case retryNewConnection
    /// The provider has trouble: an equivalent at once if one is healthy, otherwise later.
    case failOver
    /// The provider limits us: an equivalent at once if one is healthy, otherwise not before its Retry-After.
    case throttled
    /// It will never be taken on this channel.
    case permanent
    /// The recipient can't be reached on this channel any more: nothing may be sent there again.
    case suppressRecipient
    /// Every request to this provider will be refused until someone repairs our account or credentials.
    case stopSender
}

/// A response, judged.
@frozen
public struct Verdict: Equatable, Sendable {
    public var errorClass: ErrorClass
    /// Whether a circuit breaker counts it as a failure. What a provider says about one recipient never counts.
    public var countsAgainstProvider: Bool
    /// Nobody knows whether the provider took it: a retry may make a duplicate.
    public var mayHaveBeenAccepted: Bool
    /// Wait that the provider's documentation asks for when it gives no Retry-After; seconds.
    public var defaultRetryAfterSeconds: UInt16

    @inlinable
    public init(
        _ errorClass: ErrorClass, countsAgainstProvider: Bool = false, mayHaveBeenAccepted: Bool = false,
        defaultRetryAfterSeconds: UInt16 = 0
    ) {
        self.errorClass = errorClass
        self.countsAgainstProvider = countsAgainstProvider
        self.mayHaveBeenAccepted = mayHaveBeenAccepted
        self.defaultRetryAfterSeconds = defaultRetryAfterSeconds
    }

    @inlinable public static var ok: Verdict { Verdict(.ok) }
    @inlinable public static var permanent: Verdict { Verdict(.permanent) }
    @inlinable public static var suppressRecipient: Verdict { Verdict(.suppressRecipient) }
    @inlinable public static var stopSender: Verdict { Verdict(.stopSender, countsAgainstProvider: true) }
    /// The provider's own trouble, after which the request was certainly not taken.
    @inlinable public static var failOver: Verdict { Verdict(.failOver, countsAgainstProvider: true) }
    /// Trouble after which nobody knows whether the request was taken.
    @inlinable public static var failOverUnsure: Verdict {
        Verdict(.failOver, countsAgainstProvider: true, mayHaveBeenAccepted: true)
    }
    @inlinable public static var throttled: Verdict { Verdict(.throttled, countsAgainstProvider: true) }
    /// An obstacle of this recipient alone.
    @inlinable public static var retryHere: Verdict { Verdict(.retryHere) }
}

/// One line of the taxonomy: a provider's code and what it means.
public struct TaxonomyLine: Equatable, Sendable {
    /// The status that the code usually comes with.
    public var status: UInt16
    /// The provider's own word for it.
    public var text: String
    public var verdict: Verdict

    init(_ status: UInt16, _ text: String, _ verdict: Verdict) {
        self.status = status
        self.text = text
        self.verdict = verdict
    }
}
