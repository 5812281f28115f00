// SPDX-License-Identifier: Apache-2.0

/// Whether tenants who wait for the same thing are served in turns.
///
/// Deficit round robin promises that over any time in which two tenants both have work, what they are given differs by at most
/// `quantum + 2 · (the largest cost − 1)` (M. Shreedhar and G. Varghese, SIGCOMM 1995, theorem 2), which is 1 with a quantum and
/// costs of 1. Here: between two services of a tenant who waits, no other may have more than `bound`. Waiting tenants stand in
/// the order of their last service, or of their coming; a service is compared with whoever has waited longest without one.
///
/// - Complexity: O(1) expected an event.
package struct TurnMeter {
    private struct Tenant {
        /// Of its notifications, those that wait.
        var waiting = 0
        /// Its last service or, if later, since when it has been waiting.
        var mark: Int64 = 0
        /// Numbers of its last services, the latest first.
        var services: [Int64] = []
        /// In the order of marks; `UInt32.max`: none.
        var before = UInt32.max
        var after = UInt32.max
    }

    package let bound: Int
    /// Looked up, never walked.
    private var tenants: [UInt32: Tenant] = [:]
    private var oldest = UInt32.max
    private var newest = UInt32.max
    private var sequence: Int64 = 0

    package init(bound: Int) { self.bound = max(1, bound) }

    /// One more notification of a tenant waits.
    package mutating func waits(_ number: UInt32) {
        var tenant = tenants[number] ?? Tenant()
        tenant.waiting += 1
        if tenant.waiting == 1 {
            sequence += 1
            tenant.mark = sequence
            tenants[number] = tenant
            link(number)
        } else {
            tenants[number] = tenant
        }
    }

    /// One that waited waits no more, whether it was served or not: either way that was a turn of its tenant's.
    package mutating func leaves(_ number: UInt32) {
        guard var tenant = tenants[number], tenant.waiting > 0 else { return }
        tenant.waiting -= 1
        tenants[number] = tenant
        unlink(number)
        guard tenant.waiting > 0 else { return }
        tenants[number]?.mark = sequence
        link(number)
    }

    /// A tenant has a turn that is not counted against others.
    package mutating func passes(_ number: UInt32) {
        guard let tenant = tenants[number], tenant.waiting > 0 else { return }
        unlink(number)
        tenants[number]?.mark = sequence
        link(number)
    }

    /// A tenant is served.
    ///
    /// - Returns: a tenant who has waited through more services of this one than the bound; nil: there is none.
    package mutating func serves(_ number: UInt32) -> UInt32? {
        sequence += 1
        var tenant = tenants[number] ?? Tenant()
        tenant.services.insert(sequence, at: 0)
        if tenant.services.count > bound + 1 { tenant.services.removeLast() }
        tenants[number] = tenant
        var passed: UInt32?
        // Itself is not compared with itself: who waits longest of the others.
        let longest = oldest == number ? tenant.after : oldest
        if longest != .max, let other = tenants[longest], tenant.services.count > bound,
            tenant.services[bound] > other.mark
        {
            passed = longest
        }
        if tenant.waiting > 0 {
            unlink(number)
            tenants[number]?.mark = sequence
            link(number)
        }
        return passed
    }

    private mutating func link(_ number: UInt32) {
        tenants[number]?.before = newest
        tenants[number]?.after = .max
        if newest != .max { tenants[newest]?.after = number } else { oldest = number }
        newest = number
    }

    private mutating func unlink(_ number: UInt32) {
        guard let tenant = tenants[number] else { return }
        if tenant.before != .max { tenants[tenant.before]?.after = tenant.after } else { oldest = tenant.after }
        if tenant.after != .max { tenants[tenant.after]?.before = tenant.before } else { newest = tenant.before }
    }
}
