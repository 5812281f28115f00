// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// A place of a worker where one task at a time is worked on.
struct WorkSlot {
    var place = Place.away
    /// Changes when the worker dies or breaks its work off: what is under way for the life before is void.
    var epoch: UInt32 = 0
    /// The message of the task that it holds.
    var message: UInt32 = 0
    var lease = Lease(task: TaskID(rawValue: 0), reference: 0, token: 0, expires: .zero, attempt: 0)
    /// The attempt ends with a failure.
    var fails = false
    /// It has been told that its lease is gone, while it was paused.
    var isStopped = false
    /// When the worker has, or had, the task.
    var starts: Int64 = 0
    /// When the work ends; when it was reported in vain, when it is reported again. 0: neither.
    var finishes: Int64 = 0
    /// When the next heartbeat is due; 0: none is.
    var beats: Int64 = 0
    /// Messages that it has sent about this task: they name draws.
    var sent: UInt64 = 0

    enum Place: UInt8, BitwiseCopyable {
        /// The table does not know of it.
        case away
        /// It asks for a task, and the table has heard of it.
        case asking
        case working
        /// The work is done; the table is being told.
        case reporting
    }

    var isHolding: Bool { place == .working || place == .reporting }
}

/// A process with slots.
struct JobWorker {
    var isAlive = true
    var isPaused = false
    var pausedAt: Int64 = 0
    /// Fault in force on it, or -1.
    var fault = -1
}
