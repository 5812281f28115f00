// SPDX-License-Identifier: Apache-2.0

/// Which offsets of one partition are done with, and the lowest contiguous one: what may be committed although work ends in
/// any order (as Confluent's Parallel Consumer does; Kafka's commit is one position, so everything before it must be done).
///
/// Offsets begin in ascending order. A log may leave some out (compaction, transaction markers): those are done. Scope: the
/// consumer that has the partition; a crash or a rebalance loses it, and the next consumer starts at what was committed.
///
/// - Complexity: O(1) amortised. One bit for each offset between the committable one and the end.
public struct OffsetTracker: ~Copyable {
    /// Bit i of the ring: offset i, modulo the ring's size, is done.
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
        let isIdle = outstanding == 0
        while offset - committable >= Int64(mask + 1) * 64 && !isIdle { grow() }
        if isIdle {
            committable = offset
        } else {
            for left in end..<offset { set(left) }
        }
        clear(offset)
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
        set(offset)
        if offset == committable { advance() }
        return true
    }

    /// Whether a record that has begun is done.
    public func isDone(_ offset: Int64) -> Bool {
        if offset < committable { return true }
        return offset < end && words[word(offset)] & bit(offset) != 0
    }

    private mutating func advance() {
        if outstanding == 0 {
            committable = end
            return
        }
        while true {
            let open = ~words[word(committable)] >> UInt64(committable & 63)
            if open != 0 {
                committable += Int64(open.trailingZeroBitCount)
                return
            }
            committable = (committable | 63) + 1
        }
    }

    private func word(_ offset: Int64) -> Int { Int(truncatingIfNeeded: offset >> 6) & mask }
    private func bit(_ offset: Int64) -> UInt64 { 1 << UInt64(offset & 63) }
    private mutating func set(_ offset: Int64) { words[word(offset)] |= bit(offset) }
    private mutating func clear(_ offset: Int64) { words[word(offset)] &= ~bit(offset) }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: (mask + 1) * 2)
        larger.initialize(repeating: 0, count: (mask + 1) * 2)
        let newMask = mask * 2 + 1
        var first = committable & ~63
        while first < end {
            larger[Int(truncatingIfNeeded: first >> 6) & newMask] = words[word(first)]
            first += 64
        }
        words.deallocate()
        words = larger
        mask = newMask
    }
}
