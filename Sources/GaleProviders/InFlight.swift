// SPDX-License-Identifier: Apache-2.0

/// The requests under way at a provider that limits them: a binary min-heap of the instants at which their answers leave.
///
/// - Complexity: O(log limit) a request; a bounded block of memory, allocated once.
struct InFlight: BitwiseCopyable {
    private var base: UnsafeMutablePointer<Int64>
    private var limit: Int
    private(set) var count = 0
    /// Sum of the instants, wrapping: with `count` it tells two sets apart for all practical purposes.
    private(set) var sum: Int64 = 0

    /// - Parameter limit: 0 where nobody asks.
    init(limit: Int) {
        precondition((0...1 << 20).contains(limit), "a limit on concurrency is 1...1,048,576")
        self.limit = limit
        base = .allocate(capacity: limit)
        base.initialize(repeating: 0, count: limit)
    }

    var isFull: Bool { count == limit }

    /// Forgets the requests whose answers have left by `now`.
    mutating func leave(by now: Int64) {
        while count > 0, base[0] <= now { removeFirst() }
    }

    /// Adds a request; there must be room.
    mutating func enter(departing time: Int64) {
        var slot = count
        count &+= 1
        sum &+= time
        while slot > 0 {
            let parent = (slot &- 1) >> 1
            if base[parent] <= time { break }
            base[slot] = base[parent]
            slot = parent
        }
        base[slot] = time
    }

    private mutating func removeFirst() {
        sum &-= base[0]
        count &-= 1
        let last = base[count]
        var slot = 0
        while true {
            var child = slot &* 2 &+ 1
            if child >= count { break }
            if child &+ 1 < count, base[child &+ 1] < base[child] { child &+= 1 }
            if base[child] >= last { break }
            base[slot] = base[child]
            slot = child
        }
        base[slot] = last
    }

    /// Takes another one's limit and contents.
    mutating func copy(from other: InFlight) {
        if limit != other.limit {
            deallocate()
            self = InFlight(limit: other.limit)
        }
        base.update(from: other.base, count: other.count)
        count = other.count
        sum = other.sum
    }

    func deallocate() { base.deallocate() }
}
