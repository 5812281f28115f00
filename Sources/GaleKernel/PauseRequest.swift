// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Asks a running kernel from another thread to return after the event that it is at: for limits that no count of events
/// keeps, such as memory and wall time, when a few events can do a great deal of work.
public final class PauseRequest: Sendable {
    /// The number of events at which the run returns. The kernel reads it once an event: beside the limit of events it needs
    /// no second comparison.
    let bound = Atomic<UInt64>(.max)

    init() {}

    /// The run returns `.paused`, unless it ends at the same time for another reason. A later run goes on.
    public func pause() { bound.store(0, ordering: .relaxed) }
}
