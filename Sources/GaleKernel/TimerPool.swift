// SPDX-License-Identifier: Apache-2.0

/// The nodes of timers, in one block of memory that doubles when it is full: a node's address is one addition away.
///
/// Freed nodes are reused last in, first out, while they are still in the cache. An address is valid until `allocate()`.
@frozen
@usableFromInline
struct TimerPool: ~Copyable {
    @usableFromInline var nodes: UnsafeMutablePointer<TimerNode>
    /// The first free node, which links to others by `previous`; `UInt32.max` when there is none.
    @usableFromInline var freeHead: UInt32
    /// Nodes from here on were never used.
    private var untouched: Int
    private var capacity: Int

    init() {
        capacity = 256
        nodes = Self.block(capacity)
        freeHead = .max
        untouched = 0
    }

    func deallocate() { nodes.deallocate() }

    /// Aligned so that no node straddles two lines of the cache.
    private static func block(_ capacity: Int) -> UnsafeMutablePointer<TimerNode> {
        let bytes = capacity * MemoryLayout<TimerNode>.stride
        return UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            .bindMemory(to: TimerNode.self, capacity: capacity)
    }

    @inlinable @inline(__always)
    subscript(slot: UInt32) -> UnsafeMutablePointer<TimerNode> { nodes + Int(slot) }

    /// Takes a node. Its contents are undefined until the caller initialises them.
    @inlinable @inline(__always)
    mutating func allocate() -> UInt32 {
        if freeHead == .max { extend() }
        let slot = freeHead
        freeHead = self[slot].pointee.previous
        return slot
    }

    /// Gives a node back, and marks it as free.
    @inlinable @inline(__always)
    mutating func free(_ slot: UInt32) {
        let node = self[slot]
        node.pointee.previous = freeHead
        node.pointee.next = TimerNode.free
        freeHead = slot
    }

    /// Puts a few nodes that were never used on the empty list.
    @usableFromInline @inline(never)
    mutating func extend() {
        if untouched == capacity {
            precondition(capacity < 1 << 31, "a kernel has at most 2,147,483,648 timers")
            let larger = Self.block(capacity * 2)
            larger.moveInitialize(from: nodes, count: capacity)
            nodes.deallocate()
            nodes = larger
            capacity *= 2
        }
        for slot in (untouched..<untouched + 64).reversed() {
            (nodes + slot).initialize(
                to: TimerNode(time: 0, payload: 0, tag: 0, previous: freeHead, next: TimerNode.free))
            freeHead = UInt32(slot)
        }
        untouched += 64
    }
}
