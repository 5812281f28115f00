// SPDX-License-Identifier: Apache-2.0

/// The order of events that are due at the same instant.
public enum TieBreak: Equatable, Sendable {
    /// In the order in which they were scheduled.
    case fifo
    /// In a pseudo-random order that the key determines: exploration looks for races with it.
    case permuted(key: UInt64)
}

/// A bijection of sequence numbers that a key selects: applied when an event is scheduled, so that the order stays total.
@frozen
@usableFromInline
struct SequencePermutation {
    @usableFromInline let isActive: Bool
    @usableFromInline let multiplier: UInt32
    @usableFromInline let mask: UInt64

    init(_ tieBreak: TieBreak) {
        switch tieBreak {
        case .fifo:
            isActive = false
            multiplier = 1
            mask = 0
        case .permuted(let key):
            isActive = true
            var mixed = (key ^ (key &>> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed &>> 31
            multiplier = UInt32(truncatingIfNeeded: mixed) | 1
            mask = mixed &* 0x9E37_79B9_7F4A_7C15
        }
    }

    /// The low half is permuted on its own, so that it stays as good a generation as before; the high half is masked with a
    /// function of the low one.
    @inlinable
    func apply(_ sequence: UInt64) -> UInt64 {
        var low = UInt32(truncatingIfNeeded: sequence) ^ UInt32(truncatingIfNeeded: mask)
        low = low &* multiplier
        low ^= low &>> 15
        low = low &* 0x846C_A68B
        low ^= low &>> 16
        let high =
            UInt32(truncatingIfNeeded: sequence &>> 32) ^ (low &* 0x9E37_79B1) ^ UInt32(truncatingIfNeeded: mask &>> 32)
        return UInt64(high) &<< 32 | UInt64(low)
    }
}
