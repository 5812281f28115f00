// SPDX-License-Identifier: Apache-2.0

/// A streaming digest of words, in which order matters.
///
/// The state is two chained 64-bit halves; a word goes through two multiplications. For a given word the step is a
/// bijection of the state, so that streams which have parted meet again only if both halves collide. The digest depends
/// on the words alone: it is the same on every machine, and pinned by golden vectors.
@frozen
public struct Fingerprint: Equatable, Sendable {
    @usableFromInline var first: UInt64
    @usableFromInline var second: UInt64
    @usableFromInline var words: UInt64

    @inlinable
    public init() {
        // The fractions of the square roots of 2 and 3.
        first = 0x6A09_E667_F3BC_C908
        second = 0xBB67_AE85_84CA_A73B
        words = 0
    }

    /// Takes one word in.
    @inlinable @inline(__always)
    public mutating func absorb(_ word: UInt64) {
        var mixed = (first ^ word) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed &>> 32
        first = mixed
        second = (((second &<< 27) | (second &>> 37)) ^ mixed) &* 0xD6E8_FEB8_6659_FD93
        words &+= 1
    }

    /// Takes two words in with one step, which is not that of one after the other.
    ///
    /// Again a bijection of the state. Either word reaches both halves.
    @inlinable @inline(__always)
    public mutating func absorb(_ word: UInt64, _ other: UInt64) {
        let mixed = (first ^ word) &* 0x9E37_79B9_7F4A_7C15
        let folded = (second ^ other ^ mixed ^ (mixed &>> 32)) &* 0xD6E8_FEB8_6659_FD93
        // The upper bits, which depend on the most, come to lie below.
        first = mixed ^ folded.byteSwapped
        second = folded
        words &+= 2
    }

    /// Takes a text's UTF-8 bytes in, eight to a word, and their number.
    public mutating func absorb(_ text: String) {
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in text.utf8 {
            word |= UInt64(byte) &<< ((count & 7) &* 8)
            count += 1
            if count & 7 == 0 {
                absorb(word)
                word = 0
            }
        }
        if count & 7 != 0 { absorb(word) }
        absorb(count)
    }

    /// The digest of all words so far. Absorbing may go on afterwards.
    @inlinable
    public var digest: Digest128 {
        let high = Self.mixed(first &+ words)
        let low = Self.mixed(second ^ high)
        return Digest128(high: high &+ low, low: low)
    }

    /// The finaliser of SplitMix64 (Stafford's variant 13).
    @inlinable
    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }
}
