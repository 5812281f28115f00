// SPDX-License-Identifier: Apache-2.0

/// Attempts under way, by replica with provider and with tenant.
struct Flights {
    private let providers: Int
    private var byProvider: [Int]
    /// By replica; looked up, never walked.
    private var byTenant: [[UInt32: Int]]
    /// Of a tenant, those that wait for its attempts to end; likewise.
    private var waiting: [[UInt32: Int]]

    init(replicas: Int, providers: Int) {
        self.providers = providers
        byProvider = Array(repeating: 0, count: replicas * providers)
        byTenant = Array(repeating: [:], count: replicas)
        waiting = byTenant
    }

    mutating func begin(_ replica: Int, _ provider: Int, _ tenant: UInt32) -> (provider: Int, tenant: Int) {
        byProvider[replica * providers + provider] += 1
        let count = byTenant[replica][tenant, default: 0] + 1
        byTenant[replica][tenant] = count
        return (byProvider[replica * providers + provider], count)
    }

    mutating func end(_ replica: Int, _ provider: Int, _ tenant: UInt32) {
        byProvider[replica * providers + provider] -= 1
        let count = byTenant[replica][tenant, default: 0] - 1
        byTenant[replica][tenant] = count > 0 ? count : nil
    }

    /// - Returns: how many of the tenant wait now.
    mutating func waits(_ replica: Int, _ tenant: UInt32) -> Int {
        let count = waiting[replica][tenant, default: 0] + 1
        waiting[replica][tenant] = count
        return count
    }

    mutating func leaves(_ replica: Int, _ tenant: UInt32) {
        let count = waiting[replica][tenant, default: 0] - 1
        waiting[replica][tenant] = count > 0 ? count : nil
    }

    /// A replica's attempts are nobody's any more.
    mutating func forget(_ replica: Int) {
        for provider in 0..<providers { byProvider[replica * providers + provider] = 0 }
        byTenant[replica] = [:]
        waiting[replica] = [:]
    }
}
