// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// All of a kernel that changes with every event, in one place behind a pointer.
@frozen
@usableFromInline
struct KernelCore: ~Copyable {
    @usableFromInline var now: Int64
    /// Events scheduled so far: the next sequence number before permutation.
    @usableFromInline var scheduled: UInt64
    @usableFromInline var queue: EventQueue
    @usableFromInline var lanes: LaneTable
    @usableFromInline let permutation: SequencePermutation
    @usableFromInline var queueOperations: UInt64
    @usableFromInline var laneOperations: UInt64
    /// Events in the priority queue that were cancelled since.
    @usableFromInline var cancelled: Int
    @usableFromInline var trajectory: Fingerprint

    init(options: KernelOptions) {
        now = 0
        scheduled = 0
        queue = EventQueue(options.queue)
        lanes = LaneTable()
        permutation = SequencePermutation(options.tieBreak)
        queueOperations = 0
        laneOperations = 0
        cancelled = 0
        trajectory = Fingerprint()
    }

    func deallocate() {
        queue.deallocate()
        lanes.deallocate()
    }

    /// Target of an event in the priority queue that can be cancelled: its payload is the slot of its `TimerNode`.
    @inlinable static var timer: UInt32 { .max }

    @inlinable @inline(__always)
    mutating func nextSequence() -> UInt64 {
        let number = scheduled
        scheduled = number &+ 1
        return permutation.isActive ? permutation.apply(number) : number
    }

    @inlinable
    mutating func schedule(at time: Int64, target: UInt32, kind: UInt32, payload: UInt64) {
        precondition(time >= now, "an event can't be scheduled in the past")
        queueOperations &+= 1
        queue.insert(
            Event(
                time: Instant(nanoseconds: time), sequence: nextSequence(), target: target, kind: kind, payload: payload
            ))
    }

    @inlinable
    mutating func scheduleCancellable(at time: Int64, target: UInt32, kind: UInt32, payload: UInt64) -> TimerHandle {
        precondition(time >= now, "an event can't be scheduled in the past")
        precondition(target < 1 << 16 && kind < 1 << 8, "targets have 16 bits, kinds have 8")
        queueOperations &+= 1
        let sequence = nextSequence()
        let slot = lanes.nodes.allocate()
        lanes.nodes[slot].initialize(
            to: TimerNode(
                time: time, payload: payload, tag: TimerNode.tag(sequence: sequence, target: target, kind: kind),
                previous: TimerNode.queued, next: TimerNode.queued))
        queue.insert(
            Event(
                time: Instant(nanoseconds: time), sequence: sequence, target: Self.timer, kind: 0,
                payload: UInt64(slot)))
        return TimerHandle(slot: slot, generation: UInt32(truncatingIfNeeded: sequence))
    }

    @inlinable
    mutating func schedule(on lane: Lane, target: UInt32, kind: UInt32, payload: UInt64) -> TimerHandle {
        let time = now + lane.delay.nanoseconds
        // Permuted ties would need a sort within the lane: the queue does it.
        if permutation.isActive { return scheduleCancellable(at: time, target: target, kind: kind, payload: payload) }
        precondition(target < 1 << 16 && kind < 1 << 8, "targets have 16 bits, kinds have 8")
        laneOperations &+= 1
        let sequence = scheduled
        scheduled = sequence &+ 1
        return lanes.append(
            lane: lane.index, time: time, sequence: sequence, target: target, kind: kind, payload: payload)
    }

    @inlinable
    mutating func cancel(_ timer: TimerHandle) -> Bool {
        if timer.slot == .max { return false }
        let node = lanes.nodes[timer.slot]
        if node.pointee.next == TimerNode.free || node.pointee.generation != timer.generation { return false }
        if node.pointee.next == TimerNode.queued {
            cancelQueued(timer.slot)
        } else {
            laneOperations &+= 1
            lanes.remove(timer.slot)
        }
        return true
    }

    @inlinable
    func isPending(_ timer: TimerHandle) -> Bool {
        if timer.slot == .max { return false }
        let node = lanes.nodes[timer.slot]
        return node.pointee.next != TimerNode.free && node.pointee.generation == timer.generation
    }

    /// The event stays in the queue and is dropped when it comes up, or when half of the queue is such events.
    @usableFromInline
    mutating func cancelQueued(_ slot: UInt32) {
        let nodes = lanes.nodes
        nodes[slot].pointee.next = TimerNode.free
        nodes.free(slot)
        cancelled += 1
        if cancelled > 4096, cancelled * 2 > queue.count {
            let before = queue.count
            queue.removeAll { $0.target == Self.timer && !Self.isCurrent($0, nodes) }
            queueOperations &+= UInt64(before - queue.count)
            cancelled = 0
        }
    }

    /// Whether the node that an event in the queue refers to is still its own.
    @inlinable
    static func isCurrent(_ event: Event, _ nodes: Slab<TimerNode>) -> Bool {
        let node = nodes[UInt32(truncatingIfNeeded: event.payload)]
        return node.pointee.next == TimerNode.queued
            && node.pointee.sequence == event.sequence & TimerNode.sequenceMask
    }

    /// Takes the next event at or before `limit`; the sentinel when there is none.
    @inline(__always)
    mutating func takeNext(noLaterThan limit: Int64) -> Event {
        while true {
            let queueKey = queue.firstKey()
            let laneKey = lanes.firstBound
            let earliest = queueKey < laneKey ? queueKey : laneKey
            if UInt64(truncatingIfNeeded: earliest &>> 64) > UInt64(bitPattern: limit) { return .sentinel }
            if laneKey < queueKey {
                guard let event = lanes.takeFirst(newest: scheduled) else { continue }
                laneOperations &+= 1
                return event
            }
            let event = queue.removeFirst()
            queueOperations &+= 1
            if event.target != Self.timer { return event }
            if let due = takeTimer(event) { return due }
        }
    }

    /// The event that a timer in the queue stands for; nil when it was cancelled.
    private mutating func takeTimer(_ event: Event) -> Event? {
        let nodes = lanes.nodes
        if !Self.isCurrent(event, nodes) {
            cancelled -= 1
            return nil
        }
        let slot = UInt32(truncatingIfNeeded: event.payload)
        let node = nodes[slot].pointee
        nodes[slot].pointee.next = TimerNode.free
        nodes.free(slot)
        return Event(
            time: event.time, sequence: event.sequence, target: node.target, kind: node.kind, payload: node.payload)
    }
}
