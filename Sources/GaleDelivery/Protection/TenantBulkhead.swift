// SPDX-License-Identifier: Apache-2.0

/// Permits of each tenant: how many of its chains hold one, and who waits for one (a bulkhead, Nygard, "Release It!";
/// resilience4j `SemaphoreBulkhead`, with a bounded queue in front of it).
///
/// A `HashTable`; a tenant is in it while it holds a permit or waits for one, so that a million tenants cost memory only while they are
/// active.
///
/// - Complexity: O(1) expected. 20 bytes a place.
package struct TenantBulkhead {
    package struct Tenant: TableEntry {
        package var number: UInt32
        /// Permits held.
        package var held: UInt32
        /// Chains that wait, linked by their owner: the first and the last.
        package var waiting: UInt32
        package var first: UInt32
        package var last: UInt32

        static var free: Tenant { Tenant(number: 0, held: 0, waiting: 0, first: none, last: none) }
        var isFree: Bool { held == 0 && waiting == 0 }
        var key: UInt64 { UInt64(number) }
    }

    /// No chain.
    package static let none: UInt32 = .max

    private var table = HashTable<Tenant>(least: 64)
    /// Permits of one tenant.
    package let limit: UInt32

    /// - Parameter limit: at least 1.
    package init(limit: Int) { self.limit = UInt32(clamping: max(1, limit)) }

    package func deallocate() { table.deallocate() }

    /// Tenants in the table.
    package var count: Int { table.count }
    /// Memory that the table takes.
    package var bytes: Int { table.bytes }

    /// What is known of a tenant, if it holds or awaits a permit. Valid until the table changes.
    package func tenant(_ number: UInt32) -> Tenant? {
        let tenant = place(of: number).pointee
        return tenant.isFree ? nil : tenant
    }

    /// Takes a permit, if one is left and nobody waits, or `isNext` says that those who wait let it go first.
    package mutating func take(_ number: UInt32, isNext: Bool = false) -> Bool {
        let tenant = place(of: number)
        if tenant.pointee.isFree {
            table.insert(
                Tenant(number: number, held: 1, waiting: 0, first: Self.none, last: Self.none), at: tenant)
            return true
        }
        if tenant.pointee.held >= limit || (tenant.pointee.waiting > 0 && !isNext) { return false }
        tenant.pointee.held += 1
        return true
    }

    /// Gives a permit back.
    ///
    /// - Returns: whether somebody waits for it.
    package mutating func giveBack(_ number: UInt32) -> Bool {
        let tenant = place(of: number)
        precondition(tenant.pointee.held > 0, "only a held permit is given back")
        tenant.pointee.held -= 1
        let isAwaited = tenant.pointee.waiting > 0
        if tenant.pointee.isFree { table.remove(at: tenant) }
        return isAwaited
    }

    /// A chain joins the end of the queue.
    ///
    /// - Returns: the chain before it, or `none`.
    package mutating func append(_ chain: UInt32, to number: UInt32) -> UInt32 {
        let tenant = place(of: number)
        precondition(!tenant.pointee.isFree, "nobody waits for a permit that is there")
        let last = tenant.pointee.waiting == 0 ? Self.none : tenant.pointee.last
        if tenant.pointee.waiting == 0 { tenant.pointee.first = chain }
        tenant.pointee.last = chain
        tenant.pointee.waiting += 1
        return last
    }

    /// The first of the queue leaves it; `next` is the one behind it.
    package mutating func removeFirst(of number: UInt32, next: UInt32) {
        let tenant = place(of: number)
        precondition(tenant.pointee.waiting > 0, "somebody waits")
        tenant.pointee.waiting -= 1
        tenant.pointee.first = next
        if tenant.pointee.isFree { table.remove(at: tenant) }
    }

    @inline(__always)
    private func place(of number: UInt32) -> UnsafeMutablePointer<Tenant> { table.place(of: UInt64(number)) }
}
