// SPDX-License-Identifier: GPL-3.0-or-later

public struct StageSummary: Codable, Equatable, Sendable {
    /// Messages taken from the topic, redeliveries included, and messages done.
    public var consumed, redelivered, completed, deadLettered: Int64
    /// From the append to the topic until done.
    public var latency: LatencySummary
    /// Mean share of slots in use while the load lasted.
    public var utilisation: Double
    /// Of a stage with a `work` step.
    public var jobs: JobSummary?

    public init(
        consumed: Int64, redelivered: Int64, completed: Int64, deadLettered: Int64, latency: LatencySummary,
        utilisation: Double, jobs: JobSummary? = nil
    ) {
        self.consumed = consumed
        self.redelivered = redelivered
        self.completed = completed
        self.deadLettered = deadLettered
        self.latency = latency
        self.utilisation = utilisation
        self.jobs = jobs
    }
}
