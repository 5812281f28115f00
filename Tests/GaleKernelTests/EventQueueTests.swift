// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import Testing

@Suite("EventQueue")
struct EventQueueTests {
    /// How far ahead events are scheduled.
    enum Delays: CaseIterable {
        case none, nanoseconds, uniform, exponentialOctaves, heavyTail, bursts, farAndNear, descending

        func next(_ random: inout SplitMix, step: Int) -> Int64 {
            switch self {
            case .none: return 0
            case .nanoseconds: return Int64(random.below(4))
            case .uniform: return Int64(random.below(1_000_000_000))
            case .exponentialOctaves: return Int64(random.next() >> UInt64(20 + random.below(44)))
            case .heavyTail: return Int64(1e6 / (Double(random.below(1 << 40) + 1) * 0x1p-40))
            case .bursts: return random.below(50) == 0 ? Int64(random.below(1_000_000)) : 1_000_000
            case .farAndNear: return random.below(10) == 0 ? 1 << 55 : Int64(random.below(1000))
            case .descending: return max(0, 1 << 30 - Int64(step) * 1000)
            }
        }
    }

    /// The keys in a queue: an array in descending order.
    struct Model {
        private var sorted: [UInt128] = []

        var count: Int { sorted.count }

        mutating func insert(_ event: Event) {
            let key = event.key
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] > key { low = middle + 1 } else { high = middle }
            }
            sorted.insert(key, at: low)
        }

        mutating func removeFirst() -> UInt128 { sorted.removeLast() }
    }

    /// A run of random insertions and removals, with the number of events drifting up to `peak` and down again.
    private func check(_ kind: KernelOptions.Queue, _ delays: Delays, peak: Int, seed: UInt64, permuted: Bool = false) {
        var queue = EventQueue(kind)
        defer { queue.deallocate() }
        var model = Model()
        var random = SplitMix(seed)
        var (now, sequence, step): (Int64, UInt64, Int) = (0, 0, 0)
        func insert() {
            let delay = min(delays.next(&random, step: step), Int64.max - now)
            let order = permuted ? (sequence &* 0x9E37_79B9_7F4A_7C15) : sequence
            let event = Event(
                time: Instant(nanoseconds: now + delay), sequence: order, target: UInt32(step & 0xFFFF), kind: 7,
                payload: order ^ UInt64(now + delay))
            sequence += 1
            step += 1
            queue.insert(event)
            model.insert(event)
        }
        func remove() -> Bool {
            let key = queue.firstKey()
            if model.count == 0 { return key == .max && queue.count == 0 }
            let event = queue.removeFirst()
            now = event.time.nanoseconds
            return event.key == key && key == model.removeFirst() && event.kind == 7
                && event.payload == event.sequence ^ UInt64(event.time.nanoseconds)
        }
        // Grow in three waves, hold, and shrink to nothing, twice.
        for _ in 0..<2 {
            for wave in 1...3 {
                while model.count < peak * wave / 3 {
                    for _ in 0..<(1 + random.below(9)) { insert() }
                    for _ in 0..<random.below(5) { #expect(remove()) }
                }
                for _ in 0..<peak {
                    guard remove() else {
                        Issue.record("\(kind) \(delays) peak \(peak) seed \(seed): wrong order at step \(step)")
                        return
                    }
                    insert()
                }
            }
            #expect(queue.count == model.count)
            while model.count > 0 {
                guard remove() else {
                    Issue.record("\(kind) \(delays) peak \(peak) seed \(seed): wrong order when draining")
                    return
                }
                if random.below(4) == 0 { insert() }
            }
            #expect(remove())
        }
    }

    @Test(
        "events leave in order of time and sequence, whatever the distribution of delays and the number pending",
        arguments: [KernelOptions.Queue.heap, .ladder], Delays.allCases)
    func order(kind: KernelOptions.Queue, delays: Delays) {
        for (round, peak) in [1, 5, 24, 65, 130, 500, 2_000, 7_000].enumerated() {
            for seed in 0..<UInt64(peak < 200 ? 6 : 1) {
                check(kind, delays, peak: peak, seed: seed &* 1000 &+ UInt64(round))
            }
        }
    }

    @Test(
        "events at one instant leave in order of sequence, even if they were inserted in another",
        arguments: Delays.allCases)
    func permutedSequences(delays: Delays) {
        for peak in [5, 65, 500, 9_000] { check(.ladder, delays, peak: peak, seed: UInt64(peak), permuted: true) }
    }

    @Test(
        "a hundred thousand events, at which buckets are split, leave in order and complete",
        arguments: [Delays.uniform, .heavyTail, .bursts, .exponentialOctaves])
    func large(delays: Delays) {
        var queue = EventQueue(.ladder)
        defer { queue.deallocate() }
        var random = SplitMix(3)
        var (inserted, removed, last) = (UInt64(0), UInt64(0), UInt128(0))
        var (insertedCheck, removedCheck) = (UInt128(0), UInt128(0))
        // Sequences grow, so that no event that is inserted later may precede one that has left.
        func insert() {
            let now = Int64(truncatingIfNeeded: last >> 64)
            let time = Instant(nanoseconds: now + delays.next(&random, step: 0))
            let event = Event(time: time, sequence: inserted, target: 0, kind: 0, payload: 0)
            inserted += 1
            insertedCheck &+= event.key &* event.key
            queue.insert(event)
        }
        func remove() {
            let key = queue.firstKey()
            if removed > 0, key <= last { Issue.record("an event left too late") }
            _ = queue.removeFirst()
            removed += 1
            removedCheck &+= key &* key
            last = key
        }
        for _ in 0..<100_000 { insert() }
        for _ in 0..<100_000 {
            remove()
            insert()
        }
        while queue.count > 0 { remove() }
        #expect(inserted == removed)
        #expect(insertedCheck == removedCheck)
        #expect(queue.firstKey() == .max)
    }

    @Test("times up to the last representable instant are in order")
    func extremes() {
        var queue = EventQueue(.ladder)
        defer { queue.deallocate() }
        let times = [0, 1, Int64.max, Int64.max - 1, 1 << 62, 1 << 40] + (0..<1000).map { Int64.max - $0 * 7919 }
        for (sequence, time) in times.enumerated() {
            queue.insert(
                Event(
                    time: Instant(nanoseconds: time), sequence: UInt64(sequence), target: 0, kind: 0, payload: 0))
        }
        var left: [Int64] = []
        while queue.firstKey() != .max { left.append(queue.removeFirst().time.nanoseconds) }
        #expect(left == times.sorted())
    }
}
