// SPDX-License-Identifier: Apache-2.0

extension Histogram {
    /// A bucket that holds samples: `count` of them from `lowest` to `highest`.
    public struct Bucket: Equatable, Sendable {
        public let lowest: Int64
        public let highest: Int64
        public let count: Int64
    }

    /// The buckets that hold samples, in ascending order.
    public var buckets: Buckets { Buckets(histogram: self) }

    public struct Buckets: Sequence, IteratorProtocol {
        let histogram: Histogram
        var index: Int
        let end: Int

        init(histogram: Histogram) {
            self.histogram = histogram
            let state = histogram.state.pointee
            index = histogram.isEmpty ? 0 : state.layout.index(of: state.min)
            end = histogram.isEmpty ? 0 : state.layout.index(of: state.max) + 1
        }

        public mutating func next() -> Bucket? {
            let state = histogram.state.pointee
            while index < end {
                let found = index
                index += 1
                let count = state.counts[found - state.base]
                guard count > 0 else { continue }
                let lowest = state.layout.lowestValue(of: found)
                return Bucket(lowest: lowest, highest: lowest + (state.layout.width(of: found) - 1), count: count)
            }
            return nil
        }
    }
}
