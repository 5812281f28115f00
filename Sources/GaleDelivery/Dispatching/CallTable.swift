// SPDX-License-Identifier: Apache-2.0

/// An attempt under way, as those policies see it that count or time attempts.
struct Call: BitwiseCopyable {
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
    static let none = Call(identifier: noIdentifier, sent: 0, inFlight: 0, tenant: 0, provider: 0, route: 0, place: 0)
}

/// The attempts under way by identifier: a hash table with open addressing and linear probing.
///
/// - Complexity: O(1) expected; growing amortised. 32 bytes a place, at most three quarters of them in use.
struct CallTable {
    private var places: UnsafeMutablePointer<Call>
    private var capacity: Int
    private var shift: UInt64
    private(set) var count = 0

    init() {
        capacity = 64
        shift = 64 - 6
        places = Self.allocate(capacity)
    }

    func deallocate() { places.deallocate() }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Call> {
        let places = UnsafeMutablePointer<Call>.allocate(capacity: capacity)
        places.initialize(repeating: .none, count: capacity)
        return places
    }

    @inline(__always)
    private func home(_ identifier: UInt64) -> Int { Int((identifier &* 0x9E37_79B9_7F4A_7C15) >> shift) }

    mutating func insert(_ call: Call) {
        if (count + 1) * 4 > capacity * 3 { grow() }
        var place = home(call.identifier)
        while places[place].identifier != Call.noIdentifier { place = (place + 1) & (capacity - 1) }
        places[place] = call
        count += 1
    }

    /// Takes a call out, if it is there.
    mutating func remove(_ identifier: UInt64) -> Call? {
        var place = home(identifier)
        while places[place].identifier != identifier {
            if places[place].identifier == Call.noIdentifier { return nil }
            place = (place + 1) & (capacity - 1)
        }
        let call = places[place]
        count -= 1
        closeGap(at: place)
        return call
    }

    /// Every call stays reachable from its home.
    private mutating func closeGap(at place: Int) {
        var (gap, next) = (place, (place + 1) & (capacity - 1))
        while places[next].identifier != Call.noIdentifier {
            let wanted = home(places[next].identifier)
            if (next - wanted) & (capacity - 1) >= (next - gap) & (capacity - 1) {
                places[gap] = places[next]
                gap = next
            }
            next = (next + 1) & (capacity - 1)
        }
        places[gap] = .none
    }

    @inline(never)
    private mutating func grow() {
        let (old, oldCapacity) = (places, capacity)
        capacity *= 2
        shift -= 1
        places = Self.allocate(capacity)
        count = 0
        for place in 0..<oldCapacity where old[place].identifier != Call.noIdentifier { insert(old[place]) }
        old.deallocate()
    }
}
