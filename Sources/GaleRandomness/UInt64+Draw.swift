// SPDX-License-Identifier: Apache-2.0

extension UInt64 {
    /// This uniform draw as a number in `0..<n` (0 when `n` is 0): the upper half of the product, monotone in the draw.
    ///
    /// The bias is below n / 2⁶⁴.
    @inlinable public func below(_ n: UInt64) -> UInt64 {
        multipliedFullWidth(by: n).high
    }

    /// Whether an event of probability `micros` millionths happens with this draw; `micros` of a million or more always does.
    ///
    /// Monotone: what happens at one probability also happens, with the same draw, at every greater one.
    @inlinable public func isBelow(micros: Int64) -> Bool {
        micros > 0 && below(1_000_000) < UInt64(bitPattern: micros)
    }
}
