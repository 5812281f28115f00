// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

/// What both slabs are.
protocol RecordPool: ~Copyable {
    var count: Int { get }
    var peak: Int { get }
    mutating func allocate() -> UInt32
    mutating func free(_ index: UInt32)
    func deallocate()
    subscript(index: UInt32) -> UnsafeMutablePointer<SIMD2<UInt64>> { get }
}

extension Slab: RecordPool where Element == SIMD2<UInt64> {}
extension DenseSlab: RecordPool where Element == SIMD2<UInt64> {}

/// Random allocations and releases against a list of what must be there.
enum RecordPoolModel {
    static func check<Pool: RecordPool & ~Copyable>(
        _ make: () -> Pool, whenAllocated: (borrowing Pool, UInt32) -> Void = { _, _ in }
    ) {
        for seed in 0..<4 as Range<UInt64> {
            var random = SplitMix(seed)
            var pool = make()
            defer { pool.deallocate() }
            var live: [(index: UInt32, value: UInt64, address: UnsafeMutablePointer<SIMD2<UInt64>>)] = []
            var used: Set<UInt32> = []
            var peak = 0
            for step in 0..<40_000 as Range<UInt64> {
                // Grows, then shrinks, then grows again.
                let grows = (step / 12_000) % 2 == 0
                if live.isEmpty || random.below(10) < (grows ? 8 : 2) {
                    let index = pool.allocate()
                    if !used.insert(index).inserted { Issue.record("index \(index) was given out twice") }
                    whenAllocated(pool, index)
                    pool[index].initialize(to: SIMD2(step, ~step))
                    live.append((index, step, pool[index]))
                } else {
                    let record = live.swapRemove(at: random.below(live.count))
                    if pool[record.index] != record.address
                        || record.address.pointee != SIMD2(record.value, ~record.value)
                    {
                        Issue.record("record \(record.index) moved or changed")
                    }
                    pool.free(record.index)
                    used.remove(record.index)
                }
                peak = max(peak, live.count)
            }
            #expect(pool.count == live.count)
            #expect(pool.peak == peak)
            #expect(peak > 4096)
            for record in live { #expect(pool[record.index].pointee == SIMD2(record.value, ~record.value)) }
        }
    }
}

extension Array {
    mutating func swapRemove(at place: Int) -> Element {
        swapAt(place, count - 1)
        return removeLast()
    }
}
