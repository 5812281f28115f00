// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What became of the tasks of a stage that works.
public struct JobFigures: Equatable, Sendable {
    /// Tasks taken, and submissions refused because a live task had their unique key.
    public var enqueued: Int64 = 0
    public var refused: Int64 = 0
    public var leases: Int64 = 0
    public var heartbeats: Int64 = 0
    /// Leases that ran out.
    public var leasesLost: Int64 = 0
    /// Words of workers that no longer had the lease, heartbeats among them.
    public var fenced: Int64 = 0
    /// Of those: work that was finished, and refused.
    public var fencedCompletions: Int64 = 0
    /// Work that was finished without the lease and had its effect all the same.
    public var unfencedCompletions: Int64 = 0
    public var retries: Int64 = 0
    public var completed: Int64 = 0
    public var dead: Int64 = 0
    /// Cancelled because nobody wanted them any more when their turn came.
    public var expired: Int64 = 0
    /// In the order of their numbers.
    public var tenants: [Tenant] = []

    public init() {}

    public struct Tenant: Equatable, Sendable {
        public var tenant: UInt32
        /// Tasks that were started.
        public var started: Int64
        /// From their submission to the pool until their first start, nanoseconds in all.
        public var waited: Int64
    }
}
