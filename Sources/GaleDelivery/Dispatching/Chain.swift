// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// One notification's life inside the dispatcher, from its consumption until it is settled or handed to the retry topic.
///
///     looking up ──► in flight ◄──► backoff
///                      ▲  ▼           ▼
///                      │ queued ──► acquiring
///                      └───────────────┘
///
/// 48 bytes. Freed records keep their generation, so that identifiers of an earlier life are recognised as stale.
struct Chain: BitwiseCopyable {
    enum State: UInt8, BitwiseCopyable {
        case free
        /// A store was asked.
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

    struct Flags: OptionSet, BitwiseCopyable {
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

    /// `provider` before the first attempt.
    static let noProvider: UInt16 = .max

    /// Equivalents, by place in the route, that failed since the last backoff. The pool overwrites these four bytes of a
    /// freed record, and no others.
    var tried: UInt32
    var generation: UInt32
    var reference: UInt64
    var key: UInt64
    /// Nanoseconds.
    var created: Int64
    /// Nanoseconds.
    var expires: Int64
    /// Of the last attempt, or `noProvider`.
    var provider: UInt16
    /// Before the first attempt: look-ups that failed (saturates). From then on: the breaker's epoch at the last attempt.
    var epoch: UInt8
    var state: State
    var flags: Flags
    /// Place in the delivery plan: channel and route.
    var step: UInt8
    /// Attempts on this channel that count.
    var attempts: UInt8
    /// Number of the last attempt or wake within this chain; wraps.
    var serial: UInt8

    /// A wake's or an attempt's number: no other of this chain has it, but for one long ago.
    @inline(__always)
    mutating func nextSerial() -> UInt8 {
        serial &+= 1
        return serial
    }
}

/// How identifiers are laid out: 26 bits of slot, 30 of generation, 8 of attempt or wake.
enum Identifier {
    static let slotBits: UInt64 = 26
    static let slotMask: UInt64 = (1 << 26) - 1
    static let generationMask: UInt32 = (1 << 30) - 1
    static let serialShift: UInt64 = 56
    /// A chain's identifier within one of its attempts'.
    static let chainMask: UInt64 = (1 << serialShift) - 1
    /// The slot of timers that belong to a wait queue.
    static let queueSlot: UInt64 = slotMask
    /// A wake by this name only lets go on what one input's work left over; no queue has this number.
    static let continuation = make(queue: Int(queueNumberMask), sequence: 0)
    /// Two wakes that are no wait queue's either: of hedges, and of what waits for a permit or a turn.
    static let hedgeQueue = Int(queueNumberMask) - 1
    static let deadlineQueue = Int(queueNumberMask) - 2
    /// Records that one dispatcher can have at once, a multiple of 64: more have no number.
    static let maximumChains = Int(slotMask) & ~63

    @inline(__always)
    static func make(slot: UInt32, generation: UInt32, serial: UInt8) -> UInt64 {
        UInt64(slot) | UInt64(generation) << slotBits | UInt64(serial) << serialShift
    }

    @inline(__always) static func slot(_ raw: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: raw & slotMask) }
    @inline(__always) static func generation(_ raw: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: raw >> slotBits) & generationMask
    }
    @inline(__always) static func serial(_ raw: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: raw >> serialShift) }

    /// Routes' queues, and one for each provider's admission.
    private static let queueNumberMask: UInt64 = (1 << 18) - 1
    /// Of the wakes of one queue; they wrap, and no wake outlives a million others.
    static let sequenceMask: UInt32 = (1 << 20) - 1

    /// A wait queue's timer: 18 bits of queue, 20 of sequence above the reserved slot.
    @inline(__always)
    static func make(queue: Int, sequence: UInt32) -> UInt64 {
        queueSlot | UInt64(queue) << 26 | UInt64(sequence & sequenceMask) << 44
    }
    @inline(__always) static func queue(_ raw: UInt64) -> Int { Int(raw >> 26 & queueNumberMask) }
    @inline(__always) static func sequence(_ raw: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: raw >> 44) }
}
