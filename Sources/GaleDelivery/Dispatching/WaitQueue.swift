// SPDX-License-Identifier: Apache-2.0

/// Chains that wait for the same thing, first in first out, with one wake for all of them: a ring of their slots.
///
/// - Complexity: O(1); appending amortised. 4 bytes a place; the ring doubles when it is full.
struct WaitQueue {
    private var places: UnsafeMutablePointer<UInt32>
    private var mask: Int
    private var head = 0
    /// Chains in the ring, those settled meanwhile included.
    private(set) var count = 0
    /// Chains that left it towards a slot and haven't been granted one: what they need is kept for them.
    var promised = 0
    /// When its wake will come, in nanoseconds; `Int64.max`: none was asked for.
    var wakeAt: Int64 = .max
    /// Number of the wake asked for last: earlier ones are stale.
    var wakeSequence: UInt32 = 0

    init() {
        places = .allocate(capacity: 16)
        mask = 15
    }

    func deallocate() { places.deallocate() }

    /// The chain that has waited longest; the queue is not empty.
    var first: UInt32 { places[head & mask] }

    mutating func append(_ slot: UInt32) {
        if count > mask { grow() }
        places[(head &+ count) & mask] = slot
        count += 1
    }

    /// Puts back what was taken from the head.
    mutating func prepend(_ slot: UInt32) {
        if count > mask { grow() }
        head &-= 1
        places[head & mask] = slot
        count += 1
    }

    mutating func removeFirst() {
        head &+= 1
        count -= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: (mask + 1) * 2)
        for place in 0..<count { larger[place] = places[(head &+ place) & mask] }
        places.deallocate()
        places = larger
        mask = mask * 2 + 1
        head = 0
    }
}
