// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import Testing

struct FairQueueTests {
    @Test("tenants take turns, however much one of them brings")
    func turns() {
        var queue = FairQueue()
        for item in 0..<100 as Range<UInt64> { queue.append(item, tenant: 1) }
        queue.append(1_000, tenant: 2)
        queue.append(2_000, tenant: 3)
        queue.append(1_001, tenant: 2)
        var order: [UInt64] = []
        while let item = queue.popFirst() { order.append(item) }
        #expect(order.prefix(6) == [0, 1_000, 2_000, 1, 1_001, 2])
        #expect(order.count == 103)
        let tenants = queue.tenants
        #expect(tenants == 0)
    }

    @Test("what is taken out as worth nothing costs its tenant no turn")
    func discards() {
        var queue = FairQueue()
        for item: UInt64 in [10, 11, 12, 13] { queue.append(item, tenant: 1) }
        for item: UInt64 in [20, 21, 22] { queue.append(item, tenant: 2) }
        var taken = [queue.popFirst()]
        taken += [queue.popFirst(), queue.discardFirst(), queue.discardFirst(), queue.popFirst()]
        #expect(taken == [10, 20, 11, 12, 13])
        // An emptied queue is forgotten with what was left to spend.
        queue.append(14, tenant: 1)
        taken = [queue.discardFirst(), queue.popFirst(), queue.popFirst(), queue.discardFirst()]
        #expect(taken == [21, 22, 14, nil])
    }

    @Test("the example of the paper: a quantum of 500 lets 200, 300 wait for their round, and saves what is left")
    func paper() {
        // Figures 2 and 3 of Shreedhar and Varghese: packets of 20, 750, 200 / 500, 500 / 200, 600, 100 / 50, 700, 180.
        var queue = FairQueue(quantum: 500)
        for (tenant, costs) in [[200, 750, 20], [500, 500], [100, 600, 200], [180, 700, 50]].enumerated() {
            for (place, cost) in costs.enumerated() {
                queue.append(UInt64(tenant * 10 + place), tenant: UInt64(tenant), cost: UInt32(cost))
            }
        }
        var order: [UInt64] = []
        while let item = queue.popFirst() { order.append(item) }
        // The first round sends 200 of the first and keeps 300, with which the second round can send 750.
        #expect(order == [0, 10, 20, 30, 1, 2, 11, 21, 22, 31, 32])
    }

    /// Brute force over every interval of a run: for each pair of tenants with work throughout, how far apart they were served.
    private static func worstLag(seed: UInt64, quantum: UInt32, largest: Int) -> Int64 {
        var random = SplitMix(seed: seed)
        var queue = FairQueue(quantum: quantum)
        let tenants = 4
        var model: [[UInt32]] = Array(repeating: [], count: tenants)
        // What each tenant was given so far, and since which step it has had work; by step.
        var given: [[Int64]] = [Array(repeating: 0, count: tenants)]
        var busySince = Array(repeating: Int?.none, count: tenants)
        var worst: Int64 = 0
        for step in 1...240 {
            for tenant in 0..<tenants where random.chance(model[tenant].isEmpty ? 30 : 60) && step < 200 {
                let cost = UInt32(1 + random.below(largest))
                model[tenant].append(cost)
                queue.append(UInt64(tenant), tenant: UInt64(tenant), cost: cost)
                if busySince[tenant] == nil { busySince[tenant] = step - 1 }
            }
            var now = given[step - 1]
            if let element = queue.popFirst() {
                let tenant = Int(element)
                now[tenant] += Int64(model[tenant].removeFirst())
            }
            given.append(now)
            for one in 0..<tenants {
                guard let since = busySince[one] else { continue }
                for other in 0..<one {
                    guard let alike = busySince[other] else { continue }
                    for start in max(since, alike)..<step {
                        let lag = (now[one] - given[start][one]) - (now[other] - given[start][other])
                        worst = max(worst, abs(lag))
                    }
                }
            }
            for tenant in 0..<tenants where model[tenant].isEmpty { busySince[tenant] = nil }
        }
        return worst
    }

    @Test(
        "two tenants with work never drift apart by more than quantum + 2 (largest cost - 1), over any interval",
        arguments: [(1, 1), (4, 1), (10, 10), (3, 10), (50, 10), (7, 5)])
    func lag(quantum: Int, largest: Int) {
        var worst: Int64 = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            worst = max(worst, Self.worstLag(seed: seed, quantum: UInt32(quantum), largest: largest))
        }
        #expect(worst <= Int64(quantum + 2 * (largest - 1)))
        // The bound is no idle one.
        #expect(worst >= Int64(min(quantum, 2 * quantum / 3 + largest / 2)))
    }

    @Test("each tenant's own work stays in its order, and all of it comes out", arguments: 1...20)
    func order(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var queue = FairQueue(quantum: UInt32(1 + random.below(8)))
        var next: UInt64 = 0
        var last: [UInt64: UInt64] = [:]
        var taken = 0
        for _ in 0..<3_000 {
            if random.chance(52) {
                next += 1
                let tenant = UInt64(random.below(50))
                queue.append(next << 8 | tenant, tenant: tenant, cost: UInt32(tenant % 7 + 1))
            } else if let item = queue.popFirst() {
                let tenant = item & 0xFF
                if random.chance(20) {
                    queue.prepend(item, tenant: tenant, cost: UInt32(tenant % 7 + 1))
                    let first = queue.first()?.element
                    #expect(first == item, "what was put back comes next")
                    continue
                }
                taken += 1
                #expect(last[tenant, default: 0] < item)
                last[tenant] = item
            }
        }
        while queue.popFirst() != nil { taken += 1 }
        #expect(taken == Int(next))
        let tenants = queue.tenants
        #expect(tenants == 0)
    }

    @Test("a million tenants cost memory only while they have work")
    func manyTenants() {
        var queue = FairQueue()
        var wrong = 0
        for tenant in 0..<1_000_000 as Range<UInt64> {
            queue.append(tenant, tenant: tenant)
            if tenant < 100 { continue }
            let taken = queue.popFirst()
            if taken != tenant - 100 { wrong += 1 }
        }
        let (tenants, peak, capacity) = (queue.tenants, queue.peak, queue.indexCapacity)
        #expect(wrong == 0 && tenants == 100 && peak == 101 && capacity <= 1_024)
    }
}
