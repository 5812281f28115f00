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

    /// A component and what the kernel knows of it.
    private struct Seat {
        /// Unmanaged, so that handing over an event touches no reference count.
        var component: Unmanaged<Component>
        /// See `Component.anticipatedKinds`.
        var anticipatedKinds: UInt64 = 0
    }

    private let core: UnsafeMutablePointer<KernelCore>
    private var seats: UnsafeMutablePointer<Seat>
    private var seatCapacity = 16
    private var seatCount = 0
    private var eventsHandled: UInt64 = 0
    private var eventsStale: UInt64 = 0
    /// Events at this instant before the latest; `UInt64.max`, which is followed by 0, when there was none.
    private var eventsAtInstant = UInt64.max
    private var isRunning = false

    public init(options: KernelOptions = KernelOptions()) {
        self.options = options
        core = .allocate(capacity: 1)
        core.initialize(to: KernelCore(options: options))
        scheduler = Scheduler(core: core)
        seats = .allocate(capacity: seatCapacity)
    }

    deinit {
        for index in 0..<seatCount { seats[index].component.release() }
        seats.deallocate()
        core.pointee.deallocate()
        core.deinitialize(count: 1)
        core.deallocate()
    }

    /// Events handled that counted, up to the end of the last slice of the run.
    public var events: UInt64 { eventsHandled }
    /// Events that a component declared stale.
    public var staleEvents: UInt64 { eventsStale }
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
    public var componentNames: [String] { (0..<seatCount).map { seats[$0].component.takeUnretainedValue().name } }

    var nextComponentIndex: UInt32 { UInt32(seatCount) }

    func register(_ component: Component) {
        precondition(!isRunning, "components are created before the run, or between two slices of it")
        precondition(seatCount < 1 << 16, "a kernel has at most 65,536 components")
        if seatCount == seatCapacity {
            let larger = UnsafeMutablePointer<Seat>.allocate(capacity: seatCapacity * 2)
            larger.moveInitialize(from: seats, count: seatCount)
            seats.deallocate()
            seats = larger
            seatCapacity *= 2
        }
        (seats + seatCount).initialize(to: Seat(component: Unmanaged.passRetained(component)))
        seatCount += 1
    }

    /// How many events ahead components are asked to anticipate.
    private static let far = 10
    private static let near = 4

    @inline(__always)
    private static func lookAhead(
        _ core: UnsafeMutablePointer<KernelCore>, _ distance: Int, _ seats: UnsafeMutablePointer<Seat>, _ count: UInt32
    ) {
        guard let event = core.pointee.queue.run.upcoming(distance), event.pointee.target < count else { return }
        let (seat, kind) = (seats + Int(event.pointee.target), event.pointee.kind)
        if seat.pointee.anticipatedKinds &>> UInt64(kind) & 1 == 0 { return }
        seat.pointee.component._withUnsafeGuaranteedRef {
            $0.anticipate(kind: kind, payload: event.pointee.payload, isNear: distance == near)
        }
    }

    /// Handles every event at or before an instant, in order.
    ///
    /// A run may be cut into slices at will: the events and their order are the same.
    public func run(until limit: Instant) -> KernelStop {
        precondition(limit >= scheduler.now, "a run can't go back")
        isRunning = true
        defer { isRunning = false }
        for index in 0..<seatCount {
            seats[index].anticipatedKinds = seats[index].component._withUnsafeGuaranteedRef { $0.anticipatedKinds }
        }
        // What the loop changes stays in registers or behind `core`: no exclusivity check, no load of a class's storage.
        let (core, seats, count, limit) = (self.core, self.seats, UInt32(seatCount), limit.nanoseconds)
        let (maximum, maximumAtInstant) = (options.events, options.eventsPerInstant)
        let before = eventsHandled &+ eventsStale
        var (taken, stale, atInstant) = (before, UInt64(0), eventsAtInstant)
        defer {
            eventsHandled &+= taken &- before &- stale
            eventsStale &+= stale
            eventsAtInstant = atInstant
        }
        let request = pauseRequest
        request.bound.store(maximum, ordering: .relaxed)
        core.pointee.refreshBound(limit)
        while taken < request.bound.load(ordering: .relaxed) {
            var event = core.pointee.queue.run.next.pointee
            if _fastPath(UInt64(bitPattern: event.time.nanoseconds) < core.pointee.bound),
                _fastPath(event.target < count)
            {
                core.pointee.queue.run.next += 1
            } else {
                event = core.pointee.takeAny(noLaterThan: limit)
                if event.time.nanoseconds < 0 {
                    if pending == 0 { return .idle }
                    if core.pointee.now != limit { atInstant = .max }
                    core.pointee.now = limit
                    return .reached
                }
                precondition(event.target < count, "an event is addressed to a component that doesn't exist")
            }
            if event.time.nanoseconds != core.pointee.now {
                core.pointee.now = event.time.nanoseconds
                atInstant = 0
            } else {
                atInstant &+= 1
                if atInstant >= maximumAtInstant {
                    let component = seats[Int(event.target)].component.takeUnretainedValue()
                    return .livelock(at: event.time, component: component.name)
                }
            }
            Self.lookAhead(core, Self.far, seats, count)
            Self.lookAhead(core, Self.near, seats, count)
            taken &+= 1
            let entity = seats[Int(event.target)].component._withUnsafeGuaranteedRef { $0.handle(event) }
            if entity == Component.void {
                stale &+= 1
                continue
            }
            core.pointee.absorb(event, entity)
        }
        return taken < maximum ? .paused : .eventLimit
    }
}
