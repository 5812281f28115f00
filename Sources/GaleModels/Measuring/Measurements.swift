// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GalePrimitives

/// What a world has measured, read by place and name. Counters are integers; nothing here is derived.
///
/// Two clocks: *by intended send time* puts a message into the phase and slot in which it was meant to be sent, whatever
/// happened when; *by the clock* puts an event where it happened.
public final class Measurements {
    /// Whose latency: a channel by `Channel.rawValue`, a stage or a provider by its place in the specification.
    public enum Subject: Equatable, Sendable {
        case channel(Int)
        case stage(Int)
        case provider(Int)
    }

    /// A stretch of the time line between two boundaries: the starts and ends of faults.
    public struct Phase: Equatable, Sendable {
        public let start: Instant
        public let end: Instant
    }

    /// Length of a slot: the least of 1, 2, 5, 10, … s with which a run has at most 1,200.
    public let slot: Interval
    public let phases: [Phase]
    let recorder: Recorder
    let parts: WorldParts
    let stageCount: Int
    let dialects: [ProviderDialect]
    let faultDecisions: UnsafeMutablePointer<Int64>
    var end: Instant
    var orderLog: OrderLog?
    let violationLog = ViolationLog()

    init(_ specification: WorldSpecification, faultDecisions: UnsafeMutablePointer<Int64>, parts: WorldParts) {
        let length = specification.duration + specification.drain
        slot = Self.slotLength(for: length)
        phases = Self.phases(of: specification.faults, end: .zero + length)
        stageCount = specification.stages.count
        dialects = specification.providers.map(\.profile.dialect)
        self.faultDecisions = faultDecisions
        self.parts = parts
        end = .zero
        recorder = Recorder(
            slots: Int(length.nanoseconds / slot.nanoseconds) + 2, slot: slot, phases: phases,
            stages: specification.stages.count, providers: specification.providers.count,
            stores: specification.stores.count, topics: specification.topics.count)
    }

    /// Histograms read from here are handles: they are valid as long as this is.
    deinit {
        recorder.deallocate()
        faultDecisions.deallocate()
    }

    private static func slotLength(for length: Interval) -> Interval {
        var seconds: Int64 = 1
        while length.nanoseconds / (seconds * 1_000_000_000) > 1_200 { seconds = nextLength(after: seconds) }
        return .seconds(seconds)
    }

    private static func nextLength(after seconds: Int64) -> Int64 {
        var magnitude: Int64 = 1
        while magnitude * 10 <= seconds { magnitude *= 10 }
        switch seconds / magnitude {
        case 1: return 2 * magnitude
        case 2: return 5 * magnitude
        default: return 10 * magnitude
        }
    }

    private static func phases(of faults: [FaultSpecification], end: Instant) -> [Phase] {
        var cuts: Set<Int64> = [0]
        for fault in faults {
            cuts.insert(fault.at.nanoseconds)
            cuts.insert((fault.at + fault.length).nanoseconds)
        }
        let sorted = cuts.sorted().filter { $0 < end.nanoseconds }
        return sorted.enumerated().map { place, start in
            let next = place + 1 < sorted.count ? sorted[place + 1] : end.nanoseconds
            return Phase(start: Instant(nanoseconds: start), end: Instant(nanoseconds: next))
        }
    }

    /// Slots through the end that the run has reached, and through the last submission: a workload looks ahead by a
    /// millisecond, so that a limit may end a run before the intended send time of what has been submitted.
    public var slotCount: Int {
        let most = recorder.state.pointee.slotCount
        let reached = min(Int((end.nanoseconds + slot.nanoseconds - 1) / slot.nanoseconds), most)
        let isAhead =
            reached < most && (0..<Recorder.channels).contains { ledger(slot: reached, channel: $0).submitted > 0 }
        return isAhead ? reached + 1 : reached
    }
}

extension Measurements {
    /// By intended send time.
    public func ledger(phase: Int, channel: Int) -> Ledger {
        ledger(recorder.state.pointee.phaseCounters + (phase * Recorder.channels + channel) * Recorder.Entry.count)
    }

    /// By intended send time.
    public func ledger(slot: Int, channel: Int) -> Ledger {
        ledger(recorder.state.pointee.slotCounters + (slot * Recorder.channels + channel) * Recorder.Entry.count)
    }

    private func ledger(_ block: UnsafeMutablePointer<Int64>) -> Ledger {
        func value(_ entry: Recorder.Entry) -> Int64 { block[entry.rawValue] }
        return Ledger(
            submitted: value(.submitted), delivered: value(.delivered), deliveredLate: value(.deliveredLate),
            expired: value(.expired), suppressed: value(.suppressed), deadLettered: value(.deadLettered),
            shed: value(.shed), lost: value(.lost), inFlight: value(.inFlight), duplicates: value(.duplicates))
    }

    /// Attempts, and messages that needed one: by intended send time.
    public func attemptsAndMessages(phase: Int) -> (attempts: Int64, messages: Int64) {
        attempts(recorder.state.pointee.phaseCounters + phase * Recorder.channels * Recorder.Entry.count)
    }

    public func attemptsAndMessages(slot: Int) -> (attempts: Int64, messages: Int64) {
        attempts(recorder.state.pointee.slotCounters + slot * Recorder.channels * Recorder.Entry.count)
    }

    private func attempts(_ blocks: UnsafeMutablePointer<Int64>) -> (attempts: Int64, messages: Int64) {
        var sum: (attempts: Int64, messages: Int64) = (0, 0)
        for channel in 0..<Recorder.channels {
            sum.attempts += blocks[channel * Recorder.Entry.count + Recorder.Entry.attempts.rawValue]
            sum.messages += blocks[channel * Recorder.Entry.count + Recorder.Entry.attempted.rawValue]
        }
        return sum
    }

    private func place(of subject: Subject) -> Int {
        switch subject {
        case .channel(let channel): channel
        case .stage(let stage): Recorder.channels + stage
        case .provider(let provider): Recorder.channels + stageCount + provider
        }
    }

    /// Nanoseconds, by intended send time, to within 1/256. Complete as of the call.
    public func latency(_ subject: Subject, phase: Int) -> Histogram {
        recorder.fillHistograms()
        return recorder.state.pointee.phaseLatency[place(of: subject) * recorder.state.pointee.phaseCount + phase]
    }

    /// Nanoseconds, by intended send time, to within 1/32; nil: no sample. Complete as of the call.
    public func latency(_ subject: Subject, slot: Int) -> Histogram? {
        recorder.fillHistograms()
        return recorder.state.pointee.slotLatency[place(of: subject) * recorder.state.pointee.slotCount + slot]
    }

    /// Deliveries by the clock.
    public func throughput(channel: Int, slot: Int) -> Int64 {
        recorder.state.pointee.throughput[slot * Recorder.channels + channel]
    }

    /// By the clock.
    public func attempts(provider: Int, slot: Int) -> (attempts: Int64, errors: Int64, timeouts: Int64) {
        let counts = recorder.state.pointee.providerSlots[slot * recorder.state.pointee.providerCount + provider]
        return (counts.attempts, counts.errors, counts.timeouts)
    }

    /// Messages in a topic that its stage has not begun: at the end of the slot, and the most in it (sampled every 100 ms).
    public func backlog(topic: Int, slot: Int) -> (last: Int64, highest: Int64) {
        recorder.state.pointee.backlogs[slot * recorder.state.pointee.topicCount + topic]
    }

    /// Notifications submitted and not settled at the end of the slot.
    public func unsettled(slot: Int) -> Int64 { recorder.state.pointee.unsettled[slot] }

    /// By the clock.
    public func storeCalls(store: Int, slot: Int) -> (calls: Int64, errors: Int64) {
        recorder.state.pointee.storeSlots[slot * recorder.state.pointee.storeCount + store]
    }

    /// Names of the places where a message's time goes, in the order of `spans(channel:)`.
    public static let spanNames = [
        "broker", "waiting for a worker", "work", "store", "rate limit", "network", "provider", "backoff",
    ]

    /// Nanoseconds that delivered notifications spent in each place; they sum to the sum of their latencies, within 4 µs each.
    public func spans(channel: Int) -> [Int64] {
        (0..<Self.spanNames.count).map {
            // The broker's comes first in the names and last in the records.
            recorder.state.pointee.spans[channel * Self.spanNames.count + ($0 + 7) % 8] * Message.tickNanoseconds
        }
    }

    /// What a provider answered, in its own words, sorted by text.
    public func answers(provider: Int) -> [(text: String, count: Int64)] {
        let first = recorder.state.pointee.answers + provider * Recorder.answerCapacity
        let answers: [(text: String, count: Int64)] = (0..<Recorder.answerCapacity).compactMap {
            let answer = first[$0]
            guard answer.count > 0 else { return nil }
            let text = Reason(rawValue: answer.reason).text
            let status = answer.status == 0 ? "" : String(answer.status)
            let words = [status, text].filter { !$0.isEmpty }.joined(separator: " ")
            return (words, answer.count)
        }
        return answers.sorted { $0.text < $1.text }
    }

    public func provider(_ place: Int) -> (attempts: Int64, accepted: Int64, errors: Int64, timeouts: Int64) {
        let counts = recorder.state.pointee.providerTotals[place]
        return (counts.attempts, counts.accepted, counts.errors, counts.timeouts)
    }

    /// `busyNanoseconds`: slots in use, integrated over the time of the load.
    public func stage(
        _ place: Int
    ) -> (consumed: Int64, redelivered: Int64, completed: Int64, deadLettered: Int64, busyNanoseconds: UInt64) {
        let stage = parts.stages[place].state
        return (
            stage.pointee.consumed, stage.pointee.redelivered, stage.pointee.completed, stage.pointee.deadLettered,
            UInt64(bitPattern: stage.pointee.busy)
        )
    }

    /// Deliveries after that of a later notification of the same recipient; nil: no workload is ordered.
    public var misordered: Int64? { orderLog?.misordered }

    /// Invariants that did not hold, one entry for each cause.
    public var violations: [Violation] { violationLog.violations }

    /// What became of a stage's tasks; nil: it has no `work` step.
    public func jobs(stage: Int) -> JobFigures? { parts.stages[stage].pool?.summary }

    /// Decisions that would have been others without the fault; 0: it was inert.
    public func decisionsChanged(fault: Int) -> Int64 { faultDecisions[fault] }
}
