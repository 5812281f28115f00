// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

extension Distribution {
    /// A sample as a time in nanoseconds, at most `Int64.longestTime`: a tail without a mean must not overflow the clock.
    @inline(__always)
    func time(_ u: UInt64) -> Int64 { min(sample(u), .longestTime) }
}
