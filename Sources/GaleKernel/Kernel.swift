// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A discrete-event simulation: virtual time, pending events, and the components that handle them.
///
/// Events are handled in the order of `(time, sequence)`, whether they wait in the priority queue or in a lane. A kernel
/// belongs to one thread. It keeps its components alive.
public final class Kernel {
    /// The clock and the queue, as components see them.
    public let scheduler: Scheduler
    public let options: KernelOptions
    /// For a thread that watches the run.
    public let pauseRequest = PauseRequest()

    let core: UnsafeMutablePointer<KernelCore>
    var isRunning = false

    public init(options: KernelOptions = KernelOptions()) {
        self.options = options
        core = .allocate(capacity: 1)
        core.initialize(to: KernelCore(options: options))
        scheduler = Scheduler(core: core)
    }

    deinit {
        core.pointee.deallocate()
        core.deinitialize(count: 1)
        core.deallocate()
    }

    /// Events handled that counted; while a component handles one, it is among them.
    public var events: UInt64 { core.pointee.taken &- core.pointee.stale }
    /// Events that a component declared stale.
    public var staleEvents: UInt64 { core.pointee.stale }
    /// Insertions into and removals from the priority queue.
    public var queueOperations: UInt64 { core.pointee.queueOperations }
    /// Insertions into and removals from lanes, by cancelling too.
    public var laneOperations: UInt64 { core.pointee.lanes.appended + core.pointee.lanes.removed }
    /// Events that are scheduled and neither handled nor cancelled.
    public var pending: Int { core.pointee.queue.count - core.pointee.cancelled + core.pointee.lanes.count }
    /// The instant that the run has reached.
    public var now: Instant { scheduler.now }
    /// Digest of time, component, kind and entity of every event that counted, in order.
    public var trajectory: Digest128 { core.pointee.trajectory.digest }

    /// Components, in the order of their creation.
    public var componentNames: [String] {
        (0..<Int(core.pointee.seatCount)).map { core.pointee.seats[$0].component.takeUnretainedValue().name }
    }

    var nextComponentIndex: UInt32 { core.pointee.seatCount }

    func register(_ component: Component) {
        precondition(!isRunning, "components are created before the run, or between two slices of it")
        core.pointee.register(component)
    }

    /// How many events ahead components are asked to anticipate.
    private static let far = 14
    private static let near = 6

    @inline(__always)
    private static func lookAhead(_ core: UnsafeMutablePointer<KernelCore>) {
        // Where there are no more events than `near`, neither are there further ahead.
        guard let next = core.pointee.queue.run.upcoming(near) else { return }
        if let later = core.pointee.queue.run.upcoming(far) { anticipate(later, isNear: false, core) }
        anticipate(next, isNear: true, core)
    }

    @inline(__always)
    private static func anticipate(
        _ event: UnsafeMutablePointer<Event>, isNear: Bool, _ core: UnsafeMutablePointer<KernelCore>
    ) {
        if event.pointee.target >= core.pointee.seatCount { return }
        let (seat, kind) = (core.pointee.seats + Int(event.pointee.target), event.pointee.kind)
        if seat.pointee.anticipatedKinds &>> UInt64(kind) & 1 == 0 { return }
        seat.pointee.component._withUnsafeGuaranteedRef {
            $0.anticipate(kind: kind, payload: event.pointee.payload, isNear: isNear)
        }
    }

    /// Handles every event at or before an instant, in order.
    ///
    /// A run may be cut into slices at will: the events and their order are the same.
    public func run(until limit: Instant) -> KernelStop {
        precondition(limit >= scheduler.now, "a run can't go back")
        isRunning = true
        defer { isRunning = false }
        // What the loop changes is behind `core`: no exclusivity check, no load of a class's storage.
        let core = self.core
        for index in 0..<Int(core.pointee.seatCount) {
            core.pointee.seats[index].anticipatedKinds =
                core.pointee.seats[index].component._withUnsafeGuaranteedRef { $0.anticipatedKinds }
        }
        let (request, maximumAtInstant) = (pauseRequest, options.eventsPerInstant)
        request.bound.store(options.events, ordering: .relaxed)
        core.pointee.refreshBound(limit.nanoseconds)
        while core.pointee.taken < request.bound.load(ordering: .relaxed) {
            var event = core.pointee.queue.run.next.pointee
            if _fastPath(UInt64(bitPattern: event.time.nanoseconds) < core.pointee.bound),
                _fastPath(event.target < core.pointee.seatCount)
            {
                core.pointee.queue.run.next += 1
            } else {
                event = core.pointee.takeAny(noLaterThan: limit.nanoseconds)
                if event.time.nanoseconds < 0 { return end(at: limit) }
                precondition(
                    event.target < core.pointee.seatCount, "an event is addressed to a component that doesn't exist")
            }
            if event.time.nanoseconds != core.pointee.now {
                core.pointee.now = event.time.nanoseconds
                core.pointee.takenAtInstant = 0
            } else {
                core.pointee.takenAtInstant &+= 1
                if core.pointee.takenAtInstant >= maximumAtInstant {
                    let component = core.pointee.seats[Int(event.target)].component.takeUnretainedValue()
                    return .livelock(at: event.time, component: component.name)
                }
            }
            Self.lookAhead(core)
            core.pointee.taken &+= 1
            let entity = core.pointee.seats[Int(event.target)].component._withUnsafeGuaranteedRef { $0.handle(event) }
            if entity == Component.void {
                core.pointee.stale &+= 1
                continue
            }
            core.pointee.absorb(core.pointee.now, UInt64(event.kind) &<< 32 | UInt64(event.target), entity)
        }
        return core.pointee.taken < options.events ? .paused : .eventLimit
    }

    /// Where a run ends that has handled all there is up to its limit.
    func end(at limit: Instant) -> KernelStop {
        if pending == 0 { return .idle }
        if core.pointee.now != limit.nanoseconds { core.pointee.takenAtInstant = .max }
        core.pointee.now = limit.nanoseconds
        return .reached
    }
}
