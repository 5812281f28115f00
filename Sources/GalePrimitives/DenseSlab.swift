// SPDX-License-Identifier: Apache-2.0

/// A `Slab` whose records lie close together in the order of their allocation.
///
/// A pool that hands out what was freed last scatters neighbours in time over all the memory that it ever needed: after a
/// burst, or where records are given back in another order than they were taken, each access finds another page of memory,
/// and looking that page up costs more than the access. Here 64 neighbours are handed out one after the other, and are taken
/// up again only when a quarter of them is free.
///
/// The value is a handle, as that of `Slab` is. Records that were never used are zero; a freed one stays as it was left.
///
/// - Complexity: `allocate`, `free` and access are O(1). The pool grows only while three quarters of it and more are in use.
@frozen
public struct DenseSlab<Element: BitwiseCopyable> {
    /// 64 records.
    @frozen
    public struct Group: BitwiseCopyable {
        /// Bit i: record i was freed since the group was last taken up.
        @usableFromInline var freed: UInt64
        /// Bits set in it.
        @usableFromInline var count: UInt32
        /// The group after it among those that can be taken up, or `none`.
        @usableFromInline var next: UInt32

        @inlinable
        init(freed: UInt64, count: UInt32, next: UInt32) {
            self.freed = freed
            self.count = count
            self.next = next
        }
    }

    @frozen
    public struct Header {
        @usableFromInline var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
        @usableFromInline var groups: UnsafeMutablePointer<Group>
        /// Records of the group at hand that are still to be handed out, and the first index of that group.
        @usableFromInline var free: UInt64
        @usableFromInline var first: UInt32
        /// The group to be taken up next, or `none`.
        @usableFromInline var ready: UInt32
        @usableFromInline var groupCount: UInt32
        @usableFromInline var chunkCapacity: UInt32
        @usableFromInline var live: UInt32
        @usableFromInline var peak: UInt32
    }

    @usableFromInline let header: UnsafeMutablePointer<Header>

    @inlinable static var shift: UInt32 { 12 }
    @inlinable static var mask: UInt32 { 4095 }
    /// Free records that a group has when it is taken up again.
    @inlinable static var threshold: UInt32 { 16 }
    /// No record has this index.
    @inlinable public static var none: UInt32 { .max }

    public init() {
        header = .allocate(capacity: 1)
        header.initialize(
            to: Header(
                chunks: .allocate(capacity: 16), groups: .allocate(capacity: 16 * 64), free: 0, first: 0, ready: .max,
                groupCount: 0, chunkCapacity: 16, live: 0, peak: 0))
    }

    /// Records in use now.
    @inlinable public var count: Int { Int(header.pointee.live) }
    /// The most records that were in use at once.
    @inlinable public var peak: Int { Int(header.pointee.peak) }

    /// Every record in use has an index below this, and what else is below was used before or is zero.
    @inlinable public var extent: UInt32 { header.pointee.groupCount &<< 6 }

    /// The record's address; valid until the pool is deallocated.
    @inlinable @inline(__always)
    public subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
        (header.pointee.chunks + Int(index >> Self.shift)).pointee
            .assumingMemoryBound(to: Element.self) + Int(index & Self.mask)
    }

    /// Where the record is that `allocate` hands out next, as far as that is known: to ask for it ahead.
    @inlinable @inline(__always)
    public var next: UnsafeMutablePointer<Element>? {
        let free = header.pointee.free
        return free == 0 ? nil : self[header.pointee.first &+ UInt32(truncatingIfNeeded: free.trailingZeroBitCount)]
    }

    /// Whether `allocate` would hand out an index below a limit, which is a multiple of 64.
    @inlinable @inline(__always)
    public func hasRoom(below limit: UInt32) -> Bool {
        header.pointee.free != 0 || header.pointee.ready != .max || extent < limit
    }

    /// Takes a record. Its contents are those of its last user, or zero.
    @inlinable @inline(__always)
    public func allocate() -> UInt32 {
        let header = self.header
        header.pointee.live &+= 1
        if header.pointee.live > header.pointee.peak { header.pointee.peak = header.pointee.live }
        if header.pointee.free == 0 { takeUp() }
        let free = header.pointee.free
        header.pointee.free = free & (free &- 1)
        return header.pointee.first &+ UInt32(truncatingIfNeeded: free.trailingZeroBitCount)
    }

    /// Gives a record back. Freeing one twice corrupts the pool: owners that can't be sure keep a generation beside it.
    @inlinable @inline(__always)
    public func free(_ index: UInt32) {
        let header = self.header
        header.pointee.live &-= 1
        let group = header.pointee.groups + Int(index &>> 6)
        group.pointee.freed |= 1 &<< UInt64(index & 63)
        group.pointee.count &+= 1
        if group.pointee.count == Self.threshold {
            group.pointee.next = header.pointee.ready
            header.pointee.ready = index &>> 6
        }
    }

    /// Goes on with another group: one of which enough was freed, or a new one.
    @inlinable @inline(never)
    func takeUp() {
        let header = self.header
        var number = header.pointee.ready
        if number == .max {
            number = header.pointee.groupCount
            grow()
            header.pointee.free = .max
        } else {
            let group = header.pointee.groups + Int(number)
            header.pointee.ready = group.pointee.next
            header.pointee.free = group.pointee.freed
            group.initialize(to: Group(freed: 0, count: 0, next: .max))
        }
        header.pointee.first = number &<< 6
    }

    /// One group more.
    @usableFromInline
    func grow() {
        let header = self.header
        let number = header.pointee.groupCount
        if number & 63 == 0 { addChunk(Int(number &>> 6)) }
        let size = MemoryLayout<Element>.stride &<< 6
        (header.pointee.chunks[Int(number &>> 6)] + Int(number & 63) &* size).initializeMemory(
            as: UInt8.self, repeating: 0, count: size)
        (header.pointee.groups + Int(number)).initialize(to: Group(freed: 0, count: 0, next: .max))
        header.pointee.groupCount = number &+ 1
    }

    private func addChunk(_ count: Int) {
        precondition(count < 1 << 20, "a pool holds at most 2^32 records")
        if count == Int(header.pointee.chunkCapacity) {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: count * 2)
            larger.moveInitialize(from: header.pointee.chunks, count: count)
            header.pointee.chunks.deallocate()
            header.pointee.chunks = larger
            let groups = UnsafeMutablePointer<Group>.allocate(capacity: count * 2 * 64)
            groups.moveInitialize(from: header.pointee.groups, count: count * 64)
            header.pointee.groups.deallocate()
            header.pointee.groups = groups
            header.pointee.chunkCapacity *= 2
        }
        let chunk = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<Element>.stride << Int(Self.shift), alignment: 4096)
        (header.pointee.chunks + count).initialize(to: chunk)
    }

    /// Releases every chunk. No record may be used afterwards.
    public func deallocate() {
        for chunk in 0..<Int((header.pointee.groupCount &+ 63) &>> 6) { header.pointee.chunks[chunk].deallocate() }
        header.pointee.chunks.deallocate()
        header.pointee.groups.deallocate()
        header.deallocate()
    }
}
