// SPDX-License-Identifier: Apache-2.0

/// What a `HashTable` keeps.
protocol TableEntry: BitwiseCopyable {
    /// What an empty place holds.
    static var free: Self { get }
    var isFree: Bool { get }
    /// What an entry is found by.
    var key: UInt64 { get }
}

/// Entries by 64-bit keys: open addressing with linear probing, and removal by shifting back, so that nothing of a removed entry stays. The
/// table doubles when more than three quarters are full, and halves when less than an eighth is left: memory for what is there.
///
/// - Complexity: O(1) expected; a change of size is amortised.
struct HashTable<Entry: TableEntry> {
    private var places: UnsafeMutablePointer<Entry>
    private(set) var capacity: Int
    private var shift: UInt64
    private let least: Int
    private(set) var count = 0

    /// - Parameter least: places that there are always, a power of two.
    init(least: Int) {
        precondition(least > 1 && least & (least - 1) == 0, "a power of two")
        self.least = least
        capacity = least
        shift = 64 - UInt64(least.trailingZeroBitCount)
        places = Self.allocate(least)
    }

    func deallocate() { places.deallocate() }

    /// Memory that its places take.
    var bytes: Int { capacity * MemoryLayout<Entry>.stride }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Entry> {
        let places = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        places.initialize(repeating: .free, count: capacity)
        return places
    }

    /// An entry's place, or the free one where it would be. Valid until the table changes.
    @inline(__always)
    func place(of key: UInt64) -> UnsafeMutablePointer<Entry> {
        var place = home(key)
        while !places[place].isFree && places[place].key != key { place = (place + 1) & (capacity - 1) }
        return places + place
    }

    /// Puts an entry into the free place that `place(of:)` has given for its key.
    @inline(__always)
    mutating func insert(_ entry: Entry, at place: UnsafeMutablePointer<Entry>) {
        place.pointee = entry
        count += 1
        if count * 4 > capacity * 3 { resize(to: capacity * 2) }
    }

    /// Takes out the entry in a place that `place(of:)` has given, and closes the gap, so that all others stay reachable.
    mutating func remove(at place: UnsafeMutablePointer<Entry>) {
        var gap = place - places
        var next = (gap + 1) & (capacity - 1)
        while !places[next].isFree {
            let wanted = home(places[next].key)
            // It may move unless its home lies after the gap, on the way to where it is.
            if (next - wanted) & (capacity - 1) >= (next - gap) & (capacity - 1) {
                places[gap] = places[next]
                gap = next
            }
            next = (next + 1) & (capacity - 1)
        }
        places[gap] = .free
        count -= 1
        if capacity > least && count * 8 < capacity { resize(to: capacity / 2) }
    }

    /// Keys that are near to one another, or alike in their low bits, are spread all over (Knuth's multiplicative hashing, with a fold).
    @inline(__always)
    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: ((key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    @inline(never)
    private mutating func resize(to size: Int) {
        let (old, oldCapacity) = (places, capacity)
        capacity = size
        shift = 64 - UInt64(size.trailingZeroBitCount)
        places = Self.allocate(size)
        for index in 0..<oldCapacity where !old[index].isFree { place(of: old[index].key).pointee = old[index] }
        old.deallocate()
    }
}
