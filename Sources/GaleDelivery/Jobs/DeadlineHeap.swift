// SPDX-License-Identifier: Apache-2.0

/// Times with a word each, the earliest first and equal ones in the order in which they came: a binary heap.
///
/// - Complexity: O(log n); the first O(1). 24 bytes a time.
struct DeadlineHeap {
    struct Deadline: BitwiseCopyable {
        /// Nanoseconds.
        var at: Int64
        var order: UInt64
        var word: UInt64

        @inline(__always)
        func isBefore(_ other: Deadline) -> Bool { (at, order) < (other.at, other.order) }
    }

    private var places: UnsafeMutablePointer<Deadline>
    private var capacity = 16
    private(set) var count = 0
    private var order: UInt64 = 0

    init() { places = .allocate(capacity: 16) }

    func deallocate() { places.deallocate() }

    var first: Deadline? { count == 0 ? nil : places[0] }

    mutating func push(_ at: Int64, _ word: UInt64) {
        if count == capacity { grow() }
        order += 1
        let new = Deadline(at: at, order: order, word: word)
        var hole = count
        count += 1
        while hole > 0 {
            let parent = (hole - 1) / 2
            if !new.isBefore(places[parent]) { break }
            places[hole] = places[parent]
            hole = parent
        }
        places[hole] = new
    }

    /// Removes the first; there must be one.
    mutating func popFirst() {
        count -= 1
        let last = places[count]
        var hole = 0
        while true {
            var child = hole * 2 + 1
            if child >= count { break }
            if child + 1 < count, places[child + 1].isBefore(places[child]) { child += 1 }
            if !places[child].isBefore(last) { break }
            places[hole] = places[child]
            hole = child
        }
        places[hole] = last
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Deadline>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: places, count: count)
        places.deallocate()
        places = larger
        capacity *= 2
    }
}
