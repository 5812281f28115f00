// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GalePrimitives

/// A partition's records by offset, from the committed offset to the end, in chunks of 1,024: what is before the start is
/// given back, so that a long log costs what it holds and no more.
///
/// Each record is a `LogEntry` with two bits of state in it, four bytes in all. What the records of a batch have in common,
/// when they were appended, is kept once a batch. It lives in its partition: a copy does not see what is appended later.
package struct OffsetLog: BitwiseCopyable {
    /// Chunks by number, modulo the table's size, a power of two.
    private var table: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private var tableMask: Int
    /// Lowest offset that is kept.
    package private(set) var startPosition: Int
    /// Offset that the next record gets.
    package private(set) var endPosition: Int
    private let appends: Ring<Append>
    /// Position among the appends of the one that `appendTick` found last.
    private var readAppend = 0
    /// Its tick, and the offset up to which it is known to reach.
    private var readTick: UInt32 = 0
    private var readEnd = 0

    /// Records that were appended in the same tick.
    private struct Append: BitwiseCopyable {
        /// Offset after the last of them, modulo 2³².
        var end: UInt32
        var tick: UInt32
    }

    private static var shift: Int { 10 }
    private static var chunk: Int { 1 << 10 }

    /// - Parameter start: Offset that the first record gets.
    package init(start: Int = 0) {
        table = .allocate(capacity: 4)
        table.initialize(repeating: nil, count: 4)
        tableMask = 3
        startPosition = start
        endPosition = start
        appends = Ring()
    }

    /// Where the entry at an offset in `startPosition..<endPosition` is kept.
    @inline(__always)
    func address(_ offset: Int) -> UnsafeMutablePointer<LogEntry> {
        table[(offset &>> Self.shift) & tableMask].unsafelyUnwrapped.assumingMemoryBound(to: LogEntry.self)
            + (offset & (Self.chunk &- 1))
    }

    /// The record at an offset in `startPosition..<endPosition`: see `LogEntry.record`.
    package subscript(offset: Int) -> UInt32 {
        @inline(__always) get { address(offset).pointee.record }
        @inline(__always) nonmutating set { address(offset).pointee.record = newValue }
    }

    /// Has the processor fetch an entry, if the offset is kept.
    @inline(__always)
    func prefetch(_ offset: Int) {
        guard offset >= startPosition, offset < endPosition else { return }
        gale_prefetch(address(offset))
    }

    @inline(__always)
    func state(_ offset: Int) -> LogEntry.State { address(offset).pointee.state }

    @inline(__always)
    func setState(_ offset: Int, _ state: LogEntry.State) { address(offset).pointee.state = state }

    /// Appends `count` records, each of which a closure tells by its place.
    @inline(__always)
    package mutating func append(_ count: Int, _ record: (Int) -> UInt32) {
        var done = 0
        while done < count {
            let offset = endPosition
            if offset & (Self.chunk &- 1) == 0 || offset == startPosition { ensureChunk(offset) }
            let entries = address(offset)
            let room = Self.stretch(from: offset, count &- done)
            var place = 0
            while place < room {
                (entries + place).initialize(to: LogEntry(record(done &+ place)))
                place &+= 1
            }
            done &+= room
            endPosition = offset &+ room
        }
    }

    /// Visits the entries of a range of kept offsets, a stretch that lies together at a time.
    @inline(__always)
    package func forEachStretch(_ range: Range<Int>, _ body: (UnsafeMutablePointer<LogEntry>, Int) -> Void) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Self.stretch(from: offset, range.upperBound &- offset)
            body(address(offset), count)
            offset &+= count
        }
    }

    /// How many of so many entries from an offset on lie in one chunk.
    @inline(__always)
    private static func stretch(from offset: Int, _ count: Int) -> Int {
        min(count, chunk &- (offset & (chunk &- 1)))
    }

    @inline(never)
    private mutating func ensureChunk(_ offset: Int) {
        let number = offset >> Self.shift
        while number - (startPosition >> Self.shift) > tableMask { growTable() }
        let place = table + (number & tableMask)
        if place.pointee == nil {
            place.pointee = .allocate(byteCount: Self.chunk * 4, alignment: 64)
        }
    }

    private mutating func growTable() {
        let size = tableMask + 1
        let larger = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: size * 2)
        larger.initialize(repeating: nil, count: size * 2)
        let first = startPosition >> Self.shift
        for number in first..<(first + size) {
            larger[number & (size * 2 - 1)] = table[number & tableMask]
        }
        table.deallocate()
        table = larger
        tableMask = size * 2 - 1
    }

    /// Forgets everything before an offset, and gives its chunks back.
    package mutating func removeAll(before offset: Int) {
        let offset = min(offset, endPosition)
        guard offset > startPosition else { return }
        let (first, last) = (startPosition >> Self.shift, offset >> Self.shift)
        for number in first..<max(first, last) {
            let place = table + (number & tableMask)
            place.pointee?.deallocate()
            place.pointee = nil
        }
        startPosition = offset
        while !appends.isEmpty && distance(to: appends[appends.startPosition].end) <= 0 { _ = appends.popFirst() }
    }

    /// Cuts the log off at an offset; the next record gets it.
    package mutating func removeAll(from offset: Int) {
        guard offset < endPosition else { return }
        endPosition = max(offset, startPosition)
        readEnd = min(readEnd, endPosition)
        let kept = endPosition - startPosition
        // The appends of which nothing is left, and then what is left of the last.
        while !appends.isEmpty {
            let last = appends.endPosition - 1
            let start = last == appends.startPosition ? 0 : distance(to: appends[last - 1].end)
            if start < kept {
                let end = min(distance(to: appends[last].end), kept)
                appends[last].end = UInt32(truncatingIfNeeded: startPosition + end)
                return
            }
            appends.removeAll(from: last)
        }
    }

    package func deallocate() {
        for place in 0...tableMask { table[place]?.deallocate() }
        table.deallocate()
        appends.deallocate()
    }
}

/// When records were appended.
extension OffsetLog {
    /// What was appended since the last call was appended at `tick`.
    @inline(__always)
    package mutating func stamp(_ tick: UInt32) {
        let last = appends.endPosition &- 1
        let append = Append(end: UInt32(truncatingIfNeeded: endPosition), tick: tick)
        if last >= appends.startPosition && appends[last].tick == tick {
            appends[last] = append
        } else {
            appends.append(append)
        }
    }

    /// Tick at which the record at an offset was appended. Offsets are asked for in order, or from the start again.
    @inline(__always)
    package mutating func appendTick(_ offset: Int) -> UInt32 {
        if offset >= readEnd { findAppend(offset) }
        return readTick
    }

    @inline(never)
    private mutating func findAppend(_ offset: Int) {
        if readAppend < appends.startPosition { readAppend = appends.startPosition }
        while distance(to: appends[readAppend].end) <= offset &- startPosition { readAppend &+= 1 }
        let append = appends[readAppend]
        readTick = append.tick
        readEnd = startPosition &+ distance(to: append.end)
    }

    /// The next offset to be asked for is the start.
    package mutating func rewind() {
        readAppend = appends.startPosition
        readEnd = 0
    }

    /// Records from the start to an offset near it.
    @inline(__always)
    private func distance(to low: UInt32) -> Int {
        Int(Int32(bitPattern: low &- UInt32(truncatingIfNeeded: startPosition)))
    }
}
