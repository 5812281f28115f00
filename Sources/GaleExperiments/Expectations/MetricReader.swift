// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Reads metrics from measurements.
package struct MetricReader {
    package let source: any MeasurementSource
    package let specification: WorldSpecification

    package init(source: any MeasurementSource, specification: WorldSpecification) {
        self.source = source
        self.specification = specification
    }

    /// A count whose bound is a share is read as a share of what was submitted.
    package func read(_ comparison: Expectation.Comparison, over selection: Selection) -> Reading {
        switch comparison.metric {
        case .count(let entry, let subject):
            return count(entry, of: subject, asShare: comparison.bound.isShare, over: selection)
        case .amplification:
            let sum = attemptsAndMessages(over: selection)
            return sum.messages == 0 ? .notMeasured : .value(Double(sum.attempts) / Double(sum.messages))
        case .attempts(let provider):
            guard !selection.slots.isEmpty else { return .notMeasured }
            let attempts = attempts(at: provider, over: selection).attempts
            return .value(Double(attempts))
        case .errors(let provider):
            let sum = attempts(at: provider, over: selection)
            return sum.attempts == 0 ? .notMeasured : .value(Double(sum.errors) / Double(sum.attempts))
        case .quantile(let quantile, let subject):
            return latency(of: subject, over: selection) { samples, infinite in
                samples.value(atQuantile: quantile, plusInfinite: infinite).map { Double($0) / 1e9 }
            }
        case .mean(let subject):
            return latency(of: subject, over: selection) { $1 > 0 ? nil : $0.mean.map { $0 / 1e9 } }
        case .maximum(let subject):
            return latency(of: subject, over: selection) { $1 > 0 ? nil : $0.max.map { Double($0) / 1e9 } }
        case .backlog(let topic):
            let highest = selection.slots.map { source.backlog(topic: topic, slot: $0).highest }.max()
            return highest.map { .value(Double($0)) } ?? .notMeasured
        case .throughput:
            return throughput(over: selection)
        case .misordered: return source.misordered.map { .value(Double($0)) } ?? .notMeasured
        case .spent(let provider):
            return source.spent(provider: provider, in: specification).map { .value($0) } ?? .notMeasured
        case .jobs(let entry, let stage):
            guard let jobs = source.jobs(stage: stage) else { return .notMeasured }
            return .value(Double(jobs.count(of: entry)))
        }
    }

    // MARK: Counts

    private func count(
        _ entry: Expectation.LedgerEntry, of subject: Expectation.LatencySubject, asShare: Bool,
        over selection: Selection
    ) -> Reading {
        let ledger = ledger(of: channels(of: subject), over: selection)
        // Nothing submitted proves nothing about the fate of what is submitted.
        if ledger.submitted == 0 && (entry != .submitted || asShare) { return .notMeasured }
        let count = Double(ledger.count(of: entry))
        return .value(asShare ? count / Double(ledger.submitted) : count)
    }

    package func ledger(of channels: [Int], over selection: Selection) -> Ledger {
        var sum = Ledger()
        for channel in channels {
            if let phases = selection.phases {
                for phase in phases { sum += source.ledger(phase: phase, channel: channel) }
            } else {
                for slot in selection.slots { sum += source.ledger(slot: slot, channel: channel) }
            }
        }
        return sum
    }

    private func attemptsAndMessages(over selection: Selection) -> (attempts: Int64, messages: Int64) {
        var sum: (attempts: Int64, messages: Int64) = (0, 0)
        func add(_ part: (attempts: Int64, messages: Int64)) {
            sum.attempts += part.attempts
            sum.messages += part.messages
        }
        if let phases = selection.phases {
            for phase in phases { add(source.attemptsAndMessages(phase: phase)) }
        } else {
            for slot in selection.slots { add(source.attemptsAndMessages(slot: slot)) }
        }
        return sum
    }

    private func attempts(at provider: Int?, over selection: Selection) -> (attempts: Int64, errors: Int64) {
        var sum: (attempts: Int64, errors: Int64) = (0, 0)
        let providers = provider.map { $0..<$0 + 1 } ?? specification.providers.indices
        for provider in providers {
            for slot in selection.slots {
                let part = source.attempts(provider: provider, slot: slot)
                sum.attempts += part.attempts
                sum.errors += part.errors
            }
        }
        return sum
    }

    /// Deliveries per second of the clock, while the load lasted.
    private func throughput(over selection: Selection) -> Reading {
        let load = Selection.startedSlots(in: specification.duration, source.slot)
        let slots = selection.slots.clamped(to: 0..<max(0, load))
        guard !slots.isEmpty else { return .notMeasured }
        var delivered: Int64 = 0
        for channel in Channel.allCases {
            for slot in slots { delivered += source.throughput(channel: Int(channel.rawValue), slot: slot) }
        }
        return .value(Double(delivered) / (Double(slots.count) * source.slot.seconds))
    }

    // MARK: Latency

    /// Undelivered messages count as infinite; a stage and a provider have none.
    private func latency(
        of subject: Expectation.LatencySubject, over selection: Selection, _ read: (Histogram, Int64) -> Double?
    ) -> Reading {
        let samples = samples(of: subject.measured, over: selection)
        defer { samples.deallocate() }
        let infinite = ledger(of: channels(of: subject), over: selection).undelivered
        if samples.isEmpty && infinite == 0 { return .notMeasured }
        return read(samples, infinite).map { .value($0) } ?? .infinite
    }

    /// Everything recorded about the subjects, merged; the caller deallocates it.
    package func samples(of subjects: [MeasuredSubject], over selection: Selection) -> Histogram {
        var merged: Histogram?
        func add(_ part: Histogram) {
            let target = merged ?? Histogram(subBucketBits: part.subBucketBits)
            target.merge(part)
            merged = target
        }
        for subject in subjects {
            if let phases = selection.phases {
                for phase in phases { add(source.latencySamples(subject, phase: phase)) }
            } else {
                for slot in selection.slots {
                    if let part = source.latencySamples(subject, slot: slot) { add(part) }
                }
            }
        }
        return merged ?? Histogram(subBucketBits: 8)
    }

    private func channels(of subject: Expectation.LatencySubject) -> [Int] {
        switch subject {
        case .all: Channel.allCases.map { Int($0.rawValue) }
        case .channel(let channel): [channel]
        case .stage, .provider: []
        }
    }
}

extension Expectation.LatencySubject {
    /// What is measured of it: every channel of all messages.
    var measured: [MeasuredSubject] {
        switch self {
        case .all: Channel.allCases.map { .channel(Int($0.rawValue)) }
        case .channel(let channel): [.channel(channel)]
        case .stage(let stage): [.stage(stage)]
        case .provider(let provider): [.provider(provider)]
        }
    }
}

extension Expectation.Bound {
    var isShare: Bool {
        switch self {
        case .share, .ratio: true
        case .count, .interval: false
        }
    }
}

extension JobFigures {
    func count(of entry: Expectation.JobEntry) -> Int64 {
        switch entry {
        case .leases: leases
        case .leasesLost: leasesLost
        case .fenced: fencedCompletions
        case .refused: refused
        }
    }
}

extension Ledger {
    func count(of entry: Expectation.LedgerEntry) -> Int64 {
        switch entry {
        case .submitted: submitted
        case .delivered: delivered
        case .late: deliveredLate
        case .expired: expired
        case .suppressed: suppressed
        case .shed: shed
        case .lost: lost
        case .duplicates: duplicates
        case .undelivered: undelivered
        case .deadLettered: deadLettered
        case .inFlight: inFlight
        }
    }
}
