// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

@Suite("Slab")
struct SlabTests {
    @Test("records keep their contents and addresses until they are freed, and no two share an index")
    func model() {
        for seed in 0..<4 as Range<UInt64> {
            var random = SplitMix(seed)
            let slab = Slab<SIMD2<UInt64>>()
            defer { slab.deallocate() }
            var live: [(index: UInt32, value: UInt64, address: UnsafeMutablePointer<SIMD2<UInt64>>)] = []
            var used: Set<UInt32> = []
            var peak = 0
            for step in 0..<20_000 as Range<UInt64> {
                // Grows, then shrinks, then grows again.
                let grows = (step / 8_000) % 2 == 0
                if live.isEmpty || random.below(10) < (grows ? 8 : 2) {
                    let index = slab.allocate()
                    if !used.insert(index).inserted { Issue.record("index \(index) was given out twice") }
                    slab[index].initialize(to: SIMD2(step, ~step))
                    live.append((index, step, slab[index]))
                } else {
                    let place = random.below(live.count)
                    let record = live.swapRemove(at: place)
                    if slab[record.index] != record.address
                        || record.address.pointee != SIMD2(record.value, ~record.value)
                    {
                        Issue.record("record \(record.index) moved or changed")
                    }
                    slab.free(record.index)
                    used.remove(record.index)
                }
                peak = max(peak, live.count)
            }
            #expect(slab.count == live.count)
            #expect(slab.peak == peak)
            #expect(peak > 4096)
            for record in live { #expect(slab[record.index].pointee == SIMD2(record.value, ~record.value)) }
        }
    }

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

extension Array {
    mutating func swapRemove(at place: Int) -> Element {
        swapAt(place, count - 1)
        return removeLast()
    }
}
