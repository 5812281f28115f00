// SPDX-License-Identifier: Apache-2.0

/// When those chains expire that wait for what has no wake of its own (a tenant's permit, a recipient's turn): a binary heap with
/// the place of each chain in it, so that one may leave from anywhere.
///
/// - Complexity: O(log n); the first O(1). 16 bytes a chain that waits, and 4 a record that ever did.
struct WaitingDeadlines {
    private struct Place: BitwiseCopyable {
        /// Nanoseconds.
        var expires: Int64
        var slot: UInt32

        func isBefore(_ other: Place) -> Bool { (expires, slot) < (other.expires, other.slot) }
    }

    private static let absent: UInt32 = .max

    private var heap: UnsafeMutablePointer<Place>
    private var capacity = 16
    private(set) var count = 0
    /// By slot: its place in the heap.
    private var places = ChainPages(blank: absent)
    /// When the wake will come, in nanoseconds; `Int64.max`: none was asked for.
    var wakeAt: Int64 = .max
    /// Number of the wake asked for last: earlier ones are stale.
    var wakeSequence: UInt32 = 0

    init() { heap = .allocate(capacity: 16) }

    func deallocate() {
        heap.deallocate()
        places.deallocate()
    }

    var first: (expires: Int64, slot: UInt32)? { count == 0 ? nil : (heap[0].expires, heap[0].slot) }

    mutating func insert(_ slot: UInt32, expires: Int64) {
        if count == capacity { grow() }
        count += 1
        rise(Place(expires: expires, slot: slot), from: count - 1)
    }

    /// Takes a chain out, if it is there.
    mutating func remove(_ slot: UInt32) {
        if count == 0 { return }
        let place = places[slot].pointee
        if place == Self.absent { return }
        places[slot].pointee = Self.absent
        count -= 1
        if Int(place) == count { return }
        let last = heap[count]
        if place > 0, last.isBefore(heap[(Int(place) - 1) / 2]) {
            rise(last, from: Int(place))
        } else {
            sink(last, from: Int(place))
        }
    }

    private mutating func rise(_ element: Place, from start: Int) {
        var hole = start
        while hole > 0 {
            let parent = (hole - 1) / 2
            if !element.isBefore(heap[parent]) { break }
            put(heap[parent], at: hole)
            hole = parent
        }
        put(element, at: hole)
    }

    private mutating func sink(_ element: Place, from start: Int) {
        var hole = start
        while true {
            var child = hole * 2 + 1
            if child >= count { break }
            if child + 1 < count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            if !heap[child].isBefore(element) { break }
            put(heap[child], at: hole)
            hole = child
        }
        put(element, at: hole)
    }

    private mutating func put(_ element: Place, at place: Int) {
        (heap + place).initialize(to: element)
        places[element.slot].pointee = UInt32(truncatingIfNeeded: place)
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Place>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: heap, count: count)
        heap.deallocate()
        heap = larger
        capacity *= 2
    }
}
