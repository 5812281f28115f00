// SPDX-License-Identifier: Apache-2.0

/// Samples that spread over all octaves: SplitMix64 with a fixed seed, shifted by a random amount.
struct Samples {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to `Int64.max`, each octave being as likely as any other.
    mutating func value() -> Int64 { Int64(bits() >> (1 + bits() % 63)) }

    mutating func values(_ count: Int) -> [Int64] { (0..<count).map { _ in value() } }
}
