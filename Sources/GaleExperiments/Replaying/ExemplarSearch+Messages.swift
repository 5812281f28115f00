// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// The first message of a kind, the slowest, and the one with the most attempts.
extension ExemplarSearch {
    /// The first one whose line in the ledger is one of these for good.
    func first(
        _ entries: [MessageStep.Entry], _ channels: [Int], _ selection: Selection, _ words: String
    ) -> Exemplar? {
        let watch = watched(.first) { reader in
            let ledger = reader.ledger(of: channels, over: selection)
            return entries.reduce(0) { $0 + ledger.count(of: $1) }
        }
        let roles = entries.map { EventCast.Role.became($0) } + [.gone, .subject]
        let parts = cast(watch.rises)
        let found = among(parts, roles, channels, selection) { steps in
            for step in steps.reversed() {
                if case .entered(let entry) = step.what { return entries.contains(entry) }
            }
            return false
        }
        return (found ?? among(parts, roles, channels, selection) { !$0.isEmpty }).map {
            Exemplar(subject: .message($0), why: "the first \(words)")
        }
    }

    func undelivered(
        _ channels: [Int], _ selection: Selection, _ when: String, _ because: String = ""
    ) -> Exemplar? {
        first(Self.undelivered, channels, selection, "that was not delivered\(when)\(because)")
            ?? pending(channels, selection, when)
    }

    func notDelivered(_ channels: [Int], _ selection: Selection, _ when: String) -> Exemplar? {
        first(Self.undelivered + [.suppressed, .late], channels, selection, "that was not delivered in time\(when)")
            ?? pending(channels, selection, when)
    }

    private static let undelivered: [MessageStep.Entry] = [.expired, .deadLettered, .shed, .lost]

    /// The first one that nothing has become of.
    func pending(_ channels: [Int], _ selection: Selection, _ when: String) -> Exemplar? {
        world.pending.first { channels.contains($0.channel) && selection.contains(phase: $0.phase, slot: $0.slot) }.map
        {
            Exemplar(subject: .message($0.message), why: "the first that is still in flight\(when)")
        }
    }

    /// The first one that a provider takes again.
    func duplicate(_ channels: [Int], _ selection: Selection, _ when: String) -> Exemplar? {
        let watch = watched(.first) { $0.ledger(of: channels, over: selection).duplicates }
        let parts = cast(watch.rises)
        let found = among(parts, [.again, .subject], channels, selection) { steps in
            steps.count { if case .attempt = $0.what { true } else { false } } > 1
        }
        return (found ?? among(parts, [.subject], channels, selection) { !$0.isEmpty }).map {
            Exemplar(subject: .message($0), why: "the first that a provider took twice\(when)")
        }
    }

    /// The first one that a provider refused.
    func refused(by provider: Int, _ selection: Selection, _ when: String) -> Exemplar? {
        let watch = watched(.first) { reader in
            selection.slots.reduce(0) { $0 + reader.source.attempts(provider: provider, slot: $1).errors }
        }
        let name = specification.providers[provider].name
        let roles: [EventCast.Role] = [.subject, .sent(provider: provider)]
        return among(cast(watch.rises), roles, nil, nil) { steps in
            steps.contains {
                if case .answered(provider, let response) = $0.what { !(200..<300 ~= response.status) } else { false }
            }
        }.map { Exemplar(subject: .message($0), why: "the first that \(name) refused\(when)") }
    }

    /// The one with the longest latency among those that have one.
    func slowest(_ subject: Expectation.LatencySubject, _ selection: Selection, _ when: String) -> Exemplar? {
        let watch = watched(.highest) { $0.longest(of: subject.measured, over: selection) }
        guard let longest = watch.highest else { return nil }
        var roles: [EventCast.Role] = [.became(.delivered), .became(.late), .gone, .subject]
        var place = ""
        switch subject {
        case .all, .channel: break
        case .stage(let stage):
            roles = [.subject] + roles
            place = " at \(specification.stages[stage].name)"
        case .provider(let provider):
            roles = [.subject, .sent(provider: provider)]
            place = " at \(specification.providers[provider].name)"
        }
        let parts = cast([longest])
        let found = among(parts, roles, nil, nil) { Self.hasLatency(longest.value, subject, $0) }
        let words = "the slowest\(place)\(when): \(Readable.time(Double(longest.value) / 1e9))"
        return (found ?? among(parts, roles, nil, nil) { !$0.isEmpty }).map {
            Exemplar(subject: .message($0), why: words)
        }
    }

    /// Whether a message's life has such a latency, as nearly as it is recorded.
    private static func hasLatency(
        _ nanoseconds: Int64, _ subject: Expectation.LatencySubject, _ steps: [MessageStep]
    ) -> Bool {
        func isIt(_ length: Int64) -> Bool { abs(length - nanoseconds) <= nanoseconds / 100 + 20_000 }
        switch subject {
        case .stage: return !steps.isEmpty
        case .provider(let wanted):
            return steps.contains {
                guard case .attempt(_, _, _, wanted, _) = $0.what, let end = $0.end else { return false }
                return isIt(end - $0.time)
            }
        case .all, .channel:
            guard let first = steps.first else { return false }
            return steps.contains {
                guard case .entered(let entry) = $0.what, entry == .delivered || entry == .late else { return false }
                return isIt($0.time - first.time)
            }
        }
    }

    /// The one with the most attempts: a sum that is too great shows in none.
    ///
    /// - Parameter byIntention: what was to be sent in the selection; otherwise attempts made in it.
    func mostAttempts(
        _ provider: Int?, byIntention: Bool, _ selection: Selection, _ when: String
    ) -> Exemplar? {
        let slot = world.source.slot.nanoseconds
        let observer = AttemptCount { attempt in
            if let provider, attempt.provider != provider { return false }
            if byIntention { return selection.contains(phase: attempt.phase, slot: attempt.slot) }
            return selection.slots.contains(Int(attempt.time / slot))
        }
        observe(observer)
        let name = provider.map { " at \(specification.providers[$0].name)" } ?? ""
        return observer.message.map {
            let number = "\(observer.most) attempt" + (observer.most == 1 ? "" : "s")
            return Exemplar(
                subject: .message($0),
                why: "no single message shows a sum; the first with the most attempts\(name)\(when): \(number)")
        }
    }

    // MARK: Runs

    /// A run with a look at a number that takes long to read.
    func watched(_ wanted: RiseSearch.Wanted, _ read: @escaping (MetricReader) -> Int64) -> RiseWatch {
        let watch = RiseSearch(replay, slot: world.source.slot, interruption: interruption).watch(wanted, read)
        observe(watch)
        return watch
    }

    /// Who takes part in the events at which a number rose.
    func cast(_ rises: [RiseWatch.Rise]) -> [[EventCast.Part]] {
        guard let last = rises.last else { return [] }
        let world = World(replay.experiment.scenario.specification, seed: replay.experiment.seed)
        let cast = EventCast(rises.map(\.event))
        world.observe(cast)
        replay.advance(world, to: Instant(nanoseconds: last.time) + RunLoop.slice, interruption)
        world.finish()
        return cast.parts
    }

    func observe(_ observer: WorldObserver) {
        let world = World(replay.experiment.scenario.specification, seed: replay.experiment.seed)
        world.observe(observer)
        replay.run(world, interruption: interruption, progress: progress)
    }

    /// The first part that fits, event by event and role by role, and whose life is as it must be.
    ///
    /// - Parameters:
    ///   - channels: nil: any.
    ///   - selection: nil: any time.
    func among(
        _ events: [[EventCast.Part]], _ roles: [EventCast.Role], _ channels: [Int]?, _ selection: Selection?,
        _ isIt: ([MessageStep]) -> Bool
    ) -> MessageID? {
        var tried: [MessageID] = []
        for parts in events {
            for role in roles {
                let fitting = parts.filter { $0.role == role && fits($0, channels, selection) }.map(\.message).sorted()
                for message in fitting where !tried.contains(message) {
                    guard tried.count < Self.mostTried, interruption.signal == nil else { return nil }
                    tried.append(message)
                    if isIt(steps(of: message)) { return message }
                }
            }
        }
        return nil
    }

    /// Lives that are looked at for one exemplar.
    private static let mostTried = 12

    private func fits(_ part: EventCast.Part, _ channels: [Int]?, _ selection: Selection?) -> Bool {
        if let selection, let phase = part.phase, let slot = part.slot, !selection.contains(phase: phase, slot: slot) {
            return false
        }
        guard let channels else { return true }
        let message = part.message
        guard message.workload < specification.workloads.count else { return false }
        let view = world.notification(workload: message.workload, ordinal: message.ordinal, unit: message.unit)
        return channels.contains(view.channel)
    }

    private func steps(of message: MessageID) -> [MessageStep] {
        let tracer = MessageTracer(message)
        observe(tracer)
        tracer.finish()
        return tracer.steps
    }
}

extension Selection {
    /// Whether what was to be sent then counts.
    func contains(phase: Int, slot: Int) -> Bool { phases?.contains(phase) ?? slots.contains(slot) }
}

extension MetricReader {
    /// Nanoseconds; 0: there is no sample.
    fileprivate func longest(of subjects: [MeasuredSubject], over selection: Selection) -> Int64 {
        var longest: Int64 = 0
        for subject in subjects {
            if let phases = selection.phases {
                for phase in phases { longest = max(longest, source.latencySamples(subject, phase: phase).max ?? 0) }
            } else {
                for slot in selection.slots {
                    longest = max(longest, source.latencySamples(subject, slot: slot)?.max ?? 0)
                }
            }
        }
        return longest
    }
}

extension Ledger {
    fileprivate func count(of entry: MessageStep.Entry) -> Int64 {
        switch entry {
        case .delivered: delivered
        case .late: deliveredLate
        case .expired: expired
        case .suppressed: suppressed
        case .deadLettered: deadLettered
        case .shed: shed
        case .lost: lost
        case .inFlight: inFlight
        }
    }
}
