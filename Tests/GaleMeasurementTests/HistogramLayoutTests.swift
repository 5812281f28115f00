// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import Testing

@Suite("Layout of a histogram")
struct HistogramLayoutTests {
    @Test("Buckets follow each other without gap or overlap, from 0 to the largest number", arguments: [2, 5, 8, 16])
    func bucketsTile(bits: Int) {
        let layout = HistogramLayout(subBucketBits: bits)
        var next: Int64 = 0
        for index in 0..<layout.bucketCount {
            #expect(layout.lowestValue(of: index) == next)
            let highest = next + (layout.width(of: index) - 1)
            #expect(layout.index(of: next) == index)
            #expect(layout.index(of: highest) == index)
            if index == layout.bucketCount - 1 {
                #expect(highest == .max)
            } else {
                next = highest + 1
            }
        }
    }

    @Test("Values below 2^bits have a bucket of their own", arguments: [5, 8])
    func smallValuesAreExact(bits: Int) {
        let layout = HistogramLayout(subBucketBits: bits)
        for value in 0..<Int64(1 << bits) {
            #expect(layout.index(of: value) == Int(value))
            #expect(layout.width(of: Int(value)) == 1)
        }
        #expect(layout.width(of: layout.index(of: Int64(1 << bits))) == 2)
    }

    @Test("A negative value has no bucket", arguments: [2, 5, 8, 16])
    func negativeValuesFallOutside(bits: Int) {
        let layout = HistogramLayout(subBucketBits: bits)
        for value in [Int64.min, -1, -1_000_000] { #expect(layout.index(of: value) >= layout.bucketCount) }
    }

    @Test("A finer layout's bucket lies in the one that its values have in the coarser layout", arguments: [2, 5, 8])
    func coarserBuckets(bits: Int) {
        let (coarse, fine) = (HistogramLayout(subBucketBits: bits), HistogramLayout(subBucketBits: 8))
        for index in 0..<fine.bucketCount {
            guard let bucket = coarse.bucket(holding: index, of: fine) else {
                #expect(index < fine.octave)
                continue
            }
            let lowest = fine.lowestValue(of: index)
            #expect(index >= fine.octave)
            #expect(coarse.index(of: lowest) == bucket)
            #expect(coarse.index(of: lowest + (fine.width(of: index) - 1)) == bucket)
        }
    }
}
