// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import Testing

@Suite("Histograms of split samples")
struct HistogramSplitTests {
    private func contents(_ histogram: Histogram) -> [Int64] {
        let buckets = histogram.buckets.flatMap { [$0.lowest, $0.highest, $0.count] }
        let sum = [Int64(bitPattern: histogram.sum.high), Int64(bitPattern: histogram.sum.low)]
        return buckets + sum + [histogram.count, histogram.min ?? -1, histogram.max ?? -1]
    }

    @Test(
        "However samples are split over histograms, and in whatever pairs those merge, the sum is the same to the last count",
        arguments: 1...10 as ClosedRange<UInt64>)
    func splits(seed: UInt64) {
        var samples = Samples(seed: seed)
        let values = samples.values(500)
        let whole = Histogram(subBucketBits: 7)
        defer { whole.deallocate() }
        for value in values { whole.record(value) }
        for parts in [1, 2, 7, 64] {
            // Some cover every value, some grow from a narrow range.
            var waiting = (0..<parts).map { part in
                part % 2 == 0
                    ? Histogram(subBucketBits: 7)
                    : Histogram(subBucketBits: 7, expecting: 1000...Int64(2000 * (part + 1)))
            }
            for value in values { waiting[Int(samples.bits() % UInt64(parts))].record(value) }
            while waiting.count > 1 {
                let source = waiting.remove(at: Int(samples.bits() % UInt64(waiting.count)))
                waiting[Int(samples.bits() % UInt64(waiting.count))].merge(source)
                source.deallocate()
            }
            #expect(contents(waiting[0]) == contents(whole))
            waiting[0].deallocate()
        }
    }
}
