// SPDX-License-Identifier: Apache-2.0

/// A pool of trivially copyable records at stable addresses, addressed by 32-bit index.
///
/// Memory grows by whole chunks that never move, so that a pool of millions of records costs no copy and no more than one
/// chunk of slack. Freed records are reused last in, first out. The value is a handle: copies share the pool, and nothing
/// is counted or checked on access. The owner calls `deallocate()` once.
///
/// - Complexity: `allocate`, `free` and access are O(1).
@frozen
public struct Slab<Element: BitwiseCopyable> {
    @frozen
    public struct Header {
        @usableFromInline var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
        @usableFromInline var chunkCount: UInt32
        @usableFromInline var chunkCapacity: UInt32
        @usableFromInline var freeHead: UInt32
        @usableFromInline var untouched: UInt32
        @usableFromInline var live: UInt32
        @usableFromInline var peak: UInt32
    }

    @usableFromInline let header: UnsafeMutablePointer<Header>

    @inlinable static var shift: UInt32 { 12 }
    @inlinable static var mask: UInt32 { 4095 }
    /// No record has this index.
    @inlinable public static var none: UInt32 { .max }

    public init() {
        // A freed record keeps the next free index in its own first four bytes.
        precondition(MemoryLayout<Element>.size >= 4 && MemoryLayout<Element>.alignment >= 4)
        header = .allocate(capacity: 1)
        header.initialize(
            to: Header(
                chunks: .allocate(capacity: 16), chunkCount: 0, chunkCapacity: 16, freeHead: .max, untouched: 0,
                live: 0, peak: 0))
    }

    /// Records in use now.
    @inlinable public var count: Int { Int(header.pointee.live) }
    /// The most records that were in use at once.
    @inlinable public var peak: Int { Int(header.pointee.peak) }

    /// Indices below this were handed out at least once: for owners that visit every record.
    @inlinable public var extent: UInt32 { header.pointee.untouched }

    /// The record's address; valid until the pool is deallocated.
    @inlinable @inline(__always)
    public subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
        (header.pointee.chunks + Int(index >> Self.shift)).pointee
            .assumingMemoryBound(to: Element.self) + Int(index & Self.mask)
    }

    /// Where the record is that `allocate` hands out next, if it was freed before: to ask for it ahead.
    @inlinable @inline(__always)
    public var next: UnsafeMutablePointer<Element>? {
        header.pointee.freeHead == .max ? nil : self[header.pointee.freeHead]
    }

    /// Takes a record. Its contents are undefined until the caller initialises them.
    @inlinable @inline(__always)
    public func allocate() -> UInt32 {
        let header = self.header
        header.pointee.live &+= 1
        if header.pointee.live > header.pointee.peak { header.pointee.peak = header.pointee.live }
        let head = header.pointee.freeHead
        if head != .max {
            header.pointee.freeHead = UnsafeMutableRawPointer(self[head]).load(as: UInt32.self)
            return head
        }
        let index = header.pointee.untouched
        if index == header.pointee.chunkCount &<< Self.shift { grow() }
        header.pointee.untouched = index &+ 1
        return index
    }

    /// Gives a record back. Freeing one twice corrupts the pool: owners that can't be sure keep a generation beside it.
    @inlinable @inline(__always)
    public func free(_ index: UInt32) {
        UnsafeMutableRawPointer(self[index]).storeBytes(of: header.pointee.freeHead, as: UInt32.self)
        header.pointee.freeHead = index
        header.pointee.live &-= 1
    }

    /// Gives a chain of records back at once: each holds the index of the next in its first four bytes.
    @inlinable @inline(__always)
    public func free(chain first: UInt32, through last: UInt32, count: UInt32) {
        UnsafeMutableRawPointer(self[last]).storeBytes(of: header.pointee.freeHead, as: UInt32.self)
        header.pointee.freeHead = first
        header.pointee.live &-= count
    }

    @inlinable @inline(never)
    func grow() {
        let count = Int(header.pointee.chunkCount)
        precondition(count < 1 << 20, "a pool holds at most 2^32 records")
        if header.pointee.chunkCount == header.pointee.chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: count * 2)
            larger.moveInitialize(from: header.pointee.chunks, count: count)
            header.pointee.chunks.deallocate()
            header.pointee.chunks = larger
            header.pointee.chunkCapacity *= 2
        }
        let chunk = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<Element>.stride << Int(Self.shift), alignment: 64)
        (header.pointee.chunks + count).initialize(to: chunk)
        header.pointee.chunkCount += 1
    }

    /// Releases every chunk. No record may be used afterwards.
    public func deallocate() {
        for index in 0..<Int(header.pointee.chunkCount) { header.pointee.chunks[index].deallocate() }
        header.pointee.chunks.deallocate()
        header.deallocate()
    }
}
