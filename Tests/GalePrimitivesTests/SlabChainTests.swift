// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

@Suite("Slab: chains")
struct SlabChainTests {
    private struct Link: BitwiseCopyable {
        var next: UInt32
        var value: UInt32
    }

    @Test("a chain is given back at once, and each of its records is handed out again once")
    func chain() {
        let slab = Slab<Link>()
        defer { slab.deallocate() }
        let kept = slab.allocate()
        slab[kept].initialize(to: Link(next: .max, value: 7))
        let indices = (0..<10_000).map { _ in slab.allocate() }
        for (place, index) in indices.enumerated() {
            let next = place + 1 < indices.count ? indices[place + 1] : Slab<Link>.none
            slab[index].initialize(to: Link(next: next, value: 0))
        }
        let freed = slab.allocate()
        slab.free(freed)
        slab.free(chain: indices[0], through: indices[9_999], count: 10_000)
        #expect(slab.count == 1)
        #expect((0..<10_000).map { _ in slab.allocate() } == indices)
        #expect(slab.allocate() == freed)
        #expect(slab.count == 10_002 && slab.extent == 10_002 && slab[kept].pointee.value == 7)
    }
}
