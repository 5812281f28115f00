// SPDX-License-Identifier: Apache-2.0

/// From 64-bit keys to 32-bit numbers, such as places elsewhere: a `HashTable` with 16 bytes a place.
package struct HashIndex {
    private struct Entry: TableEntry {
        var key: UInt64
        var value: UInt32

        static var free: Entry { Entry(key: 0, value: HashIndex.none) }
        var isFree: Bool { value == HashIndex.none }
    }

    /// What a key that isn't there has; it can't be set.
    package static let none: UInt32 = .max

    private var table = HashTable<Entry>(least: 16)

    package init() {}

    package func deallocate() { table.deallocate() }

    var count: Int { table.count }
    var capacity: Int { table.capacity }
    var bytes: Int { table.bytes }

    /// What a key has, or `none`.
    package subscript(key: UInt64) -> UInt32 { table.place(of: key).pointee.value }

    /// Sets what a key has, whether it was there or not.
    package mutating func set(_ key: UInt64, _ value: UInt32) {
        let place = table.place(of: key)
        if place.pointee.isFree {
            table.insert(Entry(key: key, value: value), at: place)
        } else {
            place.pointee.value = value
        }
    }

    package mutating func remove(_ key: UInt64) {
        let place = table.place(of: key)
        if !place.pointee.isFree { table.remove(at: place) }
    }
}
