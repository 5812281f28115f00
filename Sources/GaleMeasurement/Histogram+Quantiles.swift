// SPDX-License-Identifier: Apache-2.0

extension Histogram {
    /// The value at a quantile; nil when there is no sample.
    ///
    /// It is the midpoint of the first bucket whose cumulative count reaches ⌈q · n⌉, clamped to the smallest and largest
    /// sample: exact below 2^bits, and elsewhere off by at most 2^−bits, relatively.
    /// - Parameter quantile: from 0 to 1.
    public func value(atQuantile quantile: Double) -> Int64? {
        value(atQuantile: quantile, plusInfinite: 0)
    }

    /// The value at a quantile when `infinite` more samples lie above every value; nil when the quantile falls on one of
    /// those, or when there is no sample at all.
    public func value(atQuantile quantile: Double, plusInfinite infinite: Int64) -> Int64? {
        precondition(infinite >= 0, "the number of infinite samples is not negative")
        let wanted = Self.rank(quantile, of: count + infinite)
        guard !isEmpty, wanted <= count else { return nil }
        var cumulative: Int64 = 0
        for bucket in buckets {
            cumulative += bucket.count
            if cumulative >= wanted { return representative(of: bucket) }
        }
        preconditionFailure("the buckets of a histogram sum to its count")
    }

    /// Samples in buckets that lie wholly at or below a value.
    public func count(atMost value: Int64) -> Int64 {
        var cumulative: Int64 = 0
        for bucket in buckets where bucket.highest <= value { cumulative += bucket.count }
        return cumulative
    }

    /// ⌈q · n⌉, from 1 to n. A product that rounding alone lifted above a whole number (0.07 · 100) doesn't count as more.
    static func rank(_ quantile: Double, of count: Int64) -> Int64 {
        precondition(quantile >= 0 && quantile <= 1, "a quantile lies between 0 and 1")
        let product = quantile * Double(count)
        let slack = product * 4.440_892_098_500_626e-16  // 2^−51
        var rank = Int64(product)
        if product - Double(rank) > slack { rank += 1 }
        return Swift.min(Swift.max(rank, 1), Swift.max(count, 1))
    }

    func representative(of bucket: Bucket) -> Int64 {
        let middle = bucket.lowest + (bucket.highest - bucket.lowest + 1) / 2
        return Swift.min(Swift.max(middle, state.pointee.min), state.pointee.max)
    }
}
