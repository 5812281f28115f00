// SPDX-License-Identifier: Apache-2.0

extension Histogram {
    /// A point of the percentile plot: `count` samples lie at or below `value`'s bucket, which is where the quantile falls.
    public struct PercentilePoint: Equatable, Sendable {
        /// In parts of one.
        public let quantile: Double
        public let value: Int64
        public let count: Int64

        public init(quantile: Double, value: Int64, count: Int64) {
            self.quantile = quantile
            self.value = value
            self.count = count
        }
    }

    /// The points that HdrHistogram prints: `ticks` of them in every halving of the distance to 1, and 1 itself.
    ///
    /// The halvings end where the samples do, so a million samples give about 100 points. Source: HdrHistogram's
    /// `PercentileIterator`, whose plotter draws them on an axis of nines.
    public func percentilePoints(ticksPerHalfDistance ticks: Int = 5) -> [PercentilePoint] {
        precondition(ticks > 0, "a percentile plot has at least one tick per half distance")
        guard let max else { return [] }
        var points: [PercentilePoint] = []
        var level = PercentileLevel(ticks: ticks)
        var cumulative: Int64 = 0
        for bucket in buckets {
            cumulative += bucket.count
            if cumulative == count { break }
            let value = representative(of: bucket)
            while level.quantile * Double(count) <= Double(cumulative) {
                points.append(PercentilePoint(quantile: level.quantile, value: value, count: cumulative))
                level.advance()
            }
        }
        // HdrHistogram prints one more line in the last bucket before it ends at 1.
        if level.quantile < 1 {
            points.append(PercentilePoint(quantile: level.quantile, value: max, count: count))
        }
        points.append(PercentilePoint(quantile: 1, value: max, count: count))
        return points
    }

    /// 1 − (2t − j) / (2t · 2^k) for j from 0 to t − 1 within the halving k.
    private struct PercentileLevel {
        let ticks: Int
        var tick = 0
        var halving: UInt64 = 1

        init(ticks: Int) { self.ticks = ticks }

        var quantile: Double {
            let whole = Double(2 * ticks) * Double(halving)
            return (whole - Double(2 * ticks - tick)) / whole
        }

        mutating func advance() {
            tick += 1
            if tick == ticks {
                tick = 0
                halving *= 2
            }
        }
    }
}
