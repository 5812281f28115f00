// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

@Suite("Dense slab")
struct DenseSlabTests {
    @Test("records keep their contents and addresses until they are freed, and no two share an index below the extent")
    func model() {
        RecordPoolModel.check {
            DenseSlab<SIMD2<UInt64>>()
        } whenAllocated: { slab, index in
            if index >= slab.extent { Issue.record("index \(index) is beyond the extent") }
        }
    }

    @Test("records that were never used are zero, and freed ones stay as they were left")
    func contents() {
        var slab = DenseSlab<UInt64>()
        defer { slab.deallocate() }
        let indices = (0..<64).map { _ in slab.allocate() }
        #expect(indices == Array(0..<64))
        for index in indices {
            #expect(slab[index].pointee == 0)
            slab[index].pointee = 100 + UInt64(index)
        }
        for index in indices { slab.free(index) }
        let again = (0..<16).map { _ in slab.allocate() }
        for index in again { #expect(slab[index].pointee == 100 + UInt64(index)) }
    }

    @Test("a group is taken up again when a quarter of it is free, and gives neighbours")
    func groups() {
        var slab = DenseSlab<UInt64>()
        defer { slab.deallocate() }
        for _ in 0..<64 { _ = slab.allocate() }
        for index in 0..<15 as Range<UInt32> { slab.free(index * 4) }
        #expect(slab.allocate() == 64)  // not yet
        slab.free(63)
        for _ in 0..<63 { _ = slab.allocate() }  // the group at hand comes first
        #expect((0..<16).map { _ in slab.allocate() } == (0..<15).map { $0 * 4 } + [63])
        #expect(slab.allocate() == 128)
    }

    @Test("`next` is where `allocate` goes, as long as a group lasts")
    func next() {
        var slab = DenseSlab<UInt64>()
        defer { slab.deallocate() }
        #expect(slab.next == nil)
        for place in 0..<64 {
            let expected = slab.next
            let index = slab.allocate()
            if place > 0 { #expect(expected == slab[index]) }
        }
        #expect(slab.next == nil)
    }

    @Test("what idles is less than three times what is in use, in whatever order records come back")
    func density() {
        var random = SplitMix(7)
        var slab = DenseSlab<UInt64>()
        defer { slab.deallocate() }
        var live: [UInt32] = []
        for _ in 0..<300_000 {
            if live.count < 10_000 || random.below(2) == 0 && live.count < 20_000 {
                live.append(slab.allocate())
            } else {
                slab.free(live.swapRemove(at: random.below(live.count)))
            }
        }
        #expect(Int(slab.extent) * 3 <= slab.peak * 4 + 3 * 64)
    }

    @Test("the tables grow beyond their first size")
    func manyChunks() {
        var slab = DenseSlab<UInt32>()
        defer { slab.deallocate() }
        for place in 0..<(20 * 4096) as Range<UInt32> { slab[slab.allocate()].pointee = place }
        for place in 0..<(20 * 4096) as Range<UInt32> { #expect(slab[place].pointee == place) }
        #expect(slab.extent == 20 * 4096)
    }
}
