// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// How a notification reaches a person.
public enum Channel: UInt8, CaseIterable, Sendable {
    case push, email, sms, inApp

    /// The word for it.
    public var name: String {
        switch self {
        case .push: "push"
        case .email: "email"
        case .sms: "sms"
        case .inApp: "in-app"
        }
    }
}

/// The platform that a push token belongs to. A token belongs to exactly one, so platforms are not equivalents.
public enum Platform: UInt8, CaseIterable, Sendable {
    case none, ios, android, web

    public var name: String {
        switch self {
        case .none: "none"
        case .ios: "ios"
        case .android: "android"
        case .web: "web"
        }
    }
}

/// What the dispatcher is told of one notification.
@frozen
public struct Notification: Equatable, Sendable {
    /// The host's own reference: it comes back in every action about this notification.
    public var reference: UInt64
    /// The idempotency key: equal for every copy of the same notification.
    public var key: UInt64
    public var recipient: UInt64
    public var tenant: UInt32
    public var channel: Channel
    public var platform: Platform
    /// What `Action.requeue` said as `attempts`, as a retry topic's header brings it; otherwise 0. Its low eight bits are the place
    /// on the notification's way: attempts made on its channel, and `RetryPolicy.attempts` for each channel already left; the next
    /// two, how often it came back from the dead letters. The rest is the dispatcher's own.
    public var previousAttempts: UInt64
    /// When it was meant to be sent.
    public var created: Instant
    /// From when on it is worth nothing.
    public var expires: Instant
    public var priority: Priority
    // It stands here, where it takes no room.
    /// How often the queue has delivered it, this time included; at least 1.
    public var deliveries: UInt8
    /// The recipient's time zone, where quiet hours matter.
    public var zone: TimeZoneIndex
    /// Other than 0: a later notification with the same collapse key to the same recipient replaces this one, as long as it is
    /// unsent (`apns-collapse-id` of APNs, `collapse_key` of FCM; a hash of it).
    public var collapseKey: UInt64
    /// When the recipient's address (token, number, mailbox) was registered; the distant past where nobody knows.
    public var registered: Instant

    @inlinable
    public init(
        reference: UInt64, key: UInt64, recipient: UInt64, tenant: UInt32, channel: Channel, platform: Platform,
        previousAttempts: UInt64 = 0, created: Instant, expires: Instant, priority: Priority = .normal,
        zone: TimeZoneIndex = .unknown, collapseKey: UInt64 = 0,
        registered: Instant = Instant(nanoseconds: .min), deliveries: UInt8 = 1
    ) {
        self.reference = reference
        self.key = key
        self.recipient = recipient
        self.tenant = tenant
        self.channel = channel
        self.platform = platform
        self.previousAttempts = previousAttempts
        self.created = created
        self.expires = expires
        self.priority = priority
        self.zone = zone
        self.collapseKey = collapseKey
        self.registered = registered
        self.deliveries = deliveries
    }
}

/// A provider by its place in the list that the dispatcher was made with.
@frozen
public struct ProviderIndex: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
}
