// SPDX-License-Identifier: GPL-3.0-or-later

/// Random indices for resampling, equal everywhere for equal seeds.
///
/// SplitMix64 (Steele, Lea and Flood, 2014): statistics have no need of the keyed draws that a run takes.
struct ResamplingGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 to `count` − 1; the bias is below `count` / 2⁶⁴.
    mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
