// SPDX-License-Identifier: Apache-2.0

/// A digest of 128 bits, written as 32 hexadecimal digits, most significant first.
///
/// It tells runs apart; it does not withstand somebody who looks for collisions.
@frozen
public struct Digest128: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension Digest128: CustomStringConvertible {
    public var description: String { Self.hexadecimal(high) + Self.hexadecimal(low) }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
