// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What the host tells the dispatcher. The host adds the time and one random word to each.
public enum Input: Equatable, Sendable {
    /// A notification was read from the queue. It occupies one of the worker's slots until the dispatcher gives that back
    /// (`Action.release`, `.requeue` or `.settle`).
    case consumed(Notification)
    /// An attempt ended: the provider's own words, or the transport's.
    case responded(AttemptID, ProviderResponse)
    /// A look-up ended.
    case lookedUp(LookupID, LookupAnswer)
    /// A recipient objects to a channel from now on, or no longer does; `channel` nil: to every channel. Where the policy asks
    /// for consent, every replica is told, whether it has something for the recipient or not.
    case consentChanged(recipient: UInt64, channel: Channel?, isGranted: Bool)
    /// The host grants the slot that `Action.acquire` asked for.
    case granted(ChainID)
    /// A time that `Action.wake` named has come.
    case woken(TimerID)
}

/// One notification's life inside the dispatcher: slot and generation. Stale identifiers are recognised and ignored.
@frozen
public struct ChainID: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// One attempt: the chain's slot, generation and the attempt's number. Stale identifiers are recognised and ignored.
@frozen
public struct AttemptID: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What a wake-up is for: opaque to the host.
@frozen
public struct TimerID: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
}
