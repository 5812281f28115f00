// SPDX-License-Identifier: GPL-3.0-or-later
import GaleKernel
import GalePrimitives

/// A world as a run sees it: something that can be advanced, finished and read.
package protocol RunningWorld: AnyObject {
    var now: Instant { get }
    /// End of the load plus the drain.
    var end: Instant { get }
    var eventCount: UInt64 { get }
    /// Inserts and removals on the priority queue.
    var queueOperationCount: UInt64 { get }
    var laneOperationCount: UInt64 { get }
    /// Notifications submitted so far, unsettled now, and the most that were unsettled at once.
    var submittedCount: Int64 { get }
    var unsettledCount: Int64 { get }
    var peakUnsettledCount: Int64 { get }
    /// Messages in all topics that no stage has taken.
    var backlogCount: Int64 { get }
    /// 32 hexadecimal digits each.
    var trajectoryDigest: String { get }
    var outcomeDigest: String { get }
    var source: any MeasurementSource { get }

    /// Makes `step` return early, from another thread; nil: nothing does.
    var pauser: PauseRequest? { get }

    func step(until instant: Instant) -> RunStep
    /// What is unfinished becomes *in flight*.
    func finish()
}

extension RunningWorld {
    package var pauser: PauseRequest? { nil }
}

/// How far a step came.
package enum RunStep: Equatable, Sendable {
    case reached
    /// The load is over and nothing is unsettled.
    case drained
    /// The pause request was called: it has not reached the instant.
    case paused
    /// A limit of the kernel or a livelock, in words.
    case stopped(String)
}
