// SPDX-License-Identifier: Apache-2.0

/// What a kernel may do, and how it breaks ties.
public struct KernelOptions: Equatable, Sendable {
    /// How the priority queue keeps its events. The order of events is the same with each.
    public enum Queue: Equatable, Sendable {
        /// One 4-ary heap.
        case heap
        /// A sorted array while few events are pending, and otherwise a ladder.
        case ladder
    }

    /// The most events that may happen at one instant.
    public var eventsPerInstant: UInt64 = 20_000_000
    /// The most events that may happen in all.
    public var events: UInt64 = .max
    public var tieBreak: TieBreak = .fifo
    public var queue: Queue = .ladder

    public init() {}
}
