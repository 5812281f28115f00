// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What the dispatcher asks of its host. The host answers with inputs; nothing calls back.
public enum Action: Equatable, Sendable {
    /// Send this attempt. The host reports `.responded` exactly once: an answer, a refused or reset connection, or
    /// `ProviderResponse.timedOut` when `timeout` has passed.
    ///
    /// `key` is the idempotency key, the same for every attempt of a notification, and for the attempts of every copy of it: a
    /// provider that detects duplicates is given it.
    case send(
        AttemptID, ChainID, reference: UInt64, key: UInt64, timeout: Interval, provider: ProviderIndex,
        channel: Channel)
    /// Look an entry up in the store for its kind; answer with `.lookedUp`.
    case lookUp(LookupID, reference: UInt64, StateRead)
    /// Change an entry in the store for its kind. No answer is expected.
    case write(reference: UInt64, StateWrite)
    /// Answer with `.woken` at this time.
    case wake(TimerID, at: Instant)
    /// The notification waits and gives its slot back; its offset stays uncommitted (`waiting: park`).
    case release(ChainID, reference: UInt64, until: WaitReason)
    /// A waiting notification wants a slot again; answer with `.granted` when there is one. Before new work.
    case acquire(ChainID, reference: UInt64)
    /// The notification waits but keeps its slot and its offset (`waiting: hold`). For the host's books only.
    case hold(ChainID, reference: UInt64, until: WaitReason)
    /// Hand the notification to the retry topic, to be consumed again no earlier than `at`, with `attempts` in its header
    /// (unchanged back in `Notification.previousAttempts`: its place on its way, see there); slot and offset are free
    /// (`waiting: retry-topic`). The chain has ended.
    ///
    /// `level` says which topic: with `RetryPolicy.levels` one for each of them, else one. What goes to `.deadLetters` comes back too.
    case requeue(reference: UInt64, at: Instant, attempts: UInt64, level: RetryLevel, reason: WaitReason)
    /// Nobody waits for this attempt any more (hedging): the host may break it off and forgets its time-out. No `.responded` is
    /// expected; one that is under way is recognised as stale.
    case cancel(AttemptID, reference: UInt64)
    /// The chain has ended: its offset is free, and its slot if it holds one (parked notifications that expire do not).
    case settle(reference: UInt64, Outcome)
}

/// A retry topic: its place in `RetryPolicy.levels` (0 where there is but one), or the dead-letter topic.
@frozen
public struct RetryLevel: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable public static var deadLetters: RetryLevel { RetryLevel(rawValue: .max) }
    /// More levels than these are not used.
    @inlinable public static var mostLevels: UInt8 { 8 }
}

/// Why a notification waits: the latency break-down tells these apart.
public enum WaitReason: UInt8, Sendable {
    case backoff, breaker, budget, rateLimit, noRoute
    /// A notification before it has the same key.
    case order
    /// As many attempts are under way as the provider may have at once.
    case concurrency
    /// As many attempts are under way as the tenant may have at once.
    case bulkhead
    /// The end of the recipient's quiet hours.
    case quietHours
    /// The next period's money.
    case money
    /// The app took it, and whether the recipient looked there is asked later.
    case seen
    /// It is a dead letter, and comes back later.
    case deadLetter

    /// Whether a limit of our own is why, on the rate or on what is under way.
    public var isForLimit: Bool { self == .rateLimit || self == .concurrency || self == .bulkhead }
}

/// How a chain ended, as far as the dispatcher knows.
public enum Outcome: UInt8, CaseIterable, Sendable {
    case delivered, expired, suppressed, duplicate, deadLettered, shed
}

/// Where the dispatcher puts its actions: a reusable buffer that allocates only when it grows.
@frozen
public struct Actions: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<Action>
    @usableFromInline var capacity: Int
    /// Actions in the buffer.
    @inlinable public var count: Int { filled }
    @usableFromInline var filled: Int

    /// - Parameter capacity: actions that there is room for at first; there is always room for two.
    public init(capacity: Int = 256) {
        self.capacity = max(2, capacity)
        base = .allocate(capacity: self.capacity)
        filled = 0
    }

    deinit { base.deallocate() }

    @inlinable public subscript(index: Int) -> Action { base[index] }

    @inline(__always)
    public mutating func append(_ action: Action) {
        if filled == capacity { grow() }
        (base + filled).initialize(to: action)
        filled &+= 1
    }

    /// Whether two more fit without allocating.
    @inline(__always)
    var hasRoomForTwo: Bool { capacity &- filled >= 2 }

    /// Appends where `hasRoomForTwo` has promised the place.
    @inline(__always)
    mutating func appendToRoom(_ action: Action) {
        (base + filled).initialize(to: action)
        filled &+= 1
    }

    @inlinable public mutating func removeAll() { filled = 0 }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Action>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: filled)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
