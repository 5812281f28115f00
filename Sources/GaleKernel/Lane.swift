// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Names a first-in-first-out lane: the events that are due a constant delay after they are scheduled.
///
/// Obtained from `Scheduler.lane(for:)`; valid for the kernel that gave it.
@frozen
public struct Lane: Equatable, BitwiseCopyable, Sendable {
    /// The constant delay.
    public let delay: Interval
    /// The lane's own node.
    @usableFromInline let node: UInt32

    @inlinable
    init(delay: Interval, node: UInt32) {
        self.delay = delay
        self.node = node
    }
}
