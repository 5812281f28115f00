// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// One notification's life inside the dispatcher, from its consumption until it is settled or handed to the retry topic.
///
///     looking up ──► in flight ◄──► backoff
///                      ▲  ▼           ▼
///                      │ queued ──► acquiring
///                      └───────────────┘
///
/// 56 bytes. Freed records keep their generation, so that identifiers of an earlier life are recognised as stale.
struct Chain {
    enum State: UInt8 {
        case free
        /// The de-duplication store was asked.
        case lookingUp
        /// An attempt is under way.
        case inFlight
        /// A wake of its own will come.
        case backoff
        /// In a wait queue, which has the wake.
        case queued
        /// Settled while in a wait queue: the record goes when the queue reaches it.
        case gone
        /// The host was asked for a slot.
        case acquiring
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// It occupies one of the host's slots.
        static let holdsSlot = Flags(rawValue: 1)
        /// Never sent before, by any consumer.
        static let fresh = Flags(rawValue: 2)
        /// Released from its route's queue: a token or permit is kept for it.
        static let promisedRoute = Flags(rawValue: 4)
        /// A retry is kept for it in the budget.
        static let promisedBudget = Flags(rawValue: 8)
        static let needsLookup = Flags(rawValue: 16)
        /// An earlier attempt turned out to have succeeded while it waited for a slot.
        static let succeededLate = Flags(rawValue: 32)
        /// The next attempt belongs with the same provider.
        static let pinned = Flags(rawValue: 64)
        /// Nobody knows whether the provider took the last attempt.
        static let unsure = Flags(rawValue: 128)
    }

    /// The next chain of the wait queue. The pool overwrites these four bytes of a freed record, and no others.
    var next: UInt32
    var generation: UInt32
    var reference: UInt64
    var key: UInt64
    /// Nanoseconds.
    var created: Int64
    /// Nanoseconds.
    var expires: Int64
    /// Equivalents, by place in the route, that failed since the last backoff.
    var tried: UInt32
    /// Of the last attempt.
    var provider: UInt16
    /// The breaker's epoch at the last attempt.
    var epoch: UInt8
    var state: State
    var flags: Flags
    /// Place in the delivery plan: channel and route.
    var step: UInt8
    /// Attempts on this channel that count.
    var attempts: UInt8
    /// Number of the last attempt within this chain; wraps.
    var sends: UInt8
    /// Number of the last wake asked for; wraps.
    var wakes: UInt8
    /// Look-ups that failed; saturates.
    var failedLookups: UInt8
}

/// How identifiers are laid out: 26 bits of slot, 30 of generation, 8 of attempt or wake.
enum Identifier {
    static let slotBits: UInt64 = 26
    static let slotMask: UInt64 = (1 << 26) - 1
    static let generationMask: UInt32 = (1 << 30) - 1
    /// The slot of timers that belong to a wait queue.
    static let queueSlot: UInt64 = slotMask
    /// Chains that one dispatcher can have at once.
    static let maximumChains = Int(slotMask) - 1

    @inline(__always)
    static func make(slot: UInt32, generation: UInt32, serial: UInt8) -> UInt64 {
        UInt64(slot) | UInt64(generation) << 26 | UInt64(serial) << 56
    }

    @inline(__always) static func slot(_ raw: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: raw & slotMask) }
    @inline(__always) static func generation(_ raw: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: raw >> 26) & generationMask
    }
    @inline(__always) static func serial(_ raw: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: raw >> 56) }

    /// A wait queue's timer: 6 bits of queue, 32 of sequence above the reserved slot.
    @inline(__always)
    static func make(queue: Int, sequence: UInt32) -> UInt64 {
        queueSlot | UInt64(queue) << 26 | UInt64(sequence) << 32
    }
    @inline(__always) static func queue(_ raw: UInt64) -> Int { Int(raw >> 26 & 63) }
    @inline(__always) static func sequence(_ raw: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: raw >> 32) }
}
