// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What an entry in a store is about. State that the whole fleet shares lies in stores and is reached by look-ups and writes
/// alone (`Action.lookUp`, `Action.write`), because stores fail; a host maps each kind to a store, and keeps the keys of
/// different kinds apart.
public enum StateKind: UInt8, CaseIterable, Sendable {
    /// An idempotency key that was delivered; its value is 1.
    case deduplication
    /// A recipient's strikes on a channel; see `SuppressionRecord`.
    case suppression
    /// A recipient's objection to a channel; its value is 1.
    case consent
    /// When a recipient was last seen in the app, in nanoseconds.
    case presence
    /// Notifications that a recipient got in a window. A look-up admits the notification: it counts it, unless its key is counted
    /// already or there are as many within `StateRead.lifetime` as `StateRead.adding` says; the value is then 1 (a Redis script of
    /// `ZREMRANGEBYSCORE`, `ZSCORE`, `ZCARD` and `ZADD`; `FrequencyLog` is the same).
    case cap

    /// The key of what concerns a recipient on one channel.
    public static func key(recipient: UInt64, _ channel: Channel) -> UInt64 {
        recipient &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(channel.rawValue)
    }

    /// The word for it.
    public var name: String {
        switch self {
        case .deduplication: "deduplication"
        case .suppression: "suppression"
        case .consent: "consent"
        case .presence: "presence"
        case .cap: "cap"
        }
    }
}

/// A look-up of one entry.
@frozen
public struct StateRead: Equatable, Sendable {
    public var key: UInt64
    /// Time it may take; then `.failed` is the answer.
    public var timeout: Interval
    /// How long what `adding` makes lives; see `StateChange.add`.
    public var lifetime: Interval
    /// Other than 0: this is added first, in the same step as the read, and the answer is the sum (Redis, `INCRBY`). So two
    /// replicas can't both find the last place free.
    public var adding: Int32
    public var kind: StateKind

    @inlinable
    public init(kind: StateKind, key: UInt64, timeout: Interval, adding: Int32 = 0, lifetime: Interval = .zero) {
        self.key = key
        self.timeout = timeout
        self.lifetime = lifetime
        self.adding = adding
        self.kind = kind
    }
}

/// A change of one entry.
@frozen
public struct StateWrite: Equatable, Sendable {
    public var key: UInt64
    /// How long the entry lives; see `StateChange`.
    public var lifetime: Interval
    public var change: StateChange
    public var kind: StateKind

    @inlinable
    public init(kind: StateKind, key: UInt64, _ change: StateChange, lifetime: Interval) {
        self.key = key
        self.lifetime = lifetime
        self.change = change
        self.kind = kind
    }
}

/// What a write does. An entry whose lifetime has passed is one that isn't there. An entry that holds 0 and one that isn't
/// there are the same.
public enum StateChange: Equatable, Sendable {
    /// The entry holds this, and lives from now on (Redis, `SET` with `PX`).
    case set(Int64)
    /// The entry holds this unless it already holds more; if so it lives from now on (Redis, `ZADD` with `GT`). The order of
    /// such writes does not matter.
    case raise(Int64)
    /// The entry holds this much more. One that wasn't there lives from now on; another keeps its end (Redis, `INCRBY` and
    /// `PEXPIRE` with `NX`): a fixed window.
    case add(Int64)
    /// The entry is gone (Redis, `DEL`).
    case remove
}

/// What a store answers to a look-up.
public enum LookupAnswer: Equatable, Sendable {
    /// There is no such entry, or it holds 0.
    case absent
    /// What the entry holds.
    case value(Int64)
    /// The store did not answer in time or answered with an error.
    case failed

    /// The entry is there, where that is all there is to know.
    @inlinable public static var present: LookupAnswer { .value(1) }
}

/// One look-up: the chain's slot, generation and the look-up's number. Stale identifiers are recognised and ignored.
@frozen
public struct LookupID: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
}
