// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The language a provider answers in; status and reason mean what it says they mean.
public enum ProviderDialect: UInt8, CaseIterable, Sendable {
    /// HTTP status and the `reason` of the JSON body.
    case apns
    /// HTTP status and `errorCode` of FCM HTTP v1.
    case fcm
    /// HTTP status of the create call and Twilio-like error code.
    case sms
    /// SMTP reply code and enhanced status code (RFC 3463).
    case smtp
    /// HTTP status of an in-app gateway of our own.
    case gateway
}

/// How an attempt ended, in the provider's own words or the transport's.
@frozen
public struct ProviderResponse: Equatable, Sendable {
    /// The provider's status: HTTP status or SMTP reply code; 0 where the transport failed.
    public var status: UInt16
    /// The provider's reason within its dialect; see `Reason`.
    public var reason: Reason
    /// `Retry-After`, when the provider gave one; negative: it asks not to be sent this again (gRPC's pushback, gRFC A6).
    public var retryAfter: Interval?
    /// Since when the provider has known the recipient's address to be invalid: the `timestamp` of APNs' 410.
    public var invalidSince: Instant?

    @inlinable
    public init(
        status: UInt16, reason: Reason = .none, retryAfter: Interval? = nil, invalidSince: Instant? = nil
    ) {
        self.status = status
        self.reason = reason
        self.retryAfter = retryAfter
        self.invalidSince = invalidSince
    }

    @inlinable public static var ok: ProviderResponse { ProviderResponse(status: 200) }
    /// No answer within the attempt's time-out: nobody knows whether the provider took it.
    @inlinable public static var timedOut: ProviderResponse { ProviderResponse(status: 0, reason: .timedOut) }
    /// The connection was refused or could not be made: the provider did not take it.
    @inlinable public static var connectionFailed: ProviderResponse {
        ProviderResponse(status: 0, reason: .connectionFailed)
    }
    /// The connection was reset while the attempt was under way.
    @inlinable public static var connectionReset: ProviderResponse {
        ProviderResponse(status: 0, reason: .connectionReset)
    }
}

/// A provider's reason by number: the number's meaning is its text in `Reason.texts`.
///
/// Numbers are stable only within one build; what is kept on disk is the text.
@frozen
public struct Reason: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    @inlinable public static var none: Reason { Reason(rawValue: 0) }
    @inlinable public static var timedOut: Reason { Reason(rawValue: 1) }
    @inlinable public static var connectionFailed: Reason { Reason(rawValue: 2) }
    @inlinable public static var connectionReset: Reason { Reason(rawValue: 3) }
    /// A text that the taxonomy does not know; the status alone decides.
    @inlinable public static var unknown: Reason { Reason(rawValue: 4) }
}
