// SPDX-License-Identifier: Apache-2.0

/// A growable first-in-first-out ring of trivially copyable elements, addressed also by absolute position.
///
/// Positions never repeat: the first element ever appended has position 0. So a log keeps its offsets.
/// The value is a handle: copies share the ring. The owner calls `deallocate()` once.
///
/// - Complexity: O(1); appending amortised. Capacity is a power of two and shrinks never.
@frozen
public struct Ring<Element: BitwiseCopyable> {
    @frozen
    public struct Header {
        @usableFromInline var base: UnsafeMutablePointer<Element>
        @usableFromInline var mask: Int
        @usableFromInline var head: Int
        @usableFromInline var tail: Int
    }

    @usableFromInline let header: UnsafeMutablePointer<Header>

    public init(minimumCapacity: Int = 16) {
        var capacity = 16
        while capacity < minimumCapacity { capacity *= 2 }
        header = .allocate(capacity: 1)
        header.initialize(to: Header(base: .allocate(capacity: capacity), mask: capacity - 1, head: 0, tail: 0))
    }

    /// Position of the oldest element.
    @inlinable public var startPosition: Int { header.pointee.head }
    /// Position that the next element gets.
    @inlinable public var endPosition: Int { header.pointee.tail }
    @inlinable public var count: Int { header.pointee.tail &- header.pointee.head }
    @inlinable public var isEmpty: Bool { header.pointee.tail == header.pointee.head }

    /// The element at an absolute position in `startPosition..<endPosition`.
    @inlinable @inline(__always)
    public subscript(position: Int) -> Element {
        get { (header.pointee.base + (position & header.pointee.mask)).pointee }
        nonmutating set { (header.pointee.base + (position & header.pointee.mask)).pointee = newValue }
    }

    @inlinable @inline(__always)
    public func append(_ element: Element) {
        if count > header.pointee.mask { grow() }
        (header.pointee.base + (header.pointee.tail & header.pointee.mask)).initialize(to: element)
        header.pointee.tail &+= 1
    }

    /// Removes and returns the oldest element. The ring must not be empty.
    @inlinable @inline(__always)
    public func popFirst() -> Element {
        let element = self[header.pointee.head]
        header.pointee.head &+= 1
        return element
    }

    /// Drops everything before a position.
    @inlinable public func removeAll(before position: Int) {
        if position > header.pointee.head { header.pointee.head = min(position, header.pointee.tail) }
    }

    /// Drops everything from a position on; the next element gets that position again.
    @inlinable public func removeAll(from position: Int) {
        if position < header.pointee.tail { header.pointee.tail = max(position, header.pointee.head) }
    }

    @inlinable @inline(never)
    func grow() {
        let capacity = (header.pointee.mask + 1) * 2
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        var position = header.pointee.head
        while position < header.pointee.tail {
            (larger + (position & (capacity - 1))).initialize(to: self[position])
            position += 1
        }
        header.pointee.base.deallocate()
        header.pointee.base = larger
        header.pointee.mask = capacity - 1
    }

    public func deallocate() {
        header.pointee.base.deallocate()
        header.deallocate()
    }
}
