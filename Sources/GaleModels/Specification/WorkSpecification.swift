// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

/// The work of a multi-tenant worker platform: a stage whose messages are tasks in a `JobTable`, which its replicas lease.
public struct WorkSpecification: Sendable {
    /// Time of one attempt.
    public var duration: DistributionSpecification
    /// Share of attempts that fail at their end, in millionths.
    public var failureMicros: Int64
    public var policy: JobPolicy
    /// Between two heartbeats of a worker that has a lease; nil: it sends none.
    public var heartbeat: Interval?
    /// The schedule of its delays; nothing else of it counts.
    public var retry: RetryPolicy
    public var unique: UniqueKey
    /// Whether tenants take turns (`FairQueue`); otherwise tasks go out as they come.
    public var isFair: Bool
    /// Whether what the work writes to refuses a token older than it has seen, so that only the holder of the lease has an
    /// effect. Otherwise whoever finishes has one.
    public var isFenced: Bool
    public var whenFenced: WhenFenced
    /// The path between workers and table; nil: a local one of 250 µs.
    public var link: Int?

    /// Which tasks count as the same.
    public enum UniqueKey: String, CaseIterable, Sendable {
        case none
        /// The same message, submitted again.
        case message
        /// Any of the same recipient: what another task already stands for is suppressed.
        case recipient
    }

    /// What a worker does that hears that its lease is gone.
    public enum WhenFenced: String, CaseIterable, Sendable {
        case stop
        /// It goes on to the end, as work that can't be broken off does.
        case finish
    }

    public init(
        duration: DistributionSpecification, failureMicros: Int64 = 0, policy: JobPolicy = JobPolicy(),
        heartbeat: Interval? = .seconds(10), retry: RetryPolicy = RetryPolicy(.sidekiq), unique: UniqueKey = .message,
        isFair: Bool = true, isFenced: Bool = true, whenFenced: WhenFenced = .stop, link: Int? = nil
    ) {
        self.duration = duration
        self.failureMicros = failureMicros
        self.policy = policy
        self.heartbeat = heartbeat
        self.retry = retry
        self.unique = unique
        self.isFair = isFair
        self.isFenced = isFenced
        self.whenFenced = whenFenced
        self.link = link
    }
}
