// SPDX-License-Identifier: Apache-2.0

/// From 64-bit keys to 32-bit places: open addressing with linear probing, and removal by shifting back, so that nothing of a
/// removed key stays. The table doubles when it is half full and halves when an eighth is left.
///
/// - Complexity: O(1) expected; a change of size is amortised. 12 bytes a place.
struct HashIndex {
    private var keys: UnsafeMutablePointer<UInt64>
    private var values: UnsafeMutablePointer<UInt32>
    private var mask: Int
    private(set) var count = 0

    /// No place: what an empty entry holds.
    static let none: UInt32 = .max
    private static let smallest = 16

    init() {
        keys = .allocate(capacity: Self.smallest)
        values = .allocate(capacity: Self.smallest)
        values.initialize(repeating: Self.none, count: Self.smallest)
        mask = Self.smallest - 1
    }

    func deallocate() {
        keys.deallocate()
        values.deallocate()
    }

    var capacity: Int { mask + 1 }

    /// The place of a key, or `none`.
    subscript(key: UInt64) -> UInt32 { values[find(key)] }

    /// Sets the place of a key, whether it was there or not.
    mutating func set(_ key: UInt64, _ value: UInt32) {
        let place = find(key)
        if values[place] == Self.none {
            count += 1
            keys[place] = key
        }
        values[place] = value
        if count * 2 > mask { resize(to: (mask + 1) * 2) }
    }

    mutating func remove(_ key: UInt64) {
        var hole = find(key)
        guard values[hole] != Self.none else { return }
        var place = hole
        while true {
            place = (place + 1) & mask
            if values[place] == Self.none { break }
            // An entry may fill the hole unless its own home lies behind the hole.
            let distance = (place - home(keys[place])) & mask
            if distance >= (place - hole) & mask {
                keys[hole] = keys[place]
                values[hole] = values[place]
                hole = place
            }
        }
        values[hole] = Self.none
        count -= 1
        if mask >= Self.smallest && count * 8 < mask { resize(to: (mask + 1) / 2) }
    }

    /// The entry of a key, or the empty one where it would be.
    private func find(_ key: UInt64) -> Int {
        var place = home(key)
        while values[place] != Self.none && keys[place] != key { place = (place + 1) & mask }
        return place
    }

    /// SplitMix64's finaliser.
    private func home(_ key: UInt64) -> Int {
        var z = (key ^ (key >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int(truncatingIfNeeded: z ^ (z >> 31)) & mask
    }

    private mutating func resize(to capacity: Int) {
        let (oldKeys, oldValues, oldCapacity) = (keys, values, mask + 1)
        keys = .allocate(capacity: capacity)
        values = .allocate(capacity: capacity)
        values.initialize(repeating: Self.none, count: capacity)
        mask = capacity - 1
        for place in 0..<oldCapacity where oldValues[place] != Self.none {
            let new = find(oldKeys[place])
            keys[new] = oldKeys[place]
            values[new] = oldValues[place]
        }
        oldKeys.deallocate()
        oldValues.deallocate()
    }
}
