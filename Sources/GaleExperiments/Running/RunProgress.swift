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

    public init(
        now: Instant, loadEnds: Instant, end: Instant, wallSeconds: Double, submitted: Int64, unsettled: Int64,
        backlog: Int64, events: UInt64
    ) {
        self.now = now
        self.loadEnds = loadEnds
        self.end = end
        self.wallSeconds = wallSeconds
        self.submitted = submitted
        self.unsettled = unsettled
        self.backlog = backlog
        self.events = events
    }
}
