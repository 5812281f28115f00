// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Order per key, in parallel across keys: of each key one element is under way, the others wait behind it in the order in
/// which they came (Confluent's Parallel Consumer, ordering `KEY`; Pulsar's `Key_Shared`).
///
/// Scope: whoever owns it, usually the consumer of a partition; order across partitions there is none. A key without
/// elements costs nothing.
///
/// - Complexity: O(1). 16 bytes a waiting element, 28 a key under way.
public struct KeyedOrder: ~Copyable {
    private struct Item: BitwiseCopyable {
        var next: UInt32
        var element: UInt64
    }

    /// Those that wait behind the one under way.
    private struct Line: BitwiseCopyable {
        var head: UInt32
        var tail: UInt32
    }

    private let items = Slab<Item>()
    private let lines = Slab<Line>()
    private var index = HashIndex()

    public init() {}

    deinit {
        items.deallocate()
        lines.deallocate()
        index.deallocate()
    }

    /// Elements that wait.
    public var waiting: Int { items.count }
    /// Keys with an element under way.
    public var keys: Int { lines.count }

    /// An element has come.
    ///
    /// - Returns: whether it may start at once. Otherwise it waits, and `finish` returns it in its turn.
    public mutating func arrive(_ element: UInt64, key: UInt64) -> Bool {
        let known = index[key]
        if known == HashIndex.none {
            let line = lines.allocate()
            lines[line].initialize(to: Line(head: HashIndex.none, tail: HashIndex.none))
            index.set(key, line)
            return true
        }
        let item = items.allocate()
        items[item].initialize(to: Item(next: HashIndex.none, element: element))
        let line = lines[known]
        if line.pointee.head == HashIndex.none {
            line.pointee.head = item
        } else {
            items[line.pointee.tail].pointee.next = item
        }
        line.pointee.tail = item
        return false
    }

    /// The element of this key that was under way is done.
    ///
    /// - Returns: the next of this key: it is under way from now on. Nil: there is none.
    public mutating func finish(key: UInt64) -> UInt64? {
        let place = index[key]
        precondition(place != HashIndex.none, "an element of this key is under way")
        let line = lines[place]
        let item = line.pointee.head
        if item == HashIndex.none {
            index.remove(key)
            lines.free(place)
            return nil
        }
        let element = items[item].pointee.element
        line.pointee.head = items[item].pointee.next
        items.free(item)
        return element
    }
}
