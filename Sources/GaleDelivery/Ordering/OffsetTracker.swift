// SPDX-License-Identifier: Apache-2.0

/// Which offsets of one partition are done with, and the lowest contiguous one: what may be committed although work ends in
/// any order (as Confluent's Parallel Consumer does; Kafka's commit is one position, so everything before it must be done).
///
/// Offsets begin in ascending order. A log may leave some out (compaction, transaction markers): those are done. Scope: the
/// consumer that has the partition; a crash or a rebalance loses it, and the next consumer starts at what was committed.
///
/// - Complexity: O(1) amortised, O(log gaps) behind wide gaps that can't be committed past yet. One bit for each offset
///   between the committable one and the end, but for gaps wider than `widest`, which take 16 bytes whatever their width.
public struct OffsetTracker: ~Copyable {
    /// A wide gap that the log left, above the committable offset.
    private struct Gap {
        /// The first offset behind it.
        var end: Int64
        /// Offsets left out by it and all wide gaps before.
        var total: Int64
    }

    /// A gap of more offsets than this has no bits.
    private static var widest: Int64 { 4096 }

    /// Ascending; those before `firstGap` are behind the committable offset.
    private var gaps: [Gap] = []
    private var firstGap = 0
    /// Offsets left out by wide gaps behind the committable offset.
    private var leftOut: Int64 = 0
    /// Bit i of the ring: the offset with i others that have bits below it, modulo the ring's size, is done.
    private var words: UnsafeMutablePointer<UInt64>
    /// Words in the ring, a power of two, less one.
    private var mask: Int
    /// The lowest offset that isn't done: what may be committed, as the position to go on from.
    public private(set) var committable: Int64
    /// The lowest offset that hasn't begun.
    public private(set) var end: Int64
    /// Offsets that have begun and are not done.
    public private(set) var outstanding = 0

    /// - Parameter start: the committed position; the first offset to come is this or a later one.
    public init(start: Int64 = 0) {
        precondition(start >= 0)
        words = .allocate(capacity: 4)
        words.initialize(repeating: 0, count: 4)
        mask = 3
        committable = start
        end = start
    }

    deinit { words.deallocate() }

    /// Offsets from the committable one to the end: what would be read again after a crash, done or not. A host stops
    /// reading when it is too long: one slow record holds back everything behind it.
    public var span: Int64 { end - committable }

    /// A record was read. Its offset is `end` or a later one; those left out are done.
    public mutating func begin(_ offset: Int64) {
        precondition(offset >= end, "offsets begin in ascending order")
        if outstanding == 0 {
            committable = offset
            dropGaps()
        } else if offset - end > Self.widest {
            gaps.append(Gap(end: offset, total: (gaps.last?.total ?? leftOut) + offset - end))
        } else {
            makeRoom(for: offset)
            for left in end..<offset { set(place(of: left)) }
        }
        makeRoom(for: offset)
        clear(place(of: offset))
        end = offset + 1
        outstanding += 1
    }

    /// A record is done.
    ///
    /// - Returns: whether it had begun and wasn't done.
    @discardableResult
    public mutating func complete(_ offset: Int64) -> Bool {
        guard offset >= committable, offset < end, !isDone(offset) else { return false }
        outstanding -= 1
        set(place(of: offset))
        if offset == committable { advance() }
        return true
    }

    /// Whether a record that has begun is done. What was left out is.
    public func isDone(_ offset: Int64) -> Bool {
        if offset < committable { return true }
        if offset >= end { return false }
        let next = gap(after: offset)
        if next < gaps.count, offset >= gaps[next].end - (gaps[next].total - total(before: next)) { return true }
        let place = offset - total(before: next)
        return words[word(place)] & bit(place) != 0
    }

    private mutating func advance() {
        if outstanding == 0 {
            committable = end
            dropGaps()
            return
        }
        var place = place(of: committable)
        while true {
            let open = ~words[word(place)] >> UInt64(place & 63)
            if open != 0 {
                place += Int64(open.trailingZeroBitCount)
                break
            }
            place = (place | 63) + 1
        }
        // The place's offset: behind every wide gap that ends at or before it.
        while firstGap < gaps.count, place + gaps[firstGap].total >= gaps[firstGap].end { dropGap() }
        committable = place + leftOut
    }

    // MARK: Wide gaps

    /// Index of the first wide gap that ends behind an offset at or after the committable one.
    private func gap(after offset: Int64) -> Int {
        var (low, high) = (firstGap, gaps.count)
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].end > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Offsets left out by the wide gaps before one.
    private func total(before gap: Int) -> Int64 { gap == firstGap ? leftOut : gaps[gap - 1].total }

    /// Which bit an offset has that has one.
    private func place(of offset: Int64) -> Int64 { offset - total(before: gap(after: offset)) }

    private mutating func dropGap() {
        leftOut = gaps[firstGap].total
        firstGap += 1
        if firstGap > 64, firstGap > gaps.count / 2 {
            gaps.removeFirst(firstGap)
            firstGap = 0
        }
    }

    /// Nothing is outstanding: any place may belong to any offset.
    private mutating func dropGaps() {
        gaps.removeAll(keepingCapacity: false)
        firstGap = 0
    }

    private mutating func makeRoom(for offset: Int64) {
        while place(of: offset) - place(of: committable) >= Int64(mask + 1) * 64 { grow() }
    }

    private func word(_ place: Int64) -> Int { Int(truncatingIfNeeded: place >> 6) & mask }
    private func bit(_ place: Int64) -> UInt64 { 1 << UInt64(place & 63) }
    private mutating func set(_ place: Int64) { words[word(place)] |= bit(place) }
    private mutating func clear(_ place: Int64) { words[word(place)] &= ~bit(place) }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: (mask + 1) * 2)
        larger.initialize(repeating: 0, count: (mask + 1) * 2)
        let newMask = mask * 2 + 1
        // Places that end with the last offset's: one more can't be there yet.
        var first = place(of: committable) & ~63
        let last = place(of: end - 1)
        while first <= last {
            larger[Int(truncatingIfNeeded: first >> 6) & newMask] = words[word(first)]
            first += 64
        }
        words.deallocate()
        words = larger
        mask = newMask
    }
}
