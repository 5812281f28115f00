// SPDX-License-Identifier: Apache-2.0

/// Names one scheduled event so that it can be cancelled: a slot and the generation of its occupant.
///
/// A handle stays safe to use after the event has fired or was cancelled: it then names nothing.
@frozen
public struct TimerHandle: Equatable, BitwiseCopyable, Sendable {
    @usableFromInline let slot: UInt32
    @usableFromInline let generation: UInt32

    @inlinable
    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// Names no event.
    @inlinable public static var none: TimerHandle { TimerHandle(slot: .max, generation: .max) }

    /// The handle as one word, for payloads and records.
    @inlinable public var word: UInt64 { UInt64(generation) &<< 32 | UInt64(slot) }

    /// The handle that has the given `word`.
    @inlinable
    public init(word: UInt64) {
        slot = UInt32(truncatingIfNeeded: word)
        generation = UInt32(truncatingIfNeeded: word &>> 32)
    }
}
