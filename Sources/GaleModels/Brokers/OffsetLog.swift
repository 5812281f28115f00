// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A partition's records by offset, from the committed offset to the end, in chunks of 1,024: what is before the start is
/// given back, so that a long log costs what it holds and no more.
///
/// A handle: copies share the log. Each record is a `LogEntry` and a byte of state.
struct OffsetLog: BitwiseCopyable {
    struct Header {
        /// Chunks by number, modulo the table's size, a power of two.
        var table: UnsafeMutablePointer<UnsafeMutableRawPointer?>
        var tableMask: Int
        var head: Int
        var tail: Int
    }

    private let header: UnsafeMutablePointer<Header>

    private static var shift: Int { 10 }
    private static var chunk: Int { 1 << 10 }

    init() {
        header = .allocate(capacity: 1)
        let table = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 4)
        table.initialize(repeating: nil, count: 4)
        header.initialize(to: Header(table: table, tableMask: 3, head: 0, tail: 0))
    }

    /// Lowest offset that is kept.
    var startPosition: Int { @inline(__always) get { header.pointee.head } }
    /// Offset that the next record gets.
    var endPosition: Int { @inline(__always) get { header.pointee.tail } }

    @inline(__always)
    private func base(_ offset: Int) -> UnsafeMutableRawPointer {
        header.pointee.table[(offset &>> Self.shift) & header.pointee.tableMask].unsafelyUnwrapped
    }

    /// The entry at an offset in `startPosition..<endPosition`.
    subscript(offset: Int) -> UInt32 {
        @inline(__always) get {
            base(offset).load(fromByteOffset: (offset & (Self.chunk &- 1)) &<< 2, as: UInt32.self)
        }
        @inline(__always) nonmutating set {
            base(offset).storeBytes(of: newValue, toByteOffset: (offset & (Self.chunk &- 1)) &<< 2, as: UInt32.self)
        }
    }

    /// What has become of the record at an offset: see `KafkaPartition`.
    @inline(__always)
    func state(_ offset: Int) -> UInt8 {
        base(offset).load(fromByteOffset: Self.chunk &<< 2 &+ (offset & (Self.chunk &- 1)), as: UInt8.self)
    }

    @inline(__always)
    func setState(_ offset: Int, _ state: UInt8) {
        base(offset).storeBytes(
            of: state, toByteOffset: Self.chunk &<< 2 &+ (offset & (Self.chunk &- 1)), as: UInt8.self)
    }

    @inline(__always)
    func append(_ entry: UInt32) {
        let offset = header.pointee.tail
        if offset & (Self.chunk &- 1) == 0 || offset == header.pointee.head { ensureChunk(offset) }
        header.pointee.tail = offset &+ 1
        self[offset] = entry
        setState(offset, 0)
    }

    @inline(never)
    private func ensureChunk(_ offset: Int) {
        let number = offset >> Self.shift
        while number - (header.pointee.head >> Self.shift) > header.pointee.tableMask { growTable() }
        let place = header.pointee.table + (number & header.pointee.tableMask)
        if place.pointee == nil {
            place.pointee = .allocate(byteCount: Self.chunk * 5, alignment: 8)
        }
    }

    private func growTable() {
        let size = header.pointee.tableMask + 1
        let larger = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: size * 2)
        larger.initialize(repeating: nil, count: size * 2)
        let first = header.pointee.head >> Self.shift
        for number in first..<(first + size) {
            larger[number & (size * 2 - 1)] = header.pointee.table[number & header.pointee.tableMask]
        }
        header.pointee.table.deallocate()
        header.pointee.table = larger
        header.pointee.tableMask = size * 2 - 1
    }

    /// Forgets everything before an offset, and gives its chunks back.
    func removeAll(before offset: Int) {
        let offset = min(offset, header.pointee.tail)
        guard offset > header.pointee.head else { return }
        let (first, last) = (header.pointee.head >> Self.shift, offset >> Self.shift)
        for number in first..<max(first, last) {
            let place = header.pointee.table + (number & header.pointee.tableMask)
            place.pointee?.deallocate()
            place.pointee = nil
        }
        header.pointee.head = offset
    }

    /// Cuts the log off at an offset; the next record gets it.
    func removeAll(from offset: Int) {
        if offset < header.pointee.tail { header.pointee.tail = max(offset, header.pointee.head) }
    }

    func deallocate() {
        for place in 0...header.pointee.tableMask { header.pointee.table[place]?.deallocate() }
        header.pointee.table.deallocate()
        header.deallocate()
    }
}
