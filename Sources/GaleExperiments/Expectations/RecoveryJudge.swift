// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Decides whether a pipeline returned to its steady state after its last fault while the load stayed what it was.
///
/// A system is *metastable* when it stays in a bad state after the trigger is gone, because the bad state sustains itself
/// (Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021; Huang et al., "Metastable Failures in the Wild",
/// OSDI 2022). Here: when it is not steady again within a bound. Recovered is from when on nine of ten windows, the first of them
/// included, are steady until the load ends: one unlucky window takes nothing back, a relapse does.
package struct RecoveryJudge {
    /// Of the windows after recovery, so many must be steady.
    static let steadyShare = 0.9

    private let reader: MetricReader
    private let rule: RecoveryRule

    package init(reader: MetricReader, rule: RecoveryRule) {
        self.reader = reader
        self.rule = rule
    }

    private var source: any MeasurementSource { reader.source }
    private var specification: WorldSpecification { reader.specification }
    private var slotSeconds: Double { source.slot.seconds }
    /// Slots of a window.
    private var width: Int {
        max(1, Selection.startedSlots(in: ExpectationEvaluator.trailingWindow, source.slot))
    }
    /// Slots of the load; what follows is the drain.
    private var loadSlots: Int {
        min(source.slotCount, Selection.wholeSlots(in: specification.duration, source.slot))
    }

    /// nil: there was no fault.
    package func judge() -> RecoverySummary? {
        guard let first = specification.faults.map(\.at).min(),
            let last = specification.faults.max(by: { ($0.at + $0.length, $1.name) < ($1.at + $1.length, $0.name) }),
            let (ended, bound) = rule.bound(after: specification.faults)
        else { return nil }
        var summary = RecoverySummary(
            state: .notMeasured, fault: last.name, endedAtSeconds: ended.seconds, boundSeconds: bound.seconds,
            isRequired: rule.isRequired)
        let before = Selection.wholeSlots(in: first, source.slot)
        guard
            let steady = SteadyState(
                windows(ending: before / 10 + width...max(before / 10 + width, before), upTo: before))
        else {
            summary.what = "there was no steady state before \(firstName)"
            return summary
        }
        summary.amplificationBefore = amplification(0..<min(before, loadSlots))
        let end = Selection.startedSlots(in: ended, source.slot)
        if end < loadSlots { summary.amplificationAfter = amplification(end..<loadSlots) }
        judge(&summary, steady, from: end)
        summary.halfLifeSeconds = halfLife(after: end, steady, ended)
        return summary
    }

    private var firstName: String {
        specification.faults.min { ($0.at, $0.name) < ($1.at, $1.name) }?.name ?? ""
    }

    private func judge(_ summary: inout RecoverySummary, _ steady: SteadyState, from end: Int) {
        guard end < loadSlots else {
            summary.state = .notObserved
            summary.what = "the load ended before the fault did"
            return
        }
        let ends = Array(end...loadSlots).filter { $0 >= 1 }
        let isOpenLoop = specification.workloads.allSatisfy { $0.closedLoop == nil }
        let judged = ends.map { ($0, window(endingAt: $0)) }.filter { !isOpenLoop || steady.isLoaded($0.1) }
        let deviations = judged.map { steady.deviations(of: $0.1) }
        guard let lastEnd = judged.last?.0 else {
            summary.state = .notObserved
            summary.what = "the load was not what it had been"
            return
        }
        if let back = Self.recovery(deviations.map(\.isEmpty)) {
            let after = max(0, Double(judged[back].0) * slotSeconds - summary.endedAtSeconds)
            summary.afterSeconds = after
            summary.state = after > summary.boundSeconds ? .metastable : back == 0 ? .steady : .recovered
            if summary.state == .metastable { summary.what = "only after \(Readable.time(after))" }
            return
        }
        let unsteady = deviations.lastIndex { !$0.isEmpty }
        let latest = unsteady.map { deviations[$0] } ?? []
        summary.what = latest.isEmpty ? nil : latest.map(\.text).joined(separator: ", ")
        summary.nature = RecoverySummary.Nature(
            signs: latest.map(\.sign.rawValue), latencyBeforeSeconds: steady.latency.isFinite ? steady.latency : nil,
            deliveredShare: unsteady.map { steady.deliveredShare(of: judged[$0].1) } ?? 1,
            attemptsFactor: unsteady.map { steady.attemptsFactor(of: judged[$0].1) } ?? 1)
        let observed = Double(lastEnd) * slotSeconds - summary.endedAtSeconds
        summary.state = observed >= summary.boundSeconds ? .metastable : .notObserved
        if summary.state == .notObserved {
            let seen = "not in the \(Readable.time(max(0, observed))) that the load went on"
            summary.what = [seen, summary.what].compactMap { $0 }.joined(separator: ": ")
        }
    }

    /// The first steady window from which on nine of ten are, to the last; nil: there is none.
    static func recovery(_ steady: [Bool]) -> Int? {
        var (count, found): (Int, Int?) = (0, nil)
        for place in steady.indices.reversed() {
            if steady[place] { count += 1 }
            if steady[place], Double(count) >= steadyShare * Double(steady.count - place) { found = place }
        }
        return found
    }

    /// Seconds from the last fault's end until half of the notifications that were in the system beyond the usual were gone for good.
    private func halfLife(after end: Int, _ steady: SteadyState, _ ended: Interval) -> Double? {
        guard end >= 1, end < loadSlots else { return nil }
        let excess = source.unsettled(slot: end - 1).asDouble - steady.usualUnsettled
        guard excess > SteadyState.fewNotifications else { return nil }
        let above = (end..<loadSlots).last {
            source.unsettled(slot: $0).asDouble - steady.usualUnsettled > excess / 2
        }
        guard let above else { return max(0, Double(end) * slotSeconds - ended.seconds) }
        return above == loadSlots - 1 ? nil : Double(above + 1) * slotSeconds - ended.seconds
    }

    private func amplification(_ slots: Range<Int>) -> Double? {
        var sum: (attempts: Int64, messages: Int64) = (0, 0)
        for slot in slots {
            let part = source.attemptsAndMessages(slot: slot)
            sum.attempts += part.attempts
            sum.messages += part.messages
        }
        return sum.messages == 0 ? nil : Double(sum.attempts) / Double(sum.messages)
    }

    // MARK: Windows

    private func windows(ending range: ClosedRange<Int>, upTo most: Int) -> [SteadyState.Window] {
        range.filter { $0 <= min(most, loadSlots) && $0 >= width }.map { window(endingAt: $0) }
    }

    private func window(endingAt end: Int) -> SteadyState.Window {
        let slots = max(0, end - width)..<end
        var window = SteadyState.Window(
            offered: 0, delivered: 0, attempts: 0, unsettled: source.unsettled(slot: end - 1).asDouble,
            unsettledBefore: slots.lowerBound > 0 ? source.unsettled(slot: slots.lowerBound - 1).asDouble : 0,
            latency: nil, seconds: Double(slots.count) * slotSeconds)
        let channels = Channel.allCases.map { Int($0.rawValue) }
        for slot in slots {
            for channel in channels {
                window.offered += source.ledger(slot: slot, channel: channel).submitted.asDouble
                window.delivered += source.throughput(channel: channel, slot: slot).asDouble
            }
            for provider in specification.providers.indices {
                window.attempts += source.attempts(provider: provider, slot: slot).attempts.asDouble
            }
        }
        let selection = Selection(slots: slots)
        let samples = reader.samples(of: channels.map { .channel($0) }, over: selection)
        defer { samples.deallocate() }
        let undelivered = reader.ledger(of: channels, over: selection).undelivered
        if !samples.isEmpty || undelivered > 0 {
            let value = samples.value(atQuantile: 0.9, plusInfinite: undelivered)
            window.latency = value.map { $0.asDouble / 1e9 } ?? .infinity
        }
        return window
    }
}

extension Int64 {
    fileprivate var asDouble: Double { Double(self) }
}
