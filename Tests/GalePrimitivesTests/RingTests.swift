// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

@Suite("Ring")
struct RingTests {
    @Test("a ring behaves like an array with absolute positions, while it grows, wraps and is cut at either end")
    func model() {
        for seed in 0..<20 as Range<UInt64> {
            var random = SplitMix(seed)
            let ring = Ring<UInt64>(minimumCapacity: random.below(64))
            defer { ring.deallocate() }
            var (model, start): ([UInt64], Int) = ([], 0)
            for step in 0..<3_000 as Range<UInt64> {
                switch random.below(100) {
                case 0..<55:
                    ring.append(step)
                    model.append(step)
                case 55..<90 where !model.isEmpty:
                    #expect(ring.popFirst() == model.removeFirst())
                    start += 1
                case 90..<93:
                    // Positions before the start and behind the end are within reach as well.
                    let position = start - 2 + random.below(model.count + 5)
                    ring.removeAll(before: position)
                    let dropped = min(max(position - start, 0), model.count)
                    model.removeFirst(dropped)
                    start += dropped
                case 93..<96:
                    let position = start - 2 + random.below(model.count + 5)
                    ring.removeAll(from: position)
                    model.removeLast(model.count - min(max(position - start, 0), model.count))
                case 96 where !model.isEmpty:
                    let offset = random.below(model.count)
                    ring[start + offset] = step
                    model[offset] = step
                default: break
                }
                #expect(ring.startPosition == start)
                #expect(ring.endPosition == start + model.count)
                #expect(ring.count == model.count)
                #expect(ring.isEmpty == model.isEmpty)
                if step % 50 == 0 { #expect((0..<model.count).map { ring[start + $0] } == model) }
            }
        }
    }

    @Test("after the end is cut off, the next element gets the first position that was cut")
    func removeAllFrom() {
        let ring = Ring<Int64>()
        defer { ring.deallocate() }
        for number in 0..<40 as Range<Int64> { ring.append(number) }
        ring.removeAll(before: 10)
        ring.removeAll(from: 20)
        #expect((ring.startPosition, ring.endPosition) == (10, 20))
        ring.append(-1)
        #expect(ring[20] == -1)
        #expect(ring[19] == 19)
        ring.removeAll(from: 3)
        #expect(ring.isEmpty)
        #expect((ring.startPosition, ring.endPosition) == (10, 10))
        ring.removeAll(from: 99)
        #expect(ring.endPosition == 10)
    }
}
