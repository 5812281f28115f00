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

    private let core: UnsafeMutablePointer<KernelCore>
    /// Unmanaged, so that handing over an event touches no reference count.
    private var components: UnsafeMutablePointer<Unmanaged<Component>>
    private var componentCapacity = 16
    private var componentCount = 0
    private var eventsHandled: UInt64 = 0
    private var eventsStale: UInt64 = 0
    private var eventsAtInstant: UInt64 = 0
    private var isRunning = false

    public init(options: KernelOptions = KernelOptions()) {
        self.options = options
        core = .allocate(capacity: 1)
        core.initialize(to: KernelCore(options: options))
        scheduler = Scheduler(core: core)
        components = .allocate(capacity: componentCapacity)
    }

    deinit {
        for index in 0..<componentCount { components[index].release() }
        components.deallocate()
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
    public var laneOperations: UInt64 { core.pointee.laneOperations }
    /// Events that are scheduled and neither handled nor cancelled.
    public var pending: Int { core.pointee.queue.count - core.pointee.cancelled + core.pointee.lanes.count }
    /// The instant that the run has reached.
    public var now: Instant { scheduler.now }
    /// Digest of time, component, kind and entity of every event that counted, in order.
    public var trajectory: Digest128 { core.pointee.trajectory.digest }

    /// Components, in the order of their creation.
    public var componentNames: [String] { (0..<componentCount).map { components[$0].takeUnretainedValue().name } }

    var nextComponentIndex: UInt32 { UInt32(componentCount) }

    func register(_ component: Component) {
        precondition(!isRunning, "components are created before the run, or between two slices of it")
        precondition(componentCount < 1 << 16, "a kernel has at most 65,536 components")
        if componentCount == componentCapacity {
            let larger = UnsafeMutablePointer<Unmanaged<Component>>.allocate(capacity: componentCapacity * 2)
            larger.moveInitialize(from: components, count: componentCount)
            components.deallocate()
            components = larger
            componentCapacity *= 2
        }
        (components + componentCount).initialize(to: Unmanaged.passRetained(component))
        componentCount += 1
    }

    /// How many events ahead components are asked to anticipate.
    private static let far = 10
    private static let near = 4

    @inline(__always)
    private func lookAhead(
        _ core: UnsafeMutablePointer<KernelCore>, _ components: UnsafeMutablePointer<Unmanaged<Component>>,
        _ count: UInt32
    ) {
        if let event = core.pointee.queue.upcoming(Self.far), event.pointee.target < count {
            components[Int(event.pointee.target)]._withUnsafeGuaranteedRef {
                $0.anticipate(event.pointee, isNear: false)
            }
        }
        if let event = core.pointee.queue.upcoming(Self.near), event.pointee.target < count {
            components[Int(event.pointee.target)]._withUnsafeGuaranteedRef {
                $0.anticipate(event.pointee, isNear: true)
            }
        }
    }

    /// Handles every event at or before an instant, in order.
    ///
    /// A run may be cut into slices at will: the events and their order are the same.
    public func run(until limit: Instant) -> KernelStop {
        let core = self.core
        precondition(limit >= scheduler.now, "a run can't go back")
        isRunning = true
        defer { isRunning = false }
        // What the loop changes stays in registers or behind `core`: no exclusivity check, no load of a class's storage.
        var (handled, stale, atInstant) = (eventsHandled, eventsStale, eventsAtInstant)
        defer { (eventsHandled, eventsStale, eventsAtInstant) = (handled, stale, atInstant) }
        let (maximum, maximumAtInstant) = (options.events, options.eventsPerInstant)
        let (components, count) = (self.components, UInt32(componentCount))
        let isAnticipating = (0..<componentCount).contains { components[$0].takeUnretainedValue().anticipates }
        let request = pauseRequest
        request.bound.store(maximum, ordering: .relaxed)
        while handled &+ stale < request.bound.load(ordering: .relaxed) {
            let event = core.pointee.takeNext(noLaterThan: limit.nanoseconds)
            if event.time.nanoseconds != core.pointee.now {
                let isOver = event.time.nanoseconds < 0
                if isOver, pending == 0 { return .idle }
                let reached = isOver ? limit : event.time
                if reached.nanoseconds != core.pointee.now { atInstant = 0 }
                core.pointee.now = reached.nanoseconds
                if isOver { return .reached }
            }
            atInstant &+= 1
            precondition(event.target < count, "an event is addressed to a component that doesn't exist")
            let component = components[Int(event.target)]
            if atInstant > maximumAtInstant {
                return .livelock(at: event.time, component: component.takeUnretainedValue().name)
            }
            if isAnticipating { lookAhead(core, components, count) }
            let entity = component._withUnsafeGuaranteedRef { $0.handle(event) }
            if entity == Component.void {
                stale &+= 1
                continue
            }
            handled &+= 1
            core.pointee.trajectory.absorb(UInt64(bitPattern: event.time.nanoseconds))
            core.pointee.trajectory.absorb(UInt64(event.target) &<< 32 | UInt64(event.kind))
            core.pointee.trajectory.absorb(entity)
        }
        return handled &+ stale < maximum ? .paused : .eventLimit
    }
}
