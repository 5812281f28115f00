// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension Kernel {
    /// Does what `run(until:)` does, and shows every event to an observer: a loop of its own, so that a run without an observer
    /// knows nothing of observers.
    public func run(until limit: Instant, observer: KernelObserver) -> KernelStop {
        precondition(limit >= scheduler.now, "a run can't go back")
        isRunning = true
        defer { isRunning = false }
        pauseRequest.bound.store(options.events, ordering: .relaxed)
        core.pointee.refreshBound(limit.nanoseconds)
        while core.pointee.taken < pauseRequest.bound.load(ordering: .relaxed) {
            let event = core.pointee.takeAny(noLaterThan: limit.nanoseconds)
            if event.time.nanoseconds < 0 { return end(at: limit) }
            precondition(
                event.target < core.pointee.seatCount, "an event is addressed to a component that doesn't exist")
            let component = core.pointee.seats[Int(event.target)].component.takeUnretainedValue()
            if event.time.nanoseconds != core.pointee.now {
                core.pointee.now = event.time.nanoseconds
                core.pointee.takenAtInstant = 0
            } else {
                core.pointee.takenAtInstant &+= 1
                if core.pointee.takenAtInstant >= options.eventsPerInstant {
                    return .livelock(at: event.time, component: component.name)
                }
            }
            core.pointee.taken &+= 1
            observer.willHandle(event)
            let entity = component.handle(event)
            if entity == Component.void {
                core.pointee.stale &+= 1
            } else {
                core.pointee.absorb(
                    core.pointee.now, UInt64(event.kind) &<< 32 | UInt64(event.target), entity)
            }
            observer.didHandle(event, entity: entity)
        }
        return core.pointee.taken < options.events ? .paused : .eventLimit
    }
}
