// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import Testing

@Suite("Histogram")
struct HistogramTests {
    /// Everything that two histograms of the same samples share.
    private struct Contents: Equatable {
        let buckets: [Histogram.Bucket]
        let count: Int64
        let sum: [UInt64]
        let min: Int64?
        let max: Int64?

        init(_ histogram: Histogram) {
            buckets = Array(histogram.buckets)
            count = histogram.count
            sum = [histogram.sum.high, histogram.sum.low]
            min = histogram.min
            max = histogram.max
        }
    }

    private func recorded(_ values: some Sequence<Int64>, bits: Int = 8) -> Histogram {
        let histogram = Histogram(subBucketBits: bits)
        for value in values { histogram.record(value) }
        return histogram
    }

    @Test("Quantiles agree with sorted samples to 2^−bits", arguments: [(5, UInt64(1)), (8, 2), (8, 3)])
    func quantilesAgreeWithSortedSamples(bits: Int, seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for size in [1, 2, 3, 10, 999, 20_000] {
            let values = samples.values(size).sorted()
            let histogram = recorded(values, bits: bits)
            defer { histogram.deallocate() }
            for thousandths in [0, 1, 250, 500, 900, 990, 999, 1000] {
                let rank = max(1, (thousandths * size + 999) / 1000)
                let exact = values[rank - 1]
                let found = try #require(histogram.value(atQuantile: Double(thousandths) / 1000))
                let distance = Double(found.magnitude) - Double(exact.magnitude)
                #expect(distance.magnitude <= Double(exact) / Double(1 << bits))
            }
        }
    }

    @Test("The sum is exact beyond 64 bits, and the mean follows from it")
    func sumIsExact() throws {
        var samples = Samples(seed: 4)
        var values = samples.values(1000)
        values += Array(repeating: .max, count: 1000)
        let histogram = recorded(values)
        defer { histogram.deallocate() }
        let exact = values.reduce(UInt128(0)) { $0 + UInt128($1) }
        #expect(UInt128(histogram.sum.high) << 64 + UInt128(histogram.sum.low) == exact)
        #expect(histogram.sum.high > 0)
        #expect(histogram.mean == Double(exact) / 2000)
        #expect(histogram.count == 2000)
        #expect(histogram.min == values.min())
        #expect(histogram.max == .max)
    }

    @Test("Recording with a count equals recording one by one")
    func countEqualsRepetition() {
        let once = Histogram(subBucketBits: 8)
        let often = Histogram(subBucketBits: 8)
        defer { (once.deallocate(), often.deallocate()) }
        var samples = Samples(seed: 5)
        for value in samples.values(50) {
            once.record(value, count: 37)
            for _ in 0..<37 { often.record(value) }
        }
        once.record(1, count: 0)
        #expect(Contents(once) == Contents(often))
    }

    @Test(
        "Merging is associative and commutative, and equals recording everything in one",
        arguments: 1...20 as ClosedRange<UInt64>)
    func mergingEqualsRecordingTogether(seed: UInt64) {
        var samples = Samples(seed: seed)
        let parts = (0..<3).map { _ in samples.values(Int(samples.bits() % 40)) }
        let together = recorded(parts.joined())
        // ((a + b) + c), (c + (b + a)), (b + (c + a))
        for (first, second, third) in [(0, 1, 2), (1, 0, 2), (2, 0, 1)] {
            let left = recorded(parts[first])
            let right = recorded(parts[second])
            let rest = recorded(parts[third])
            left.merge(right)
            rest.merge(left)
            #expect(Contents(rest) == Contents(together))
            for histogram in [left, right, rest] { histogram.deallocate() }
        }
        together.deallocate()
    }

    @Test("Recording into a bucket that is known equals recording, in one that grows as well", arguments: [5, 8])
    func recordingIntoKnownBuckets(bits: Int) {
        var samples = Samples(seed: 3)
        let layout = HistogramLayout(subBucketBits: bits)
        let (plain, known) = (Histogram(growing: bits), Histogram(growing: bits))
        defer {
            plain.deallocate()
            known.deallocate()
        }
        for value in samples.values(5_000) {
            plain.record(value)
            known.record(value, in: layout.index(of: value))
        }
        #expect(Contents(plain) == Contents(known))
    }

    @Test("A small histogram grows to whatever falls outside its range", arguments: 1...20 as ClosedRange<UInt64>)
    func smallHistogramsGrow(seed: UInt64) {
        var samples = Samples(seed: seed)
        let whole = Histogram(subBucketBits: 5)
        let small = Histogram(subBucketBits: 5, expecting: 1_000_000...2_000_000)
        let merged = Histogram(subBucketBits: 5, expecting: 7...9)
        defer { for histogram in [whole, small, merged] { histogram.deallocate() } }
        #expect(small.byteCount < 600)
        for value in samples.values(Int(1 + seed)) {
            whole.record(value)
            small.record(value)
            #expect(Contents(small) == Contents(whole))
        }
        merged.merge(small)
        #expect(Contents(merged) == Contents(whole))
        for value in [0, Int64.max] {
            whole.record(value)
            small.record(value)
        }
        #expect(Contents(small) == Contents(whole))
        #expect(small.byteCount <= whole.byteCount)
    }

    @Test(
        "One that grows from its first value holds what one for every value holds",
        arguments: 0...20 as ClosedRange<UInt64>)
    func growingHistograms(seed: UInt64) {
        var samples = Samples(seed: seed + 1)
        let first: [Int64] = [0, 1, 31, 32, .max, 1_000_000]
        for start in first {
            for bits in [2, 5, 8] {
                let whole = Histogram(subBucketBits: bits)
                let growing = Histogram(growing: bits)
                let into = Histogram(growing: bits)
                defer { for histogram in [whole, growing, into] { histogram.deallocate() } }
                #expect(growing.byteCount < 100 && Contents(growing) == Contents(whole))
                into.merge(growing)
                #expect(into.isEmpty && into.byteCount < 100)
                for value in [start] + samples.values(Int(1 + seed)) {
                    whole.record(value)
                    growing.record(value)
                    #expect(Contents(growing) == Contents(whole))
                }
                into.merge(growing)
                #expect(Contents(into) == Contents(whole))
                #expect(growing.byteCount <= whole.byteCount && into.byteCount <= whole.byteCount)
                growing.reset()
                #expect(growing.isEmpty && growing.max == nil)
                growing.record(start)
                #expect(growing.min == start && growing.max == start && growing.count == 1)
            }
        }
    }

    @Test("An empty histogram has no quantile, mean or extreme")
    func emptyHasNothing() {
        let empty = Histogram(subBucketBits: 8)
        let other = Histogram(subBucketBits: 8)
        defer { (empty.deallocate(), other.deallocate()) }
        empty.merge(other)
        #expect(empty.isEmpty)
        #expect(empty.value(atQuantile: 0.5) == nil)
        #expect(empty.value(atQuantile: 0.5, plusInfinite: 10) == nil)
        #expect(empty.mean == nil)
        #expect(empty.min == nil)
        #expect(empty.max == nil)
        #expect(Array(empty.buckets).isEmpty)
        #expect(empty.percentilePoints().isEmpty)
    }

    @Test("A histogram that was reset is as new")
    func resetForgets() {
        let histogram = recorded([1, 500, 1 << 40])
        defer { histogram.deallocate() }
        histogram.reset()
        #expect(histogram.isEmpty && Array(histogram.buckets).isEmpty)
        histogram.record(70)
        #expect(histogram.min == 70 && histogram.max == 70 && histogram.value(atQuantile: 1) == 70)
        #expect(histogram.sum == (0, 70))
    }

    @Test("The extremes of the range are recorded as they are")
    func extremes() {
        let histogram = recorded([0, .max])
        defer { histogram.deallocate() }
        #expect(histogram.value(atQuantile: 0) == 0)
        #expect(histogram.value(atQuantile: 0.5) == 0)
        #expect(histogram.value(atQuantile: 0.500_001).map { $0 >= .max - .max / 256 } == true)
        #expect(histogram.count(atMost: 0) == 1)
        #expect(histogram.count(atMost: .max) == 2)
    }

    @Test("A quantile is never outside the samples")
    func quantilesAreClamped() {
        let histogram = recorded([1_000_003, 1_000_003])
        defer { histogram.deallocate() }
        #expect(histogram.value(atQuantile: 0.5) == 1_000_003)
        #expect(histogram.value(atQuantile: 1) == 1_000_003)
    }

    @Test("Undelivered messages count as infinite: a quantile that falls on one is infinite")
    func infiniteSamples() {
        let histogram = recorded(1...99)
        defer { histogram.deallocate() }
        #expect(histogram.value(atQuantile: 0.99, plusInfinite: 1) == 99)
        #expect(histogram.value(atQuantile: 0.991, plusInfinite: 1) == nil)
        #expect(histogram.value(atQuantile: 0.99, plusInfinite: 2) == nil)
        #expect(histogram.value(atQuantile: 0.5, plusInfinite: 99) == 99)
        #expect(histogram.value(atQuantile: 0.5, plusInfinite: 100) == nil)
        #expect(histogram.value(atQuantile: 1, plusInfinite: 0) == 99)
    }

    @Test("Ranks are not lifted by the rounding of a product")
    func ranksAreExact() {
        // 0.07 · 100 is 7.000000000000001 in binary floating point.
        let histogram = recorded(1...100)
        defer { histogram.deallocate() }
        for percent in 1...100 as ClosedRange<Int64> {
            #expect(histogram.value(atQuantile: Double(percent) / 100) == percent)
        }
    }

    @Test("Percentile points are those that HdrHistogram prints")
    func percentilePoints() {
        let histogram = recorded(1...20)
        defer { histogram.deallocate() }
        let points = histogram.percentilePoints()
        #expect(
            points.map(\.quantile) == [
                0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.775, 0.8, 0.825, 0.85, 0.875, 0.8875, 0.9,
                0.9125, 0.925, 0.9375, 0.94375, 0.95, 0.95625, 1,
            ])
        #expect(points[0] == Histogram.PercentilePoint(quantile: 0, value: 1, count: 1))
        #expect(points[5] == Histogram.PercentilePoint(quantile: 0.5, value: 10, count: 10))
        #expect(points[22] == Histogram.PercentilePoint(quantile: 0.95, value: 19, count: 19))
        #expect(points[23] == Histogram.PercentilePoint(quantile: 0.95625, value: 20, count: 20))
        #expect(points[24] == Histogram.PercentilePoint(quantile: 1, value: 20, count: 20))
    }

    @Test("Percentile points rise, end at the largest sample, and are few", arguments: 1...10 as ClosedRange<UInt64>)
    func percentilePointsRise(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let histogram = recorded(samples.values(10_000))
        defer { histogram.deallocate() }
        let points = histogram.percentilePoints()
        #expect(points.count < 100)
        for (earlier, later) in zip(points, points.dropFirst()) {
            #expect(earlier.quantile < later.quantile)
            #expect(earlier.value <= later.value && earlier.count <= later.count)
        }
        #expect(points.first?.quantile == 0)
        #expect(
            points.last == Histogram.PercentilePoint(quantile: 1, value: try #require(histogram.max), count: 10_000))
    }
}
