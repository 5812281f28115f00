// SPDX-License-Identifier: Apache-2.0

/// Permits of each tenant: how many of its chains hold one, and who waits for one (a bulkhead, Nygard, "Release It!";
/// resilience4j `SemaphoreBulkhead`, with a bounded queue in front of it).
///
/// A hash table with open addressing and linear probing; a tenant is in it while it holds a permit or waits for one, so that
/// a million tenants cost memory only while they are active. It grows at three quarters and shrinks at an eighth.
///
/// - Complexity: O(1) expected; growing and shrinking amortised. 20 bytes a place.
package struct TenantBulkhead {
    package struct Tenant {
        package var number: UInt32
        /// Permits held.
        package var held: UInt32
        /// Chains that wait, linked by their owner: the first and the last.
        package var waiting: UInt32
        package var first: UInt32
        package var last: UInt32

        var isFree: Bool { held == 0 && waiting == 0 }
    }

    private static let least = 64
    /// No chain.
    package static let none: UInt32 = .max

    private var places: UnsafeMutablePointer<Tenant>
    private var capacity: Int
    private var shift: UInt32
    /// Tenants in the table.
    package private(set) var count: Int
    /// Permits of one tenant.
    package let limit: UInt32

    /// - Parameter limit: at least 1.
    package init(limit: Int) {
        self.limit = UInt32(clamping: max(1, limit))
        capacity = Self.least
        shift = 32 - 6
        count = 0
        places = Self.allocate(capacity)
    }

    package func deallocate() { places.deallocate() }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Tenant> {
        let places = UnsafeMutablePointer<Tenant>.allocate(capacity: capacity)
        places.initialize(
            repeating: Tenant(number: 0, held: 0, waiting: 0, first: none, last: none), count: capacity)
        return places
    }

    /// What is known of a tenant, if it holds or awaits a permit. Valid until the table changes.
    package func tenant(_ number: UInt32) -> Tenant? {
        let place = find(number)
        return places[place].isFree ? nil : places[place]
    }

    /// Takes a permit, if one is left and nobody waits, or `isNext` says that those who wait let it go first.
    package mutating func take(_ number: UInt32, isNext: Bool = false) -> Bool {
        let place = find(number)
        if places[place].isFree {
            insert(number, at: place, held: 1)
            return true
        }
        if places[place].held >= limit || (places[place].waiting > 0 && !isNext) { return false }
        places[place].held += 1
        return true
    }

    /// Gives a permit back.
    ///
    /// - Returns: whether somebody waits for it.
    package mutating func giveBack(_ number: UInt32) -> Bool {
        let place = find(number)
        precondition(places[place].held > 0, "only a held permit is given back")
        places[place].held -= 1
        let isAwaited = places[place].waiting > 0
        if places[place].isFree { remove(place) }
        return isAwaited
    }

    /// A chain joins the end of the queue.
    ///
    /// - Returns: the chain before it, or `none`.
    package mutating func append(_ chain: UInt32, to number: UInt32) -> UInt32 {
        let place = find(number)
        precondition(!places[place].isFree, "nobody waits for a permit that is there")
        let last = places[place].waiting == 0 ? Self.none : places[place].last
        if places[place].waiting == 0 { places[place].first = chain }
        places[place].last = chain
        places[place].waiting += 1
        return last
    }

    /// The first of the queue leaves it; `next` is the one behind it.
    package mutating func removeFirst(of number: UInt32, next: UInt32) {
        let place = find(number)
        precondition(places[place].waiting > 0, "somebody waits")
        places[place].waiting -= 1
        places[place].first = next
        if places[place].isFree { remove(place) }
    }

    @inline(__always)
    private func home(_ number: UInt32) -> Int { Int((number &* 2_654_435_769) >> shift) }

    /// Where a tenant is, or the free place where it would be.
    @inline(__always)
    private func find(_ number: UInt32) -> Int {
        var place = home(number)
        while !places[place].isFree && places[place].number != number { place = (place + 1) & (capacity - 1) }
        return place
    }

    private mutating func insert(_ number: UInt32, at place: Int, held: UInt32) {
        places[place] = Tenant(number: number, held: held, waiting: 0, first: Self.none, last: Self.none)
        count += 1
        if count * 4 > capacity * 3 { resize(to: capacity * 2) }
    }

    /// Closes the gap, so that every tenant stays reachable from its home.
    private mutating func remove(_ place: Int) {
        count -= 1
        if capacity > Self.least && count * 8 < capacity { return resize(to: capacity / 2) }
        var gap = place
        var next = (place + 1) & (capacity - 1)
        while !places[next].isFree {
            let wanted = home(places[next].number)
            // It may move unless its home lies after the gap, on the way to where it is.
            if (next - wanted) & (capacity - 1) >= (next - gap) & (capacity - 1) {
                places[gap] = places[next]
                gap = next
            }
            next = (next + 1) & (capacity - 1)
        }
        places[gap] = Tenant(number: 0, held: 0, waiting: 0, first: Self.none, last: Self.none)
    }

    @inline(never)
    private mutating func resize(to larger: Int) {
        let (old, oldCapacity) = (places, capacity)
        capacity = larger
        shift = 32 - UInt32(larger.trailingZeroBitCount)
        places = Self.allocate(larger)
        for place in 0..<oldCapacity where !old[place].isFree { places[find(old[place].number)] = old[place] }
        old.deallocate()
    }
}
