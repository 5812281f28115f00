// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The clock and the pending events of a kernel: what components see of it.
///
/// A trivially copyable handle, valid as long as its kernel. Everything here happens in the kernel's thread.
@frozen
public struct Scheduler: @unchecked Sendable {
    @usableFromInline let core: UnsafeMutablePointer<KernelCore>

    init(core: UnsafeMutablePointer<KernelCore>) { self.core = core }

    /// The instant of the event that is being handled.
    @inlinable public var now: Instant { Instant(nanoseconds: core.pointee.now) }

    /// Schedules an event by the priority queue, at an instant that has not passed. It can't be cancelled.
    @inlinable
    public func schedule(at instant: Instant, target: UInt32, kind: UInt32, payload: UInt64) {
        core.pointee.schedule(at: instant.nanoseconds, target: target, kind: kind, payload: payload)
    }

    /// Schedules an event by the priority queue, at an instant that has not passed.
    ///
    /// `target` has 16 bits, `kind` has 8.
    @inlinable
    public func scheduleCancellable(at instant: Instant, target: UInt32, kind: UInt32, payload: UInt64) -> TimerHandle {
        core.pointee.scheduleCancellable(at: instant.nanoseconds, target: target, kind: kind, payload: payload)
    }

    /// The lane for a constant delay, not negative. The same delay gives the same lane. For set-up: it searches.
    public func lane(for delay: Interval) -> Lane {
        precondition(delay >= .zero, "a delay is not negative")
        return Lane(delay: delay, node: core.pointee.lanes.node(forDelay: delay.nanoseconds))
    }

    /// Schedules an event for the lane's delay from now.
    ///
    /// `target` has 16 bits, `kind` has 8.
    ///
    /// - Complexity: O(1), apart from the priority queue.
    @inlinable
    @discardableResult
    public func schedule(on lane: Lane, target: UInt32, kind: UInt32, payload: UInt64) -> TimerHandle {
        core.pointee.schedule(on: lane, target: target, kind: kind, payload: payload)
    }

    /// Cancels an event: it will not be handled, nor appear in any count or digest.
    ///
    /// - Returns: false when it has been handled or cancelled before.
    /// - Complexity: O(1). In a lane the event is gone at once; in the priority queue its entry stays behind for a while.
    @inlinable
    @discardableResult
    public func cancel(_ timer: TimerHandle) -> Bool { core.pointee.cancel(timer) }

    /// Whether the event is still going to be handled.
    @inlinable
    public func isPending(_ timer: TimerHandle) -> Bool { core.pointee.isPending(timer) }
}
