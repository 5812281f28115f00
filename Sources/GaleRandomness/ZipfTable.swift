// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Synchronization

/// Ranks `0..<count` with probability proportional to (rank + 1)^−skew, sampled in constant time.
///
/// Walker's alias method in Vose's form (1991): 8 bytes a rank, one multiplication and one memory access a sample, integers
/// only. The table is immortal and shared by all with equal parameters; the handle is trivially copyable. Not monotone in u.
@frozen public struct ZipfTable: @unchecked Sendable {
    /// A column of the alias table: below `threshold` (of 2³²) it is its own rank, else `alias`.
    @frozen @usableFromInline struct Column {
        @usableFromInline let threshold: UInt32
        @usableFromInline let alias: UInt32
    }

    @usableFromInline let columns: UnsafePointer<Column>
    public let count: UInt32

    private struct Key: Hashable {
        let count: Int
        let skew: Double
    }

    private struct Columns: @unchecked Sendable {
        let start: UnsafePointer<Column>
    }

    private static let cache = Mutex<[Key: Columns]>([:])

    /// - Parameters:
    ///   - count: 1 to 2²⁷ ranks; a million take about 0.2 s to prepare.
    ///   - skew: the exponent, 0 (uniform) to 10.
    public init(count: Int, skew: Double) {
        precondition(count >= 1 && count <= 1 << 27, "a Zipf table has 1 to 2^27 ranks")
        precondition(skew >= 0 && skew <= 10, "the skew of a Zipf table lies between 0 and 10")
        self.count = UInt32(count)
        let key = Key(count: count, skew: skew)
        columns =
            Self.cache.withLock { tables in
                if let known = tables[key] { return known }
                let built = Columns(start: Self.build(count: count, skew: skew))
                tables[key] = built
                return built
            }.start
    }

    /// The rank for the draw `u`.
    @inlinable public func sample(_ u: UInt64) -> UInt32 {
        let product = u.multipliedFullWidth(by: UInt64(count))
        let column = columns[Int(truncatingIfNeeded: product.high)]
        let own = UInt32(truncatingIfNeeded: product.low &>> 32) < column.threshold
        return own ? UInt32(truncatingIfNeeded: product.high) : column.alias
    }

    private static func build(count: Int, skew: Double) -> UnsafePointer<Column> {
        let columns = UnsafeMutablePointer<Column>.allocate(capacity: count)
        var heights = weights(count: count, skew: skew)
        // Weights fall with the rank, so the short columns are a suffix: the stacks need no sorting and no hashing.
        var tall = heights.indices.filter { heights[$0] >= 1 }
        var short = heights.indices.filter { heights[$0] < 1 }
        while let low = short.popLast() {
            guard let high = tall.popLast() else {
                (columns + low).initialize(to: Column(threshold: .max, alias: UInt32(low)))
                continue
            }
            let threshold = UInt32(min(heights[low] * 0x1p32, 0x1p32 - 1))
            (columns + low).initialize(to: Column(threshold: threshold, alias: UInt32(high)))
            heights[high] -= 1 - heights[low]
            if heights[high] < 1 { short.append(high) } else { tall.append(high) }
        }
        for high in tall {
            (columns + high).initialize(to: Column(threshold: .max, alias: UInt32(high)))
        }
        return UnsafePointer(columns)
    }

    /// Probabilities times `count`.
    private static func weights(count: Int, skew: Double) -> [Double] {
        var weights = (1...count).map { PortableMath.power(Double($0), -skew) }
        // From the smallest up, which loses least.
        let sum = weights.reversed().reduce(0, +)
        let factor = Double(count) / sum
        for index in weights.indices { weights[index] *= factor }
        return weights
    }
}

extension ZipfTable {
    /// The probability that `sample` gives each rank, by adding up the table; for reports and tests.
    public var probabilities: [Double] {
        var result = [Double](repeating: 0, count: Int(count))
        let column = 1 / Double(count)
        for index in result.indices {
            let own = Double(columns[index].threshold) * 0x1p-32
            result[index] += own * column
            result[Int(columns[index].alias)] += (1 - own) * column
        }
        return result
    }
}
