// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// All of a kernel that changes with every event, in one place behind a pointer.
@frozen
@usableFromInline
struct KernelCore: ~Copyable {
    @usableFromInline var now: Int64
    /// Events scheduled so far: the next sequence number before permutation.
    @usableFromInline var scheduled: UInt64
    /// An event of the queue's run that is before this instant is the next one: it is before any other event, and not
    /// after the limit of the run. Nanoseconds.
    @usableFromInline var bound: UInt64
    @usableFromInline var trajectory: Fingerprint
    /// Events handled, stale ones too.
    @usableFromInline var taken: UInt64
    /// Events of these that a component declared stale.
    @usableFromInline var stale: UInt64
    /// Events at this instant before the latest; `UInt64.max`, which is followed by 0, when there was none.
    @usableFromInline var takenAtInstant: UInt64
    /// The components, in the order of their creation.
    @usableFromInline var seats: UnsafeMutablePointer<Seat>
    @usableFromInline var seatCount: UInt32
    @usableFromInline var seatCapacity: UInt32
    @usableFromInline var queue: EventQueue
    @usableFromInline var lanes: LaneTable
    @usableFromInline let permutation: SequencePermutation
    /// Events in the priority queue that were cancelled since.
    @usableFromInline var cancelled: Int

    init(options: KernelOptions) {
        now = 0
        scheduled = 0
        bound = 0
        trajectory = Fingerprint()
        taken = 0
        stale = 0
        takenAtInstant = .max
        seatCapacity = 16
        seats = .allocate(capacity: Int(seatCapacity))
        seatCount = 0
        queue = EventQueue(options.queue)
        lanes = LaneTable()
        permutation = SequencePermutation(options.tieBreak)
        cancelled = 0
    }

    func deallocate() {
        deallocateSeats()
        queue.deallocate()
        lanes.deallocate()
    }

    /// Target of an event in the priority queue that can be cancelled: its payload is the slot of its `TimerNode`.
    @inlinable static var timer: UInt32 { .max }

    /// Insertions into and removals from the priority queue: all but what is still there came and went.
    var queueOperations: UInt64 { 2 * (scheduled - lanes.appended) - UInt64(queue.count) }

    @inlinable @inline(__always)
    mutating func nextSequence() -> UInt64 {
        let number = scheduled
        scheduled = number &+ 1
        return permutation.isActive ? permutation.apply(number) : number
    }

    @usableFromInline @inline(never)
    mutating func schedule(at time: Int64, target: UInt32, kind: UInt32, payload: UInt64) {
        precondition(time >= now, "an event can't be scheduled in the past")
        let sequence = nextSequence()
        insert(
            Event(time: Instant(nanoseconds: time), sequence: sequence, target: target, kind: kind, payload: payload))
    }

    /// Puts an event into the queue. Needs no frame: all that is rare comes last.
    @inlinable @inline(__always)
    mutating func insert(_ event: Event) {
        if UInt64(bitPattern: event.time.nanoseconds) >= queue.horizon {
            if _fastPath(queue.ladder.insertWithin(event)) { return }
        } else if _fastPath(queue.run.takes(event)) {
            return queue.run.insert(event)
        }
        insertElsewhere(event)
    }

    /// Puts an event into the queue that neither its bucket nor the run takes as they are.
    @usableFromInline @inline(never)
    mutating func insertElsewhere(_ event: Event) {
        queue.insertElsewhere(event)
        bound = min(bound, UInt64(bitPattern: queue.near.first.time.nanoseconds))
    }

    @usableFromInline @inline(never)
    mutating func scheduleCancellable(at time: Int64, target: UInt32, kind: UInt32, payload: UInt64) -> TimerHandle {
        precondition(time >= now, "an event can't be scheduled in the past")
        precondition(target < 1 << 16 && kind < 1 << 8, "targets have 16 bits, kinds have 8")
        let sequence = nextSequence()
        let slot = lanes.nodes.allocate()
        lanes.nodes[slot].initialize(
            to: TimerNode(
                time: time, payload: payload, tag: TimerNode.tag(sequence: sequence, target: target, kind: kind),
                previous: TimerNode.queued, next: TimerNode.queued))
        let due = Instant(nanoseconds: time)
        insert(Event(time: due, sequence: sequence, target: Self.timer, kind: 0, payload: UInt64(slot)))
        return TimerHandle(slot: slot, generation: UInt32(truncatingIfNeeded: sequence))
    }

    @inlinable
    mutating func schedule(on lane: Lane, target: UInt32, kind: UInt32, payload: UInt64) -> TimerHandle {
        let time = now + lane.delay.nanoseconds
        // Permuted ties would need a sort within the lane: the queue does it.
        if permutation.isActive { return scheduleCancellable(at: time, target: target, kind: kind, payload: payload) }
        precondition(target < 1 << 16 && kind < 1 << 8, "targets have 16 bits, kinds have 8")
        let sequence = scheduled
        scheduled = sequence &+ 1
        let slot = lanes.append(
            lane: lane.node, time: time, tag: TimerNode.tag(sequence: sequence, target: target, kind: kind),
            payload: payload)
        if !lanes.isEntered(lane.node) { enter(lane.node) }
        return TimerHandle(slot: slot, generation: UInt32(truncatingIfNeeded: sequence))
    }

    /// Puts a lane that was empty among those that may come first.
    @usableFromInline @inline(never)
    mutating func enter(_ lane: UInt32) {
        lanes.enter(lane)
        bound = min(bound, lanes.heads.pointee.time)
    }

    @inlinable
    mutating func cancel(_ timer: TimerHandle) -> Bool {
        if !isPending(timer) { return false }
        if lanes.nodes[timer.slot].pointee.next == TimerNode.queued {
            cancelQueued(timer.slot)
        } else {
            lanes.remove(timer.slot)
        }
        return true
    }

    @inlinable @inline(__always)
    func isPending(_ timer: TimerHandle) -> Bool {
        if timer.slot == .max { return false }
        let node = lanes.nodes[timer.slot]
        return node.pointee.generation == timer.generation && node.pointee.next != TimerNode.free
    }

    /// The event stays in the queue and is dropped when it comes up, or when half of the queue is such events.
    @usableFromInline @inline(never)
    mutating func cancelQueued(_ slot: UInt32) {
        lanes.nodes.free(slot)
        cancelled += 1
        if cancelled > 4096, cancelled * 2 > queue.count {
            let nodes = lanes.nodes.nodes
            queue.removeAll { $0.target == Self.timer && !Self.isCurrent($0, nodes) }
            cancelled = 0
        }
    }

    /// Whether the node that an event in the queue refers to is still its own.
    @inline(__always)
    static func isCurrent(_ event: Event, _ nodes: UnsafeMutablePointer<TimerNode>) -> Bool {
        let node = nodes + Int(UInt32(truncatingIfNeeded: event.payload))
        return node.pointee.next == TimerNode.queued
            && node.pointee.sequence == event.sequence & TimerNode.sequenceMask
    }
}
