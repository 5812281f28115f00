// SPDX-License-Identifier: Apache-2.0

/// Chains that wait for the same thing, first in first out, linked through `Chain.next`, with one wake for all of them.
struct WaitQueue {
    static let none: UInt32 = .max

    var head: UInt32 = none
    var tail: UInt32 = none
    /// Chains in the list, those settled meanwhile included.
    var count: Int = 0
    /// Chains that left it towards a slot and haven't been granted one: what they need is kept for them.
    var promised: Int = 0
    /// When its wake will come, in nanoseconds; `Int64.max`: none was asked for.
    var wakeAt: Int64 = .max
    /// Number of the wake asked for last: earlier ones are stale.
    var wakeSequence: UInt32 = 0
}
