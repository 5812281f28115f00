// SPDX-License-Identifier: Apache-2.0

/// One call of a provider, as far as its answer depends on it.
@frozen
public struct ProviderRequest: Sendable {
    /// The device token, phone number or mailbox, by number.
    public var recipient: UInt64
    /// The notification's idempotency key: equal for every attempt and every copy.
    public var key: UInt64
    /// The nth call for this key at this provider. Each draws its own luck.
    public var attempt: UInt32

    @inlinable
    public init(recipient: UInt64, key: UInt64, attempt: UInt32) {
        self.recipient = recipient
        self.key = key
        self.attempt = attempt
    }
}
