// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Tenants' work in turns: deficit round robin (M. Shreedhar and G. Varghese, "Efficient Fair Queuing using Deficit Round
/// Robin", SIGCOMM 1995).
///
/// Each tenant with work has a first in, first out queue and, once a round, `quantum` more to spend; what it can't spend on a
/// whole item it keeps for the next round, and what an emptied queue leaves is forgotten. Over any interval in which two
/// tenants have work, what they were given differs by at most `quantum + 2 · (the largest cost − 1)` (their theorem 2). A
/// tenant without work costs nothing: no memory, no step of the round.
///
/// Scope: whoever owns it. A consumer host puts it between what it has read and its dispatcher; a dispatcher keeps its
/// waiting chains in it (`Policy.Fairness`). Costs are in whatever is to be shared out: 1 a message, or its bytes.
///
/// - Complexity: O(1) while `quantum` is at least the largest cost; otherwise a tenant is passed over cost ÷ quantum times.
///   24 bytes an item, 32 a tenant with work.
public struct FairQueue: ~Copyable {
    private struct Item: BitwiseCopyable {
        var next: UInt32
        var cost: UInt32
        var element: UInt64
        var since: Int64
    }

    private struct Flow: BitwiseCopyable {
        /// Of those with work, in the order of the round.
        var next: UInt32
        var head: UInt32
        var tail: UInt32
        var isInTurn: Bool
        var tenant: UInt64
        var deficit: Int64
    }

    private let items = Slab<Item>()
    private let flows = Slab<Flow>()
    private var index = HashIndex()
    private var firstFlow = HashIndex.none
    private var lastFlow = HashIndex.none
    private let quantum: Int64

    /// - Parameter quantum: what a tenant may spend a round; at least 1.
    public init(quantum: UInt32 = 1) { self.quantum = Int64(max(1, quantum)) }

    deinit {
        items.deallocate()
        flows.deallocate()
        index.deallocate()
    }

    public var count: Int { items.count }
    public var isEmpty: Bool { items.count == 0 }
    /// Tenants with work.
    public var tenants: Int { flows.count }
    /// The most items there ever were at once.
    package var peak: Int { items.peak }
    package var indexCapacity: Int { index.capacity }

    /// Adds work behind the tenant's own.
    ///
    /// - Parameters:
    ///   - cost: at least 1.
    ///   - now: comes back with the element; it decides nothing here.
    public mutating func append(_ element: UInt64, tenant: UInt64, cost: UInt32 = 1, at now: Int64 = 0) {
        let item = items.allocate()
        items[item].initialize(to: Item(next: HashIndex.none, cost: max(1, cost), element: element, since: now))
        var flow = index[tenant]
        if flow == HashIndex.none {
            flow = open(tenant, item)
            link(last: flow)
        } else {
            items[flows[flow].pointee.tail].pointee.next = item
            flows[flow].pointee.tail = item
        }
    }

    /// Puts back what was just taken: it comes next again.
    public mutating func prepend(_ element: UInt64, tenant: UInt64, cost: UInt32 = 1, at now: Int64 = 0) {
        let item = items.allocate()
        items[item].initialize(to: Item(next: HashIndex.none, cost: max(1, cost), element: element, since: now))
        var flow = index[tenant]
        if flow == HashIndex.none {
            flow = open(tenant, item)
            flows[flow].pointee.isInTurn = true
            flows[flow].pointee.next = firstFlow
            if firstFlow == HashIndex.none { lastFlow = flow }
            firstFlow = flow
        } else {
            items[item].pointee.next = flows[flow].pointee.head
            flows[flow].pointee.head = item
        }
        flows[flow].pointee.deficit += Int64(max(1, cost))
    }

    /// What comes next, and since when it has been here; nil: nothing.
    public mutating func first() -> (element: UInt64, since: Int64)? {
        guard firstFlow != HashIndex.none else { return nil }
        let item = items[headOfRound()]
        return (item.pointee.element, item.pointee.since)
    }

    /// Takes what comes next; nil: nothing.
    public mutating func popFirst() -> UInt64? { removeFirst(isCharged: true) }

    /// Takes out what would come next and is worth nothing any more; nil: nothing. Its tenant has not been served: it has its turn yet.
    public mutating func discardFirst() -> UInt64? { removeFirst(isCharged: false) }

    private mutating func removeFirst(isCharged: Bool) -> UInt64? {
        guard firstFlow != HashIndex.none else { return nil }
        let place = headOfRound()
        let (flow, item) = (flows[firstFlow], items[place])
        let element = item.pointee.element
        if isCharged { flow.pointee.deficit -= Int64(item.pointee.cost) }
        flow.pointee.head = item.pointee.next
        if item.pointee.next == HashIndex.none { closeFirst() }
        items.free(place)
        return element
    }

    /// The item whose turn it is: passes over tenants that have spent their share of this round.
    private mutating func headOfRound() -> UInt32 {
        while true {
            let flow = flows[firstFlow]
            if !flow.pointee.isInTurn {
                flow.pointee.isInTurn = true
                flow.pointee.deficit += quantum
            }
            if Int64(items[flow.pointee.head].pointee.cost) <= flow.pointee.deficit { return flow.pointee.head }
            flow.pointee.isInTurn = false
            let passed = firstFlow
            unlinkFirst()
            link(last: passed)
        }
    }

    // MARK: The round

    private mutating func open(_ tenant: UInt64, _ item: UInt32) -> UInt32 {
        let flow = flows.allocate()
        flows[flow].initialize(
            to: Flow(next: HashIndex.none, head: item, tail: item, isInTurn: false, tenant: tenant, deficit: 0))
        index.set(tenant, flow)
        return flow
    }

    private mutating func closeFirst() {
        let flow = firstFlow
        index.remove(flows[flow].pointee.tenant)
        unlinkFirst()
        flows.free(flow)
    }

    private mutating func link(last flow: UInt32) {
        flows[flow].pointee.next = HashIndex.none
        if lastFlow == HashIndex.none { firstFlow = flow } else { flows[lastFlow].pointee.next = flow }
        lastFlow = flow
    }

    private mutating func unlinkFirst() {
        firstFlow = flows[firstFlow].pointee.next
        if firstFlow == HashIndex.none { lastFlow = HashIndex.none }
    }
}
