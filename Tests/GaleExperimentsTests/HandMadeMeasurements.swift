// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleMeasurement
import GaleModels
import GalePrimitives

/// Measurements written by hand: messages by their intended second, everything else as given. Slots of one second.
final class HandMadeMeasurements: MeasurementSource {
    struct Message {
        var sent: Instant
        var channel: Channel
        /// nil: undelivered.
        var latency: Interval?
        var attempts: Int64
    }

    let slot = Interval.seconds(1)
    var slotCount: Int
    var phaseSpans: [Range<Instant>]
    /// By the second they are meant to be sent in.
    private var bySecond: [Int: [Message]] = [:]
    var messages: [Message] {
        get { bySecond.keys.sorted().flatMap { bySecond[$0]! } }
        set { bySecond = Dictionary(grouping: newValue) { Int($0.sent.nanoseconds / 1_000_000_000) } }
    }
    /// Highest backlog by topic and slot.
    var backlogs: [Int: [Int64]] = [:]
    var providerAttempts: [Int: [(attempts: Int64, errors: Int64, timeouts: Int64)]] = [:]
    var deliveries: [Int64] = []
    /// In the system at the end of each slot.
    var waiting: [Int64] = []
    var changed: [Int: Int64] = [:]
    /// Of every stage.
    var busyNanoseconds: UInt64 = 0
    /// Added to every ledger's `lost`, to unbalance it.
    var unexplained: Int64 = 0

    /// - Parameter cuts: seconds at which a phase ends.
    init(seconds: Int, cuts: [Int64] = []) {
        slotCount = seconds
        let borders = [0] + cuts + [Int64(seconds)]
        phaseSpans = zip(borders, borders.dropFirst()).map { .zero + .seconds($0)..<(.zero + .seconds($1)) }
    }

    /// Messages at every second of a range.
    func send(
        _ count: Int = 10, in seconds: Range<Int>, channel: Channel = .push, latency: Interval?, attempts: Int64 = 1
    ) {
        for second in seconds {
            for _ in 0..<count {
                let sent = Instant.zero + .seconds(Int64(second)) + .milliseconds(500)
                bySecond[second, default: []].append(
                    Message(sent: sent, channel: channel, latency: latency, attempts: attempts))
            }
        }
    }

    private func messages(in span: Range<Instant>) -> [Message] {
        let first = Int(span.lowerBound.nanoseconds / 1_000_000_000)
        let end = Int(span.upperBound.nanoseconds / 1_000_000_000)
        return (first..<end).flatMap { bySecond[$0] ?? [] }
    }

    private func messages(in span: Range<Instant>, channel: Int) -> [Message] {
        messages(in: span).filter { Int($0.channel.rawValue) == channel }
    }

    private func span(ofSlot slot: Int) -> Range<Instant> {
        .zero + .seconds(Int64(slot))..<(.zero + .seconds(Int64(slot + 1)))
    }

    private func ledger(_ messages: [Message]) -> Ledger {
        let delivered = Int64(messages.count { $0.latency != nil })
        let submitted = Int64(messages.count)
        return Ledger(submitted: submitted, delivered: delivered, expired: submitted - delivered, lost: unexplained)
    }

    private func histogram(_ messages: [Message], bits: Int) -> Histogram {
        let histogram = Histogram(subBucketBits: bits, expecting: 1_000_000...10_000_000_000)
        for message in messages { if let latency = message.latency { histogram.record(latency.nanoseconds) } }
        return histogram
    }

    func ledger(phase: Int, channel: Int) -> Ledger { ledger(messages(in: phaseSpans[phase], channel: channel)) }
    func ledger(slot: Int, channel: Int) -> Ledger { ledger(messages(in: span(ofSlot: slot), channel: channel)) }

    func latencySamples(_ subject: MeasuredSubject, phase: Int) -> Histogram {
        guard case .channel(let channel) = subject else { return Histogram() }
        return histogram(messages(in: phaseSpans[phase], channel: channel), bits: 8)
    }

    func latencySamples(_ subject: MeasuredSubject, slot: Int) -> Histogram? {
        guard case .channel(let channel) = subject else { return nil }
        let samples = histogram(messages(in: span(ofSlot: slot), channel: channel), bits: 5)
        return samples.isEmpty ? nil : samples
    }

    private func attempts(in span: Range<Instant>) -> (attempts: Int64, messages: Int64) {
        let needing = messages(in: span).filter { $0.attempts > 0 }
        return (needing.reduce(0) { $0 + $1.attempts }, Int64(needing.count))
    }

    func throughput(channel: Int, slot: Int) -> Int64 {
        channel == 0 && deliveries.indices.contains(slot) ? deliveries[slot] : 0
    }

    func attempts(provider: Int, slot: Int) -> (attempts: Int64, errors: Int64, timeouts: Int64) {
        providerAttempts[provider].map { $0[slot] } ?? (0, 0, 0)
    }

    func attemptsAndMessages(phase: Int) -> (attempts: Int64, messages: Int64) { attempts(in: phaseSpans[phase]) }
    func attemptsAndMessages(slot: Int) -> (attempts: Int64, messages: Int64) { attempts(in: span(ofSlot: slot)) }

    func backlog(topic: Int, slot: Int) -> (last: Int64, highest: Int64) {
        let value = backlogs[topic]?[slot] ?? 0
        return (value, value)
    }

    func storeCalls(store: Int, slot: Int) -> (calls: Int64, errors: Int64) { (0, 0) }
    let latencyPlaces = ["broker", "provider"]
    func spans(channel: Int) -> [Int64] { [1_000_000, 3_000_000] }
    func answers(provider: Int) -> [(text: String, count: Int64)] { [("200", 7), ("503 ServiceUnavailable", 2)] }
    func providerTotals(_ provider: Int) -> ProviderTotals { ProviderTotals(attempts: 9, accepted: 7, errors: 2) }
    var misordered: Int64? { nil }
    func jobs(stage: Int) -> JobFigures? { nil }

    func stageTotals(_ stage: Int) -> StageTotals {
        StageTotals(consumed: 10, completed: 10, busyNanoseconds: busyNanoseconds)
    }
    func unsettled(slot: Int) -> Int64 { waiting.indices.contains(slot) ? waiting[slot] : 0 }
    func decisionsChanged(fault: Int) -> Int64 { changed[fault] ?? 0 }
}
