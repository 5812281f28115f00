// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// One attempt as a transport sees it.
public struct Delivery: Sendable {
    public var notification: Notification
    /// The idempotency key: the same for every attempt.
    public var key: UInt64
    /// Wall clock, seconds since 1970: from then on the notification is worth nothing.
    public var expires: Int64

    public init(notification: Notification, key: UInt64, expires: Int64) {
        self.notification = notification
        self.key = key
        self.expires = expires
    }
}

/// How an attempt ended: the provider's words, with the wall clock still in them.
public struct Reply: Equatable, Sendable {
    public var response: ProviderResponse
    /// The `timestamp` of APNs' 410, milliseconds since 1970.
    public var invalidSinceMilliseconds: Int64?

    public init(_ response: ProviderResponse, invalidSinceMilliseconds: Int64? = nil) {
        self.response = response
        self.invalidSinceMilliseconds = invalidSinceMilliseconds
    }
}

/// Names an attempt that a transport has taken on.
public struct Ticket: Hashable, Sendable {
    let number: UInt64
}

/// The transport to one provider. It and its host live on one event loop.
public protocol ProviderSender: AnyObject {
    /// Sends; `answer` is called once, never before this has returned, and not at all once the ticket was withdrawn.
    func send(_ delivery: Delivery, answer: @escaping (Reply) -> Void) -> Ticket

    /// Nobody waits for the answer any more; `late`: because it took too long.
    ///
    /// - Returns: whether the request may have reached the provider.
    func withdraw(_ ticket: Ticket, late: Bool) -> Bool
}
