// SPDX-License-Identifier: Apache-2.0

/// A pool of equal chunks of memory for lists of events.
///
/// A chunk is aligned to its size. Its first 32 bytes hold the address of another chunk, the rest is events: so the
/// address of the next free place in a list is all that a list needs to keep, and a chunk is full when that address is
/// a multiple of its size. Chunks that are given back are reused, last in, first out; memory returns to the system with the pool.
@frozen
@usableFromInline
struct ChunkPool: ~Copyable {
    /// Bytes of a chunk, a power of two.
    @inlinable static var chunkSize: UInt { 1024 }
    @inlinable static var eventSize: UInt { 32 }
    /// Events in a chunk.
    @inlinable static var chunkEvents: Int { Int((chunkSize - eventSize) / eventSize) }

    private var free: UInt = 0
    private var untouched: UInt = 0
    private var untouchedEnd: UInt = 0
    private var blockSize = 1 << 16
    /// The latest block; the first chunk of each links to the one before.
    private var blocks: UInt = 0

    init() {
        precondition(MemoryLayout<Event>.stride == Int(Self.eventSize))
    }

    /// Returns all memory to the system.
    func deallocate() {
        var block = blocks
        while block != 0 {
            let previous = Self.link(block)
            UnsafeMutableRawPointer(bitPattern: block).unsafelyUnwrapped.deallocate()
            block = previous
        }
    }

    /// Takes a chunk that links to another one (0: none), and returns its address.
    mutating func take(link: UInt) -> UInt {
        var chunk = free
        if chunk != 0 {
            free = Self.link(chunk)
        } else {
            if untouched == untouchedEnd { grow() }
            chunk = untouched
            untouched += Self.chunkSize
        }
        Self.setLink(chunk, link)
        return chunk
    }

    mutating func give(_ chunk: UInt) {
        Self.setLink(chunk, free)
        free = chunk
    }

    private mutating func grow() {
        // Blocks double up to 2 MiB, and are aligned so that the system can back them with large pages.
        let block = UnsafeMutableRawPointer.allocate(byteCount: blockSize, alignment: blockSize)
        Self.setLink(UInt(bitPattern: block), blocks)
        blocks = UInt(bitPattern: block)
        untouched = blocks + Self.chunkSize
        untouchedEnd = blocks + UInt(blockSize)
        blockSize = min(blockSize * 2, 1 << 21)
    }

    @inline(__always)
    static func link(_ chunk: UInt) -> UInt {
        UnsafePointer<UInt>(bitPattern: chunk).unsafelyUnwrapped.pointee
    }

    @inline(__always)
    static func setLink(_ chunk: UInt, _ link: UInt) {
        UnsafeMutablePointer<UInt>(bitPattern: chunk).unsafelyUnwrapped.pointee = link
    }

    /// The events of a chunk.
    @inline(__always)
    static func events(_ chunk: UInt) -> UnsafeMutablePointer<Event> {
        UnsafeMutablePointer<Event>(bitPattern: chunk + eventSize).unsafelyUnwrapped
    }
}
