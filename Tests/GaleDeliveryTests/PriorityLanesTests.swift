// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct PriorityLanesTests {
    private static func second(_ count: Int64) -> Instant { Instant(nanoseconds: count * 1_000_000_000) }

    @Test("the most urgent goes first, until another has aged")
    func strict() {
        var lanes = PriorityLanes()
        func pop(_ second: Int64) -> UInt64? { lanes.popFirst(at: Self.second(second)) }
        lanes.append(1, .low, at: Self.second(0))
        lanes.append(2, .normal, at: Self.second(1))
        lanes.append(3, .critical, at: Self.second(9))
        let first = lanes.first(at: Self.second(9))?.element
        #expect(first == 3)
        // mq-deadline's 10 s have passed for the first.
        #expect(pop(10) == 1)
        #expect(pop(10) == 3)
        #expect(pop(10) == 2)
        #expect(pop(10) == nil)
    }

    @Test("without ageing a lane starves as long as those above it have work")
    func starving() {
        var lanes = PriorityLanes(.strict(ageing: nil))
        func pop(_ second: Int64) -> UInt64? { lanes.popFirst(at: Self.second(second)) }
        lanes.append(1, .low, at: .zero)
        for number in 2...1_000 as ClosedRange<UInt64> {
            lanes.append(number, .high, at: Self.second(Int64(number)))
            #expect(pop(Int64(number)) == number)
        }
        #expect(pop(2_000) == 1)
    }

    @Test("with ageing nothing is overtaken by what came later once it has waited that long", arguments: 1...30)
    func noStarvation(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let ageing = Int64(1 + random.below(30))
        var lanes = PriorityLanes(.strict(ageing: .seconds(ageing)))
        var waiting: [UInt64: Int64] = [:]  // by number, which is the order of arrival
        var next: UInt64 = 0
        for now in 0..<600 as Range<Int64> {
            // Twice as much comes as can go, mostly urgent.
            for _ in 0..<random.below(5) {
                next += 1
                let priority: Priority = random.chance(70) ? .critical : Priority.allCases[random.below(4)]
                lanes.append(next, priority, at: Self.second(now))
                waiting[next] = now
            }
            guard let taken = lanes.popFirst(at: Self.second(now)), let came = waiting.removeValue(forKey: taken)
            else { continue }
            let overtaken = waiting.values.count { $0 < came && now - $0 >= ageing }
            #expect(overtaken == 0)
        }
        let count = lanes.count
        #expect(count == waiting.count)
    }

    @Test("weighted lanes share by their weights while they have work, and none starves", arguments: 1...10)
    func weighted(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let weights = (0..<4).map { _ in UInt32(1 + random.below(9)) }
        var lanes = PriorityLanes(.weighted(weights))
        for number in 0..<40_000 as Range<UInt64> {
            lanes.append(number, Priority.allCases[Int(number % 4)], at: .zero)
        }
        var served = [Int64](repeating: 0, count: 4)
        var lastServed = [Int](repeating: 0, count: 4)
        let round = Int(weights.reduce(0, +))
        for step in 0..<10_000 {
            let lane = Int(lanes.popFirst(at: .zero)! % 4)
            served[lane] += 1
            #expect(step - lastServed[lane] <= round, "a lane waits no longer than a round")
            lastServed[lane] = step
            for (one, count) in served.enumerated() {
                let share = Int64(step + 1) * Int64(weights[one]) / Int64(round)
                #expect(abs(count - share) <= Int64(round), "within one round of its share")
            }
        }
    }

    @Test("what is taken out as worth nothing costs its lane nothing of its share")
    func discards() {
        var lanes = PriorityLanes(.weighted([2, 1, 1, 1]))
        for item: UInt64 in 1...5 { lanes.append(item, .critical, at: .zero) }
        for item: UInt64 in 11...12 { lanes.append(item, .low, at: .zero) }
        var taken = [lanes.popFirst(at: .zero), lanes.discardFirst(at: .zero), lanes.discardFirst(at: .zero)]
        taken += [lanes.popFirst(at: .zero), lanes.popFirst(at: .zero), lanes.popFirst(at: .zero)]
        #expect(taken == [1, 2, 3, 4, 11, 5])
        taken = [lanes.discardFirst(at: .zero), lanes.discardFirst(at: .zero)]
        #expect(taken == [12, nil])
    }

    @Test("within a lane tenants take turns")
    func fair() {
        var lanes = PriorityLanes(quantum: 1)
        func pop(_ second: Int64) -> UInt64? { lanes.popFirst(at: Self.second(second)) }
        for number in 0..<10 as Range<UInt64> { lanes.append(number, .normal, tenant: 1, at: .zero) }
        lanes.append(100, .normal, tenant: 2, at: .zero)
        lanes.append(200, .high, tenant: 1, at: .zero)
        #expect(pop(0) == 200)
        #expect(pop(0) == 0)
        #expect(pop(0) == 100)
        lanes.prepend(100, .normal, tenant: 2, since: .zero)
        #expect(pop(0) == 100)
        #expect(pop(0) == 1)
    }
}
