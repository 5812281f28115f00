// SPDX-License-Identifier: Apache-2.0

/// An attempt under way, as those policies see it that count or time attempts.
struct Call: TableEntry {
    /// The attempt's identifier.
    var identifier: UInt64
    /// Nanoseconds.
    var sent: Int64
    /// Attempts under way at the provider when it began, itself included.
    var inFlight: UInt32
    /// Whose permit it holds, where tenants have bulkheads.
    var tenant: UInt32
    var provider: UInt16
    var route: UInt8
    /// The provider's place in the route.
    var place: UInt8

    /// No attempt has this identifier: its slot is that of the wait queues' timers.
    static let noIdentifier = UInt64.max
    static var free: Call {
        Call(identifier: noIdentifier, sent: 0, inFlight: 0, tenant: 0, provider: 0, route: 0, place: 0)
    }
    var isFree: Bool { identifier == Self.noIdentifier }
    var key: UInt64 { identifier }
}

/// The attempts under way by identifier: a `HashTable` with 32 bytes a place.
struct CallTable {
    private var table = HashTable<Call>(least: 64)

    func deallocate() { table.deallocate() }

    var count: Int { table.count }
    var bytes: Int { table.bytes }

    /// Adds a call that isn't there.
    mutating func insert(_ call: Call) { table.insert(call, at: table.place(of: call.identifier)) }

    /// Takes a call out, if it is there.
    mutating func remove(_ identifier: UInt64) -> Call? {
        let place = table.place(of: identifier)
        if place.pointee.isFree { return nil }
        let call = place.pointee
        table.remove(at: place)
        return call
    }
}
