// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives

/// What became of a stage's tasks.
public struct JobSummary: Codable, Equatable, Sendable {
    /// Tasks taken, and submissions refused because a live task had their unique key.
    public var enqueued, refused: Int64
    public var leases, heartbeats: Int64
    /// Leases that ran out.
    public var leasesLost: Int64
    /// Heartbeats and ends of work of those who no longer had the lease; of them, work that was finished and refused.
    public var fenced, fencedCompletions: Int64
    /// Work that was finished without the lease, and counted.
    public var unfencedCompletions: Int64
    public var retries, completed, dead, expired: Int64
    /// Tenants of which a task was started.
    public var tenants: Int
    /// Mean seconds from submission to first start: of the tenant in the middle, and of the one that waited longest. nil: none.
    public var waitOfMedianTenant, waitOfWorstTenant: Double?
    /// The five with the most tasks.
    public var heaviest: [Tenant]

    public struct Tenant: Codable, Equatable, Sendable {
        public var tenant: UInt32
        public var started: Int64
        /// Seconds.
        public var meanWait: Double
    }

    init(_ figures: JobFigures) {
        enqueued = figures.enqueued
        refused = figures.refused
        leases = figures.leases
        heartbeats = figures.heartbeats
        leasesLost = figures.leasesLost
        fenced = figures.fenced
        fencedCompletions = figures.fencedCompletions
        unfencedCompletions = figures.unfencedCompletions
        retries = figures.retries
        completed = figures.completed
        dead = figures.dead
        expired = figures.expired
        let all = figures.tenants.map {
            Tenant(
                tenant: $0.tenant, started: $0.started,
                meanWait: Interval(nanoseconds: $0.waited / $0.started).seconds)
        }
        let waits = all.map(\.meanWait).sorted()
        tenants = all.count
        waitOfMedianTenant = waits.isEmpty ? nil : waits[(waits.count - 1) / 2]
        waitOfWorstTenant = waits.last
        heaviest = Array(all.sorted { ($1.started, $0.tenant) < ($0.started, $1.tenant) }.prefix(5))
    }
}
