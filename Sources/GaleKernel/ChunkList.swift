// SPDX-License-Identifier: Apache-2.0

/// The events that were taken out of a bucket: chunks linked in the order of insertion, all full but the last.
struct ChunkList {
    private(set) var first: UInt
    private(set) var count: Int

    /// Turns a bucket's list round, which links from the last chunk back to the first.
    /// - Parameter end: address of the next free place; not 0.
    init(reversing end: UInt) {
        var chunk = (end - 1) & ~(ChunkPool.chunkSize - 1)
        var successor: UInt = 0
        count = Int((end - chunk) / ChunkPool.eventSize) - 1
        while true {
            let predecessor = ChunkPool.link(chunk)
            ChunkPool.setLink(chunk, successor)
            if predecessor == 0 { break }
            successor = chunk
            chunk = predecessor
            count += ChunkPool.chunkEvents
        }
        first = chunk
    }

    /// Calls a closure with each stretch of events, in the order of insertion.
    @inline(__always)
    func forEachStretch(_ body: (UnsafeBufferPointer<Event>) -> Void) {
        var (chunk, left) = (first, count)
        while chunk != 0 {
            let stretch = min(left, ChunkPool.chunkEvents)
            body(UnsafeBufferPointer(start: ChunkPool.events(chunk), count: stretch))
            left -= stretch
            chunk = ChunkPool.link(chunk)
        }
    }

    /// Calls a closure with each stretch of events, in the order of insertion, and gives the chunks back.
    @inline(__always)
    func consume(_ pool: inout ChunkPool, _ body: (UnsafeBufferPointer<Event>, inout ChunkPool) -> Void) {
        var (chunk, left) = (first, count)
        while chunk != 0 {
            let stretch = min(left, ChunkPool.chunkEvents)
            body(UnsafeBufferPointer(start: ChunkPool.events(chunk), count: stretch), &pool)
            left -= stretch
            let next = ChunkPool.link(chunk)
            pool.give(chunk)
            chunk = next
        }
    }
}
