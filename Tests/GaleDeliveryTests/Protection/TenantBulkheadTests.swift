// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import Testing

struct TenantBulkheadTests {
    @Test("over random permits and queues of many tenants it agrees with a dictionary", arguments: 1...12)
    func againstModel(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let limit = 1 + random.below(4)
        var bulkhead = TenantBulkhead(limit: limit)
        defer { bulkhead.deallocate() }
        var held: [UInt32: Int] = [:]
        var queues: [UInt32: [UInt32]] = [:]
        var next: [UInt32: UInt32] = [:]
        var chain: UInt32 = 0
        // Numbers that fall together, and numbers all over.
        let spread = [1, 64, 1_000_003][seed % 3]
        for step in 0..<20_000 {
            let tenants = step / 4_000 % 2 == 0 ? 3_000 : 10
            let tenant = UInt32(truncatingIfNeeded: random.below(tenants) * spread)
            switch random.below(3) {
            case 0:
                let may = held[tenant, default: 0] < limit && queues[tenant] == nil
                #expect(bulkhead.take(tenant) == may)
                if may { held[tenant, default: 0] += 1 }
                if !may {
                    let before = bulkhead.append(chain, to: tenant)
                    #expect(before == queues[tenant]?.last ?? TenantBulkhead.none)
                    if let last = queues[tenant]?.last { next[last] = chain }
                    queues[tenant, default: []].append(chain)
                    chain += 1
                }
            case 1:
                let any = held[tenant] != nil ? tenant : held.keys.min()
                guard let any else { continue }
                #expect(bulkhead.giveBack(any) == (queues[any] != nil))
                held[any]! -= 1
                if held[any] == 0 { held[any] = nil }
            default:
                guard let queue = queues[tenant], held[tenant, default: 0] < limit else { continue }
                #expect(bulkhead.tenant(tenant)?.first == queue[0])
                #expect(bulkhead.take(tenant, isNext: true) == true)
                held[tenant, default: 0] += 1
                bulkhead.removeFirst(of: tenant, next: next[queue[0]] ?? TenantBulkhead.none)
                queues[tenant] = queue.count == 1 ? nil : Array(queue.dropFirst())
            }
            #expect(bulkhead.tenant(tenant).map { Int($0.held) } ?? 0 == held[tenant, default: 0])
            #expect(bulkhead.tenant(tenant).map { Int($0.waiting) } ?? 0 == queues[tenant, default: []].count)
        }
        let active = Set(held.keys).union(queues.keys)
        #expect(bulkhead.count == active.count)
        for tenant in active { #expect(bulkhead.tenant(tenant) != nil) }
    }

    @Test("a hundred thousand tenants come and go, and only the active ones remain in the table")
    func activeOnly() {
        var bulkhead = TenantBulkhead(limit: 2)
        defer { bulkhead.deallocate() }
        for tenant in 0..<100_000 as Range<UInt32> { #expect(bulkhead.take(tenant) == true) }
        #expect(bulkhead.count == 100_000)
        for tenant in 0..<100_000 as Range<UInt32> where tenant != 77 { #expect(bulkhead.giveBack(tenant) == false) }
        #expect(bulkhead.count == 1)
        #expect(bulkhead.tenant(77)?.held == 1)
        #expect(bulkhead.tenant(78) == nil)
    }
}
