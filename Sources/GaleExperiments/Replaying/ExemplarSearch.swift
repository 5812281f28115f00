// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Finds a message that really shows that an expectation does not hold: one that is late where it is about late ones, the slowest one
/// where it is about latency. Where no single one can, the one or the moment that comes nearest to it.
///
/// The run is made again as often as it takes: once to see at which events the number in question rose, once to see which messages
/// took part in them, and once for the life of each that may be it.
struct ExemplarSearch {
    let replay: Replay
    /// The run, which is over.
    let world: World
    let interruption: Interruption
    let progress: (RunProgress) -> Void

    var specification: WorldSpecification { world.worldSpecification }
    var reader: MetricReader { MetricReader(source: world.source, specification: specification) }

    /// nil: nothing shows it: nothing was measured.
    func exemplar(of expectation: Expectation) -> Exemplar? {
        switch expectation.condition {
        case .comparison(let comparison, let selector):
            let selection = Selection(selector, of: world.source, faults: specification.faults)
            return exemplar(of: comparison, over: selection, selector.text(in: specification))
        case .recovery(let limit, let fault, let clauses):
            return exemplar(of: clauses, within: limit, after: fault)
        }
    }

    /// What keeps the pipeline from its steady state: among what was to be sent after the bound, or at least after the fault.
    func exemplar(of recovery: RecoverySummary) -> Exemplar? {
        let ended = Interval(nanoseconds: Int64(recovery.endedAtSeconds * 1e9))
        let load = Selection.startedSlots(in: specification.duration, world.source.slot)
        let bound = ended + Interval(nanoseconds: Int64(recovery.boundSeconds * 1e9))
        for start in [bound, ended] {
            let first = Selection.startedSlots(in: start, world.source.slot)
            guard first < load else { continue }
            let selection = Selection(slots: first..<load)
            let words = " of those that were to be sent from \(StoryTeller.moment(start.nanoseconds)) on"
            let channels = Channel.allCases.map { Int($0.rawValue) }
            let found =
                undelivered(channels, selection, words) ?? slowest(.all, selection, words)
            if var found {
                found.why = "no single message shows it; \(found.why)"
                return found
            }
        }
        return Exemplar(
            subject: .moment(ended.nanoseconds),
            why: "no single message shows it; this is when '\(recovery.fault)' had ended")
    }

    // MARK: What an expectation is about

    private func exemplar(
        of clauses: [Expectation.Comparison], within limit: Interval, after fault: Int
    ) -> Exemplar? {
        let slot = world.source.slot
        let ended = specification.faults[fault].at + specification.faults[fault].length
        let outcome = Recovery(of: clauses, since: .zero + ended, reader: reader).outcome
        var places = Array(clauses.indices)
        if case .never(let clause, _) = outcome { places = [clause] }
        let window = Selection.startedSlots(in: ExpectationEvaluator.trailingWindow, slot)
        let end = world.source.slotCount
        let starts = [
            Selection.startedSlots(in: ended + limit, slot) - window, Selection.startedSlots(in: ended, slot),
        ]
        for start in starts.map({ max(0, $0) }) where start < end {
            for place in places {
                let selection = Selection(slots: start..<end)
                let words = " from \(StoryTeller.moment((slot * Int64(start)).nanoseconds)) on"
                if let found = exemplar(of: clauses[place], over: selection, words) { return found }
            }
        }
        return nil
    }

    private func exemplar(
        of comparison: Expectation.Comparison, over selection: Selection, _ when: String
    ) -> Exemplar? {
        let reading = reader.read(comparison, over: selection)
        guard reading != .notMeasured else { return nil }
        let isTooMuch = !reading.holds(.lessOrEqual, comparison.bound.magnitude)
        switch comparison.metric {
        case .count(let entry, let subject):
            return count(entry, channels(of: subject), isTooMuch: isTooMuch, selection, when)
        case .quantile(_, let subject), .mean(let subject), .maximum(let subject):
            if reading == .infinite {
                return undelivered(channels(of: subject), selection, when, ", which counts as infinitely late")
            }
            return slowest(subject, selection, when)
        case .amplification: return mostAttempts(nil, byIntention: true, selection, when)
        case .attempts(let provider): return mostAttempts(provider, byIntention: false, selection, when)
        case .spent(let provider): return mostAttempts(provider, byIntention: false, selection, when)
        case .errors(let provider): return refused(by: provider, selection, when)
        case .misordered:
            return world.firstMisordered.map { pair in
                Exemplar(
                    subject: .message(pair.message),
                    why: "the first that came after a later one of the same recipient: "
                        + pair.overtaker.text(in: specification))
            }
        case .backlog(let topic): return backlog(topic, selection, when)
        case .throughput: return throughput(isTooMuch: isTooMuch, selection)
        case .jobs(let entry, let stage): return jobs(entry, stage, isTooMuch: isTooMuch)
        }
    }

    private func count(
        _ entry: Expectation.LedgerEntry, _ channels: [Int], isTooMuch: Bool, _ selection: Selection, _ when: String
    ) -> Exemplar? {
        if !isTooMuch {
            if entry == .delivered { return notDelivered(channels, selection, when) }
            return end("no message shows what did not happen; this is the end of the run")
        }
        switch entry {
        case .submitted: return end("no single message shows it; this is the end of the run")
        case .undelivered: return undelivered(channels, selection, when)
        case .inFlight: return pending(channels, selection, when)
        case .duplicates: return duplicate(channels, selection, when)
        case .delivered: return first([.delivered], channels, selection, "that was delivered\(when)")
        case .late: return first([.late], channels, selection, "that was delivered late\(when)")
        case .expired: return first([.expired], channels, selection, "that expired\(when)")
        case .suppressed: return first([.suppressed], channels, selection, "that was suppressed\(when)")
        case .shed: return first([.shed], channels, selection, "that was shed\(when)")
        case .lost: return first([.lost], channels, selection, "that was lost\(when)")
        case .deadLettered: return first([.deadLettered], channels, selection, "that became a dead letter\(when)")
        }
    }

    func channels(of subject: Expectation.LatencySubject) -> [Int] {
        switch subject {
        case .all: Channel.allCases.map { Int($0.rawValue) }
        case .channel(let channel): [channel]
        case .stage, .provider: []
        }
    }

    private func end(_ why: String) -> Exemplar {
        Exemplar(subject: .moment(world.now.nanoseconds), why: why)
    }
}
