// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Why `Kernel.run(until:)` returned.
public enum KernelStop: Equatable, Sendable {
    /// Every event at or before the instant asked for has been handled, later ones are pending; the clock shows that instant.
    case reached
    /// Nothing is pending any more; the clock shows the last event.
    case idle
    /// The run's limit of events has been handled.
    case eventLimit
    /// `PauseRequest.pause()` was called; the clock shows the last event.
    case paused
    /// More events than allowed happened at one instant; the component is the one whose event was next.
    case livelock(at: Instant, component: String)
}
