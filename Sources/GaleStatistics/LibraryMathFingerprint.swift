// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A hash of the bits that this process' C library computes: the control for the claim that nothing depends on them.
///
/// glibc picks kernels with or without fused multiply-add by CPU (or by `GLIBC_TUNABLES=glibc.cpu.hwcaps=…`), and about one
/// result in a thousand then differs in its last bit.
public enum LibraryMathFingerprint {
    /// 16 hexadecimal digits over `exp`, `log`, `pow`, `sin` and `erf` at some ten thousand arguments.
    public static func text() -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var state: UInt64 = 1
        for _ in 0..<10_000 {
            // A linear congruential generator (Knuth) is random enough to spread arguments.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let x = Double(state >> 11) * 0x1p-53
            for value in [exp(x * 40 - 20), log(x * 100), pow(x * 10, 3.3), sin(x * 100), erf(x * 4)] {
                hash = (hash ^ value.bitPattern) &* 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 32
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
