// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

@Suite("Slab")
struct SlabTests {
    @Test("records keep their contents and addresses until they are freed, and no two share an index")
    func model() { RecordPoolModel.check { Slab<SIMD2<UInt64>>() } }

    @Test("freed records are reused last in, first out, before new memory is touched")
    func reuse() {
        let slab = Slab<UInt64>()
        defer { slab.deallocate() }
        let indices = (0..<5).map { _ in slab.allocate() }
        #expect(indices == [0, 1, 2, 3, 4])
        slab.free(1)
        slab.free(3)
        #expect(slab.allocate() == 3)
        #expect(slab.allocate() == 1)
        #expect(slab.allocate() == 5)
    }

    @Test("the table of chunks grows beyond its first size")
    func manyChunks() {
        let slab = Slab<UInt32>()
        defer { slab.deallocate() }
        for number in 0..<100_000 as Range<UInt32> { slab[slab.allocate()].initialize(to: number) }
        #expect((0..<100_000 as Range<UInt32>).allSatisfy { slab[$0].pointee == $0 })
    }
}
