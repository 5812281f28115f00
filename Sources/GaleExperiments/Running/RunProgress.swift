// SPDX-License-Identifier: GPL-3.0-or-later
import GalePrimitives

/// How far a run has come; given after every slice.
public struct RunProgress: Equatable, Sendable {
    /// Simulated time.
    public var now: Instant
    /// End of the load, and end of the drain if it takes all its time.
    public var loadEnds, end: Instant
    /// Since the run began.
    public var wallSeconds: Double
    public var submitted, unsettled, backlog: Int64
    public var events: UInt64
}
