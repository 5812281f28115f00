// SPDX-License-Identifier: Apache-2.0

/// Draws of a mutation: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), keyed by a seed and an ordinal, so that case 7,301
/// of seed 1 is the same whatever came before it.
struct Draws {
    private var state: UInt64

    init(seed: UInt64, ordinal: UInt64) {
        state = seed
        state = next() ^ (ordinal &* 0x9E37_79B9_7F4A_7C15)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 to `bound` − 1; the slight bias does no harm here.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    mutating func chance(percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}
