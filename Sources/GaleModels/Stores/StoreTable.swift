// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What a store holds of one kind of state: a hash table with open addressing and linear probing, keys to values that end.
///
/// An entry whose end has passed counts as absent; it goes when the table grows. Nothing is ever iterated but to grow, which
/// changes no answer.
package struct StoreTable {
    private struct Entry: BitwiseCopyable {
        var key: UInt64
        /// 0: the place is free, or what was there has been removed.
        var value: Int64
        /// Nanoseconds; 0 for a place never used.
        var ends: Int64
    }

    private var entries: UnsafeMutablePointer<Entry>?
    private var mask = 0
    /// Places that were ever used since the table grew last.
    private var used = 0

    package init() {}

    package func deallocate() { entries?.deallocate() }

    /// What the key's entry holds; 0: nothing.
    package func value(_ key: UInt64, at now: Int64) -> Int64 {
        guard let entries else { return 0 }
        let entry = entries[place(of: key)]
        return now < entry.ends ? entry.value : 0
    }

    package mutating func apply(_ change: StateChange, to key: UInt64, lifetime: Int64, at now: Int64) {
        if entries == nil || used * 10 >= mask * 7 { grow(at: now) }
        let entry = entries.unsafelyUnwrapped + place(of: key)
        let old = now < entry.pointee.ends ? entry.pointee.value : 0
        let ends = max(1, lifetime >= Int64.max - now ? .max : now + lifetime)
        if entry.pointee.ends == 0 {
            if case .remove = change { return }
            entry.pointee.key = key
            used += 1
        }
        switch change {
        case .set(let value):
            (entry.pointee.value, entry.pointee.ends) = (value, ends)
        case .raise(let value):
            if value > old { (entry.pointee.value, entry.pointee.ends) = (value, ends) }
        case .add(let more):
            if old == 0 { entry.pointee.ends = ends }
            entry.pointee.value = old &+ more
        case .remove:
            entry.pointee.value = 0
        }
    }

    /// The key's place, or the free one where it belongs.
    private func place(of key: UInt64) -> Int {
        let entries = entries.unsafelyUnwrapped
        var place = Int(truncatingIfNeeded: Self.mixed(key)) & mask
        while entries[place].ends != 0 && entries[place].key != key { place = (place &+ 1) & mask }
        return place
    }

    private mutating func grow(at now: Int64) {
        let (old, oldMask) = (entries, mask)
        var living = 0
        if let old { for place in 0...oldMask where now < old[place].ends && old[place].value != 0 { living += 1 } }
        var capacity = 64
        while capacity < living * 3 { capacity *= 2 }
        mask = capacity - 1
        used = living
        entries = .allocate(capacity: capacity)
        entries?.initialize(repeating: Entry(key: 0, value: 0, ends: 0), count: capacity)
        guard let old else { return }
        for index in 0...oldMask where now < old[index].ends && old[index].value != 0 {
            entries?[place(of: old[index].key)] = old[index]
        }
        old.deallocate()
    }

    /// SplitMix64's finaliser, so that neighbouring keys lie apart.
    private static func mixed(_ key: UInt64) -> UInt64 {
        var z = key &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z &>> 31)
    }
}
