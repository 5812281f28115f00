// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The lanes, and a binary heap of their first events.
///
/// A lane's entry in the heap is a lower bound of its first event: cancelling that leaves the entry as it is. An entry
/// that comes up and turns out to be too early is then corrected. So a time-out that is nearly always cancelled costs
/// nothing but one correction a delay.
///
/// - Complexity: `append` and `remove` are O(1), apart from the first event of an empty lane; taking the earliest event is
///   O(log lanes).
@frozen
@usableFromInline
struct LaneTable: ~Copyable {
    @usableFromInline var nodes: TimerPool
    /// Lanes that have events, and a few that had, earliest first; `LaneHead.none` comes up when there is none.
    @usableFromInline var heads: UnsafeMutablePointer<LaneHead>
    private var headCount: Int
    /// Delay and own node of each lane.
    private var lanes: UnsafeMutablePointer<(delay: Int64, node: UInt32)>
    private var laneCount: Int
    private var capacity: Int
    /// Events that were appended, and that were taken or removed, so far.
    @usableFromInline var appended: UInt64
    @usableFromInline var removed: UInt64

    init() {
        nodes = TimerPool()
        capacity = 8
        heads = .allocate(capacity: capacity + 1)
        heads.initialize(repeating: .none, count: capacity + 1)
        headCount = 0
        lanes = .allocate(capacity: capacity)
        laneCount = 0
        appended = 0
        removed = 0
    }

    func deallocate() {
        nodes.deallocate()
        heads.deallocate()
        lanes.deallocate()
    }

    /// Events in lanes.
    @usableFromInline var count: Int { Int(appended &- removed) }

    /// The node of the lane with a delay; makes the lane when there is none.
    mutating func node(forDelay delay: Int64) -> UInt32 {
        for index in 0..<laneCount where lanes[index].delay == delay { return lanes[index].node }
        precondition(laneCount < 1 << 16, "a kernel has at most 65,536 lanes")
        if laneCount == capacity { grow() }
        let node = nodes.allocate()
        nodes[node].initialize(to: TimerNode(time: -1, payload: 0, tag: 0, previous: node, next: node))
        (lanes + laneCount).initialize(to: (delay, node))
        laneCount += 1
        return node
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<(delay: Int64, node: UInt32)>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: lanes, count: laneCount)
        lanes.deallocate()
        lanes = larger
        let largerHeads = UnsafeMutablePointer<LaneHead>.allocate(capacity: capacity * 2 + 1)
        largerHeads.initialize(repeating: .none, count: capacity * 2 + 1)
        largerHeads.update(from: heads, count: headCount)
        heads.deallocate()
        heads = largerHeads
        capacity *= 2
    }

    /// Appends an event to a lane, given the lane's own node. Neither time nor sequence may be smaller than those of the
    /// lane's last event. `enter` must follow when the lane is not among the heads.
    @inlinable @inline(__always)
    mutating func append(lane: UInt32, time: Int64, tag: UInt64, payload: UInt64) -> UInt32 {
        let slot = nodes.allocate()
        let ring = nodes[lane]
        let last = ring.pointee.previous
        nodes[slot].initialize(to: TimerNode(time: time, payload: payload, tag: tag, previous: last, next: lane))
        nodes[last].pointee.next = slot
        ring.pointee.previous = slot
        appended &+= 1
        return slot
    }

    /// Whether a lane is among the heads.
    @inlinable @inline(__always)
    func isEntered(_ lane: UInt32) -> Bool { nodes[lane].pointee.payload != 0 }

    /// Puts a lane that has an event among the heads.
    mutating func enter(_ lane: UInt32) {
        let first = nodes[nodes[lane].pointee.next]
        let head = LaneHead(time: UInt64(bitPattern: first.pointee.time), tag: first.pointee.tag, lane: lane)
        nodes[lane].pointee.payload = 1
        var hole = headCount
        headCount += 1
        while hole > 0, head.isBefore(heads[(hole - 1) / 2]) {
            heads[hole] = heads[(hole - 1) / 2]
            hole = (hole - 1) / 2
        }
        heads[hole] = head
    }

    /// Takes a node out of its lane and frees it.
    @inlinable @inline(__always)
    mutating func remove(_ slot: UInt32) {
        let node = nodes[slot]
        let (previous, next) = (node.pointee.previous, node.pointee.next)
        nodes[previous].pointee.next = next
        nodes[next].pointee.previous = previous
        nodes.free(slot)
        removed &+= 1
    }

    /// Takes the event of the lane that comes first, or, when its entry turns out to be too early, corrects that and
    /// returns the sentinel. There must be a head.
    /// - Parameter newest: the number of sequence numbers given out.
    @inline(__always)
    mutating func takeFirst(newest: UInt64) -> Event {
        let lane = heads.pointee.lane
        let slot = nodes[lane].pointee.next
        let node = nodes[slot].pointee
        if node.tag != heads.pointee.tag || UInt64(bitPattern: node.time) != heads.pointee.time {
            advance(lane)
            return .sentinel
        }
        remove(slot)
        advance(lane)
        return Event(
            time: Instant(nanoseconds: node.time), sequence: node.sequence(newest: newest), target: node.target,
            kind: node.kind, payload: node.payload)
    }

    /// Shows every event, lane by lane.
    /// - Parameter newest: the number of sequence numbers given out.
    func forEach(newest: UInt64, _ body: (Event) -> Void) {
        for place in 0..<laneCount {
            let lane = lanes[place].node
            var slot = nodes[lane].pointee.next
            while slot != lane {
                let node = nodes[slot].pointee
                body(
                    Event(
                        time: Instant(nanoseconds: node.time), sequence: node.sequence(newest: newest),
                        target: node.target, kind: node.kind, payload: node.payload))
                slot = node.next
            }
        }
    }

    /// Brings the entry of the lane that comes first up to date.
    @inline(__always)
    private mutating func advance(_ lane: UInt32) {
        let first = nodes[lane].pointee.next
        if first == lane { return leave(lane) }
        let node = nodes[first]
        sift(LaneHead(time: UInt64(bitPattern: node.pointee.time), tag: node.pointee.tag, lane: lane))
    }

    /// Drops the lane that comes first from the heads: it is empty.
    @inline(never)
    private mutating func leave(_ lane: UInt32) {
        nodes[lane].pointee.payload = 0
        headCount -= 1
        let last = heads[headCount]
        heads[headCount] = .none
        if headCount > 0 { sift(last) }
    }

    /// Puts an entry in the place of the first, or further down.
    @inline(__always)
    private func sift(_ head: LaneHead) {
        let heads = self.heads
        var hole = 0
        while true {
            var child = 2 &* hole &+ 1
            if child >= headCount { break }
            // The place behind the last entry holds one that is after all others.
            if heads[child &+ 1].isBefore(heads[child]) { child &+= 1 }
            if !heads[child].isBefore(head) { break }
            heads[hole] = heads[child]
            hole = child
        }
        heads[hole] = head
    }
}
