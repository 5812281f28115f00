// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

/// Attempts under way, by replica with provider and with tenant: told of every send. The value is a handle: copies share the state,
/// and whoever made it calls `deallocate()`.
struct Flights {
    private struct State {
        let providers: Int
        var byProvider: UnsafeMutablePointer<Int32>
        /// By replica: of a tenant, its attempts and, apart from them, those that wait for these to end.
        var byTenant: UnsafeMutablePointer<HashIndex>
        var waiting: UnsafeMutablePointer<HashIndex>
    }

    private let state: UnsafeMutablePointer<State>
    private let replicas: Int

    init(replicas: Int, providers: Int) {
        self.replicas = replicas
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                providers: providers, byProvider: .allocate(capacity: replicas * providers),
                byTenant: .allocate(capacity: replicas), waiting: .allocate(capacity: replicas)))
        state.pointee.byProvider.initialize(repeating: 0, count: replicas * providers)
        for replica in 0..<replicas {
            (state.pointee.byTenant + replica).initialize(to: HashIndex())
            (state.pointee.waiting + replica).initialize(to: HashIndex())
        }
    }

    func deallocate() {
        for replica in 0..<replicas {
            state.pointee.byTenant[replica].deallocate()
            state.pointee.waiting[replica].deallocate()
        }
        state.pointee.byTenant.deallocate()
        state.pointee.waiting.deallocate()
        state.pointee.byProvider.deallocate()
        state.deallocate()
    }

    func begin(_ replica: Int, _ provider: Int, _ tenant: UInt32) -> (provider: Int, tenant: Int) {
        let place = state.pointee.byProvider + (replica * state.pointee.providers + provider)
        place.pointee += 1
        return (Int(place.pointee), Self.add(1, tenant, state.pointee.byTenant + replica))
    }

    func end(_ replica: Int, _ provider: Int, _ tenant: UInt32) {
        let place = state.pointee.byProvider + (replica * state.pointee.providers + provider)
        place.pointee = max(0, place.pointee - 1)
        Self.add(-1, tenant, state.pointee.byTenant + replica)
    }

    /// - Returns: how many of the tenant wait now.
    func waits(_ replica: Int, _ tenant: UInt32) -> Int { Self.add(1, tenant, state.pointee.waiting + replica) }

    func leaves(_ replica: Int, _ tenant: UInt32) { Self.add(-1, tenant, state.pointee.waiting + replica) }

    /// A replica's attempts are nobody's any more.
    func forget(_ replica: Int) {
        let providers = state.pointee.providers
        (state.pointee.byProvider + replica * providers).update(repeating: 0, count: providers)
        for tables in [state.pointee.byTenant, state.pointee.waiting] {
            tables[replica].deallocate()
            tables[replica] = HashIndex()
        }
    }

    /// Adds to a tenant's count, which is forgotten at nothing and never below it.
    ///
    /// - Returns: the new count.
    @discardableResult
    private static func add(_ change: Int, _ tenant: UInt32, _ table: UnsafeMutablePointer<HashIndex>) -> Int {
        let key = UInt64(tenant)
        let known = table.pointee[key]
        let count = (known == HashIndex.none ? 0 : Int(known)) + change
        if count > 0 { table.pointee.set(key, UInt32(count)) } else { table.pointee.remove(key) }
        return count
    }
}
