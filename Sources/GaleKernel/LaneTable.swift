// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The lanes, and a tournament over their heads.
///
/// A lane's entry in the tournament is a lower bound of its head: cancelling a head leaves the entry as it is. An entry
/// that wins and turns out to be too early is then corrected. So a time-out that is nearly always cancelled costs no
/// tournament but one a delay.
///
/// - Complexity: `append` and `remove` are O(1); taking the earliest event is O(log lanes).
@frozen
@usableFromInline
struct LaneTable: ~Copyable {
    @frozen
    @usableFromInline
    struct Ends {
        /// First and last node, or the lane's own link when it is empty.
        @usableFromInline var head: UInt32
        @usableFromInline var tail: UInt32

        init(head: UInt32, tail: UInt32) {
            self.head = head
            self.tail = tail
        }
    }

    @usableFromInline let nodes: Slab<TimerNode>
    @usableFromInline var ends: UnsafeMutablePointer<Ends>
    /// Lower bound of each lane's first event, `UInt128.max` for one that is known to be empty. As many as leaves.
    @usableFromInline var bounds: UnsafeMutablePointer<UInt128>
    /// The tournament: node 1 is the root, node n plays the winners of 2n and 2n+1, leaves are lanes.
    @usableFromInline var winners: UnsafeMutablePointer<UInt32>
    @usableFromInline var delays: UnsafeMutablePointer<Int64>
    @usableFromInline var laneCount: Int
    @usableFromInline var leafCount: Int
    /// Bound of the lane that wins.
    @usableFromInline var firstBound: UInt128
    /// Events in lanes.
    @usableFromInline var count: Int

    init() {
        nodes = Slab()
        leafCount = 4
        laneCount = 0
        ends = .allocate(capacity: 4)
        bounds = .allocate(capacity: 4)
        bounds.initialize(repeating: .max, count: 4)
        winners = .allocate(capacity: 8)
        winners.initialize(repeating: 0, count: 8)
        delays = .allocate(capacity: 4)
        firstBound = .max
        count = 0
        replayAll()
    }

    func deallocate() {
        nodes.deallocate()
        ends.deallocate()
        bounds.deallocate()
        winners.deallocate()
        delays.deallocate()
    }

    /// The lane with a delay; makes it when there is none.
    mutating func index(forDelay delay: Int64) -> UInt32 {
        for index in 0..<laneCount where delays[index] == delay { return UInt32(index) }
        precondition(laneCount < 1 << 16, "a kernel has at most 65,536 lanes")
        if laneCount == leafCount { grow() }
        let index = laneCount
        laneCount += 1
        let link = TimerNode.lane | UInt32(index)
        (ends + index).initialize(to: Ends(head: link, tail: link))
        (delays + index).initialize(to: delay)
        return UInt32(index)
    }

    private mutating func grow() {
        let larger = leafCount * 2
        let newEnds = UnsafeMutablePointer<Ends>.allocate(capacity: larger)
        newEnds.moveInitialize(from: ends, count: laneCount)
        ends.deallocate()
        ends = newEnds
        let newDelays = UnsafeMutablePointer<Int64>.allocate(capacity: larger)
        newDelays.moveInitialize(from: delays, count: laneCount)
        delays.deallocate()
        delays = newDelays
        let newBounds = UnsafeMutablePointer<UInt128>.allocate(capacity: larger)
        newBounds.initialize(repeating: .max, count: larger)
        newBounds.update(from: bounds, count: laneCount)
        bounds.deallocate()
        bounds = newBounds
        winners.deallocate()
        winners = .allocate(capacity: 2 * larger)
        winners.initialize(repeating: 0, count: 2 * larger)
        leafCount = larger
        replayAll()
    }

    private mutating func replayAll() {
        for lane in 0..<leafCount { winners[leafCount + lane] = UInt32(lane) }
        for match in stride(from: leafCount - 1, through: 1, by: -1) {
            let (left, right) = (winners[2 * match], winners[2 * match + 1])
            winners[match] = bounds[Int(right)] < bounds[Int(left)] ? right : left
        }
        firstBound = bounds[Int(winners[1])]
    }

    /// Plays a lane's matches again after its bound has changed.
    @inlinable
    mutating func replay(_ lane: Int, bound: UInt128) {
        let (bounds, winners) = (self.bounds, self.winners)
        bounds[lane] = bound
        var match = (leafCount &+ lane) &>> 1
        while match >= 1 {
            let (left, right) = (winners[2 &* match], winners[2 &* match &+ 1])
            winners[match] = bounds[Int(right)] < bounds[Int(left)] ? right : left
            match &>>= 1
        }
        firstBound = bounds[Int(winners[1])]
    }

    @inlinable
    static func key(time: Int64, sequence: UInt64) -> UInt128 {
        UInt128(UInt64(bitPattern: time)) &<< 64 | UInt128(sequence)
    }

    /// Appends an event to a lane. Neither time nor sequence may be smaller than those of the lane's last event.
    @inlinable @inline(__always)
    mutating func append(
        lane: UInt32, time: Int64, sequence: UInt64, target: UInt32, kind: UInt32, payload: UInt64
    ) -> TimerHandle {
        let slot = nodes.allocate()
        let link = TimerNode.lane | lane
        let lanes = ends + Int(lane)
        let tail = lanes.pointee.tail
        nodes[slot].initialize(
            to: TimerNode(
                time: time, payload: payload, tag: TimerNode.tag(sequence: sequence, target: target, kind: kind),
                previous: tail, next: link))
        lanes.pointee.tail = slot
        count &+= 1
        if tail == link {
            lanes.pointee.head = slot
            if bounds[Int(lane)] == .max { replay(Int(lane), bound: Self.key(time: time, sequence: sequence)) }
        } else {
            nodes[tail].pointee.next = slot
        }
        return TimerHandle(slot: slot, generation: UInt32(truncatingIfNeeded: sequence))
    }

    /// Takes a node out of its lane and frees it.
    @inlinable @inline(__always)
    mutating func remove(_ slot: UInt32) {
        let node = nodes[slot]
        let (previous, next) = (node.pointee.previous, node.pointee.next)
        if previous & TimerNode.lane != 0 {
            ends[Int(previous ^ TimerNode.lane)].head = next
        } else {
            nodes[previous].pointee.next = next
        }
        if next & TimerNode.lane != 0 {
            ends[Int(next ^ TimerNode.lane)].tail = previous
        } else {
            nodes[next].pointee.previous = previous
        }
        node.pointee.next = TimerNode.free
        nodes.free(slot)
        count &-= 1
    }

    /// Takes the event of the lane that wins, or, when its bound turns out to be too early, corrects that and returns nil.
    /// - Parameter newest: the last sequence number given out.
    @inlinable
    mutating func takeFirst(newest: UInt64) -> Event? {
        let lane = Int(winners[1])
        let bound = bounds[lane]
        let head = ends[lane].head
        if key(of: head, newest: newest) != bound {
            replay(lane, bound: key(of: head, newest: newest))
            return nil
        }
        let node = nodes[head].pointee
        let event = Event(
            time: Instant(nanoseconds: node.time), sequence: UInt64(truncatingIfNeeded: bound), target: node.target,
            kind: node.kind, payload: node.payload)
        remove(head)
        replay(lane, bound: key(of: ends[lane].head, newest: newest))
        return event
    }

    /// The key of a lane's first event; `UInt128.max` when the lane is empty.
    ///
    /// A node keeps 40 bits of its sequence number; the rest follows from the newest one, as no event is a million million
    /// events old.
    @inlinable
    func key(of head: UInt32, newest: UInt64) -> UInt128 {
        if head & TimerNode.lane != 0 { return .max }
        let node = nodes[head]
        var sequence = newest & ~TimerNode.sequenceMask | node.pointee.sequence
        if sequence > newest { sequence &-= TimerNode.sequenceMask &+ 1 }
        return Self.key(time: node.pointee.time, sequence: sequence)
    }
}
