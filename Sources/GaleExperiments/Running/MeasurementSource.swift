// SPDX-License-Identifier: GPL-3.0-or-later
import GaleMeasurement
import GaleModels
import GalePrimitives

/// What expectations and results are read from: a world's measurements, or hand-made ones in a test.
///
/// Everything is counted either by *intended send time* (ledgers, latencies, attempts per message) or by the *clock*
/// (throughput, attempts at a provider, backlog, store calls). Channels go by `Channel.rawValue`; stages, providers, topics,
/// stores and faults by their index in the specification.
package protocol MeasurementSource {
    /// Length of one slot of every series.
    var slot: Interval { get }
    /// Slots through the end reached.
    var slotCount: Int { get }
    /// The time line, cut at every fault's start and end; in order, without gaps.
    var phaseSpans: [Range<Instant>] { get }

    func ledger(phase: Int, channel: Int) -> Ledger
    func ledger(slot: Int, channel: Int) -> Ledger
    /// Latency of what was delivered (or done), in nanoseconds.
    func latencySamples(_ subject: MeasuredSubject, phase: Int) -> Histogram
    /// nil: the slot has no sample.
    func latencySamples(_ subject: MeasuredSubject, slot: Int) -> Histogram?
    /// Delivered notifications.
    func throughput(channel: Int, slot: Int) -> Int64
    func attempts(provider: Int, slot: Int) -> (attempts: Int64, errors: Int64, timeouts: Int64)
    /// Attempts, and the messages that needed one.
    func attemptsAndMessages(phase: Int) -> (attempts: Int64, messages: Int64)
    func attemptsAndMessages(slot: Int) -> (attempts: Int64, messages: Int64)
    func backlog(topic: Int, slot: Int) -> (last: Int64, highest: Int64)
    func storeCalls(store: Int, slot: Int) -> (calls: Int64, errors: Int64)

    /// The places where a delivered notification spends its latency.
    var latencyPlaces: [String] { get }
    /// Nanoseconds spent in each of them, summed over what was delivered.
    func spans(channel: Int) -> [Int64]
    func answers(provider: Int) -> [(text: String, count: Int64)]
    func providerTotals(_ provider: Int) -> ProviderTotals
    func stageTotals(_ stage: Int) -> StageTotals
    /// nil: no workload is ordered.
    var misordered: Int64? { get }
    /// nil: the stage has no `work` step.
    func jobs(stage: Int) -> JobFigures?
    func decisionsChanged(fault: Int) -> Int64
    /// Invariants that did not hold, as far as the world sees that itself.
    var violations: [Violation] { get }
    /// Notifications submitted and not settled at the end of a slot.
    func unsettled(slot: Int) -> Int64
}

extension MeasurementSource {
    package var violations: [Violation] { [] }
    package func unsettled(slot: Int) -> Int64 { 0 }
}

/// Whose latency.
package enum MeasuredSubject: Equatable, Sendable {
    case channel(Int), stage(Int), provider(Int)
}

package struct ProviderTotals: Equatable, Sendable {
    package var attempts, accepted, errors, timeouts: Int64

    package init(attempts: Int64 = 0, accepted: Int64 = 0, errors: Int64 = 0, timeouts: Int64 = 0) {
        self.attempts = attempts
        self.accepted = accepted
        self.errors = errors
        self.timeouts = timeouts
    }
}

package struct StageTotals: Equatable, Sendable {
    package var consumed, redelivered, completed, deadLettered: Int64
    /// Summed over all slots of all replicas.
    package var busyNanoseconds: UInt64

    package init(
        consumed: Int64 = 0, redelivered: Int64 = 0, completed: Int64 = 0, deadLettered: Int64 = 0,
        busyNanoseconds: UInt64 = 0
    ) {
        self.consumed = consumed
        self.redelivered = redelivered
        self.completed = completed
        self.deadLettered = deadLettered
        self.busyNanoseconds = busyNanoseconds
    }
}
