// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleRandomness
import GaleScenarioLanguage

/// Draws the faults of one world, whose sizes are known: over all registered kinds that have something to strike there.
struct FaultDrawing {
    let drawing: WorldDrawing
    let seed: UInt64
    let specification: WorldSpecification

    struct Drawn {
        var name: String
        var kind: FaultKind
        var value: ScenarioValue
    }

    /// What a fault can strike: a provider, a broker's nodes, a stage's replicas.
    struct Victim: Equatable {
        var name: String
        var place: Int
        /// Nodes or replicas.
        var members = 1
    }

    /// Kinds that have something to strike, of whatever family, by their places in `FaultKind.all`, as bits.
    var possibleFaults: UInt64 {
        FaultKind.all.enumerated().reduce(0) { $0 | (victims(of: $1.element).isEmpty ? 0 : 1 << UInt64($1.offset)) }
    }

    func faults() -> [Drawn] {
        let kinds = possibleKinds
        guard !kinds.isEmpty else { return [] }
        let range = drawing.template.exploration.faults
        let count =
            range.lowerBound
            + ExplorationRange.place(word(.faultCount, "count"), range.upperBound - range.lowerBound + 1)
        return (0..<count).compactMap { fault($0, kinds) }
    }

    /// Kinds of the families that are on, with what each can strike here.
    private var possibleKinds: [(kind: FaultKind, victims: [Victim])] {
        FaultKind.all.filter { !drawing.without.contains($0.family) }.map { ($0, victims(of: $0)) }
            .filter { !$0.victims.isEmpty }
    }

    /// First a family, then a kind of it: families with many kinds do not crowd out the others.
    private func fault(_ place: Int, _ kinds: [(kind: FaultKind, victims: [Victim])]) -> Drawn? {
        let families = FaultKind.Family.allCases.filter { family in kinds.contains { $0.kind.family == family } }
        let family = families[ExplorationRange.place(word(.faultKind, "family", place), families.count)]
        let own = kinds.filter { $0.kind.family == family }
        let (kind, victims) = own[ExplorationRange.place(word(.faultKind, "kind", place), own.count)]
        let victim = victims[ExplorationRange.place(word(.faultTarget, "target", place), victims.count)]
        guard let (at, length) = time(place) else { return nil }
        var pairs: [(key: String, value: ScenarioValue)] = [
            ("at", ScenarioValue(QuantityText.duration(at))), ("for", ScenarioValue(QuantityText.duration(length))),
            (kind.target.key, ScenarioValue(victim.name)),
        ]
        var first = 0
        for (number, parameter) in kind.parameters.enumerated() {
            let number = place << 8 | number
            if parameter.isOptional, word(.faultValue, "given", number) & 1 == 0 { continue }
            let word = word(.faultValue, "value", number)
            if let value = value(parameter.values, victim, word, &first) { pairs.append((parameter.key, value)) }
        }
        return Drawn(name: "fault-\(place + 1)", kind: kind, value: ScenarioValue(map: pairs))
    }

    /// Nanoseconds at which it begins, and how long it lasts: short ones as likely as long ones, all between warm-up and calm.
    private func time(_ place: Int) -> (at: Int64, length: Int64)? {
        let millisecond: Int64 = 1_000_000
        let (first, calm) = (drawing.template.exploration.warmUp, drawing.template.exploration.calm)
        let window = (specification.duration - calm - first).nanoseconds / millisecond
        guard window >= 2 else { return nil }
        let length = ExplorationRange.draw(1...max(1, window / 2), word(.faultTime, "length", place))
        let longer = max(length, min(window / 2, 100))
        let at = Int64(ExplorationRange.place(word(.faultTime, "at", place), Int(window - longer) + 1))
        return (first.nanoseconds + at * millisecond, longer * millisecond)
    }

    private func value(
        _ values: FaultKind.Parameter.Values, _ victim: Victim, _ word: UInt64, _ first: inout Int
    ) -> ScenarioValue? {
        switch values {
        case .share(let range, _): return ScenarioValue(QuantityText.share(micros: ExplorationRange.draw(range, word)))
        case .factor(let range, _):
            return ScenarioValue(QuantityText.factor(micros: ExplorationRange.draw(range, word)))
        case .time(let range, _): return ScenarioValue(QuantityText.duration(ExplorationRange.draw(range, word)))
        case .flag: return ScenarioValue("true")
        case .words(let words): return ScenarioValue(words[ExplorationRange.place(word, words.count)])
        case .answer(let sort):
            let answers = sort.answers(specification.providers[victim.place].profile.dialect)
            guard !answers.isEmpty else { return nil }
            let answer = answers[ExplorationRange.place(word, answers.count)]
            return ScenarioValue("\(answer.status) \(answer.reason.text)")
        case .node: return ScenarioValue("\(ExplorationRange.place(word, victim.members))")
        case .replica:
            first = ExplorationRange.place(word, victim.members)
            return ScenarioValue("\(first)")
        case .replicas:
            let most = victim.members - first
            // Mostly one, now and then many.
            return ScenarioValue("\(ExplorationRange.draw(1...Int64(most), word & word << 7))")
        case .channel:
            let channels = channels
            return ScenarioValue(channels[ExplorationRange.place(word, channels.count)].name)
        }
    }

    private var channels: [Channel] {
        Channel.allCases.filter { channel in
            specification.workloads.contains { $0.channelMicros.contains { $0.channel == channel && $0.share > 0 } }
        }
    }

    private func word(_ purpose: Purpose, _ name: String, _ place: Int = 0) -> UInt64 {
        drawing.draw(purpose, seed, name, UInt64(place))
    }

    // MARK: Victims

    private func victims(of kind: FaultKind) -> [Victim] {
        let all = victims(kind.target)
        // Where no policy asks a store for anything, nothing on the way to one can go wrong.
        if let border = kind.border, !all.contains(where: { uses(border, $0) }) { return [] }
        // An answer of this sort must exist in the provider's dialect.
        return all.filter { victim in
            kind.parameters.allSatisfy { parameter in
                guard case .answer(let sort) = parameter.values, !parameter.isOptional else { return true }
                return !sort.answers(specification.providers[victim.place].profile.dialect).isEmpty
            }
        }
    }

    /// Whether a stage does at all what goes wrong there.
    private func uses(_ border: BorderFault.Kind, _ stage: Victim) -> Bool {
        let kinds = policy(of: specification.stages[stage.place])?.policy.stateKinds ?? []
        switch border {
        case .writesLost: return kinds.contains { $0 == .deduplication || $0 == .suppression }
        case .lookUpsFail: return !kinds.isEmpty
        case .answersLate, .answersLost, .answersTwice, .sendsLost, .timersLate: return true
        }
    }

    private func victims(_ target: FaultKind.Target) -> [Victim] {
        switch target {
        case .provider: specification.providers.enumerated().map { Victim(name: $1.name, place: $0) }
        case .store: specification.stores.enumerated().map { Victim(name: $1.name, place: $0) }
        case .link: specification.links.enumerated().map { Victim(name: $1.name, place: $0) }
        case .brokerNode:
            specification.brokers.enumerated().compactMap { place, broker in
                guard case .kafka(let profile) = broker.kind else { return nil }
                return Victim(name: broker.name, place: place, members: profile.nodes)
            }
        case .stage: stages { _ in true }
        case .deliveringStage: stages { policy(of: $0) != nil }
        case .consentingStage: stages { policy(of: $0)?.policy.consent != nil }
        case .leasingStage: stages { if case .work? = $0.steps.first { true } else { false } }
        }
    }

    private func stages(where fits: (StageSpecification) -> Bool) -> [Victim] {
        specification.stages.enumerated().filter { fits($1) }.map {
            Victim(name: $1.name, place: $0, members: $1.replicas)
        }
    }

    private func policy(of stage: StageSpecification) -> PolicySpecification? {
        for case .deliver(let policy) in stage.steps { return specification.policies[policy] }
        return nil
    }
}

extension FaultKind {
    /// What goes wrong at the border of the delivery code; nil: it is a fault elsewhere.
    fileprivate var border: BorderFault.Kind? {
        for case .words(let words) in parameters.lazy.filter({ $0.key == "border" }).map(\.values) {
            return words.first.flatMap { BorderFault.Kind(rawValue: $0) }
        }
        return nil
    }
}
