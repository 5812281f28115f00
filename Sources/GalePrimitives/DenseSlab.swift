// SPDX-License-Identifier: Apache-2.0

/// A `Slab` whose records lie close together in the order of their allocation.
///
/// A pool that hands out what was freed last scatters neighbours in time over all the memory that it ever needed: after a
/// burst, or where records are given back in another order than they were taken, each access finds another page of memory,
/// and looking that page up costs more than the access. Here 64 neighbours are handed out one after the other, and are taken
/// up again only when a quarter of them is free.
///
/// Unlike a `Slab`, the value is the pool itself and not a handle to it: it stands where its owner's other state is, and a record
/// is two loads away. Records that were never used are zero; a freed one stays as it was left. The owner calls `deallocate()` once.
///
/// - Complexity: `allocate`, `free` and access are O(1). The pool grows only while three quarters of it and more are in use.
@frozen
public struct DenseSlab<Element: BitwiseCopyable>: ~Copyable {
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

    @usableFromInline var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    @usableFromInline var groups: UnsafeMutablePointer<Group>
    /// Records of the group at hand that are still to be handed out, and the first index of that group.
    @usableFromInline var unused: UInt64 = 0
    @usableFromInline var first: UInt32 = 0
    /// The group to be taken up next, or `none`.
    @usableFromInline var ready: UInt32 = .max
    @usableFromInline var groupCount: UInt32 = 0
    @usableFromInline var chunkCapacity: UInt32 = 16
    @usableFromInline var live: UInt32 = 0
    @usableFromInline var most: UInt32 = 0
    private let limit: UInt32

    @inlinable static var shift: UInt32 { 12 }
    @inlinable static var mask: UInt32 { 4095 }
    /// Free records that a group has when it is taken up again.
    @inlinable static var threshold: UInt32 { 16 }
    /// No record has this index.
    @inlinable public static var none: UInt32 { .max }

    /// - Parameter limit: every index is below it, a multiple of 4,096; who needs more has made a mistake.
    public init(limit: UInt32 = 0xFFFF_F000) {
        self.limit = limit
        chunks = .allocate(capacity: 16)
        groups = .allocate(capacity: 16 * 64)
    }

    /// Records in use now.
    @inlinable public var count: Int { Int(live) }
    /// The most records that were in use at once.
    @inlinable public var peak: Int { Int(most) }

    /// Every record in use has an index below this, and what else is below was used before or is zero.
    @inlinable public var extent: UInt32 { groupCount &<< 6 }

    /// The record's address; valid until the pool is deallocated.
    @inlinable @inline(__always)
    public subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
        (chunks + Int(index >> Self.shift)).pointee
            .assumingMemoryBound(to: Element.self) + Int(index & Self.mask)
    }

    /// Where the record is that `allocate` hands out next, as far as that is known: to ask for it ahead.
    @inlinable @inline(__always)
    public var next: UnsafeMutablePointer<Element>? {
        unused == 0 ? nil : self[first &+ UInt32(truncatingIfNeeded: unused.trailingZeroBitCount)]
    }

    /// Whether `allocate` would hand out an index below a limit, which is a multiple of 64.
    @inlinable @inline(__always)
    public func hasRoom(below limit: UInt32) -> Bool {
        unused != 0 || ready != .max || extent < limit
    }

    /// Takes a record. Its contents are those of its last user, or zero.
    @inlinable @inline(__always)
    public mutating func allocate() -> UInt32 {
        live &+= 1
        if live > most { most = live }
        if unused == 0 { takeUp() }
        let records = unused
        unused = records & (records &- 1)
        return first &+ UInt32(truncatingIfNeeded: records.trailingZeroBitCount)
    }

    /// Gives a record back. Freeing one twice corrupts the pool: owners that can't be sure keep a generation beside it.
    @inlinable @inline(__always)
    public mutating func free(_ index: UInt32) {
        live &-= 1
        let group = groups + Int(index &>> 6)
        group.pointee.freed |= 1 &<< UInt64(index & 63)
        group.pointee.count &+= 1
        if group.pointee.count == Self.threshold {
            group.pointee.next = ready
            ready = index &>> 6
        }
    }

    /// Goes on with another group: one of which enough was freed, or a new one.
    @inlinable @inline(never)
    mutating func takeUp() {
        var number = ready
        if number == .max {
            number = groupCount
            grow()
            unused = .max
        } else {
            let group = groups + Int(number)
            ready = group.pointee.next
            unused = group.pointee.freed
            group.initialize(to: Group(freed: 0, count: 0, next: .max))
        }
        first = number &<< 6
    }

    /// One group more.
    @usableFromInline
    mutating func grow() {
        let number = groupCount
        if number & 63 == 0 { addChunk(Int(number &>> 6)) }
        let size = MemoryLayout<Element>.stride &<< 6
        (chunks[Int(number &>> 6)] + Int(number & 63) &* size).initializeMemory(
            as: UInt8.self, repeating: 0, count: size)
        (groups + Int(number)).initialize(to: Group(freed: 0, count: 0, next: .max))
        groupCount = number &+ 1
    }

    private mutating func addChunk(_ count: Int) {
        precondition((count + 1) << Int(Self.shift) <= Int(limit), "a pool has no index from \(limit) on")
        if count == Int(chunkCapacity) {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: count * 2)
            larger.moveInitialize(from: chunks, count: count)
            chunks.deallocate()
            chunks = larger
            let more = UnsafeMutablePointer<Group>.allocate(capacity: count * 2 * 64)
            more.moveInitialize(from: groups, count: count * 64)
            groups.deallocate()
            groups = more
            chunkCapacity *= 2
        }
        let chunk = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<Element>.stride << Int(Self.shift), alignment: 4096)
        (chunks + count).initialize(to: chunk)
    }

    /// Releases every chunk. No record may be used afterwards.
    public func deallocate() {
        for chunk in 0..<Int((groupCount &+ 63) &>> 6) { chunks[chunk].deallocate() }
        chunks.deallocate()
        groups.deallocate()
    }
}
