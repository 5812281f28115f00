// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

/// What a run can reach: transitions of the delivery code by its own counters, edges of breakers and of the models' state machines,
/// outcomes, providers' answers and rare situations. The catalogue is the same for every world of one build.
public enum Coverage {
    public struct Item: Hashable, Sendable {
        public var group: Group
        public var name: String
        /// Of an answer: whose.
        public var dialect: ProviderDialect?
    }

    public enum Group: String, CaseIterable, Sendable { case delivery, breaker, state, outcome, answer, situation }

    /// In a fixed order: a run's reached items are named by their places in it.
    public static let items: [Item] =
        counters.map { Item(group: .delivery, name: $0.name) }
        + breakerEdges.map { Item(group: .breaker, name: $0.name) }
        + outcomes.map { Item(group: .outcome, name: $0.name) }
        + Mark.allCases.map { Item(group: .situation, name: $0.about) }
        + answers.map { Item(group: .answer, name: $0.text, dialect: $0.dialect) }
        + StateEdge.allCases.map { Item(group: .state, name: $0.name) }

    static let firstBreaker = counters.count
    static let firstOutcome = firstBreaker + breakerEdges.count
    static let firstMark = firstOutcome + outcomes.count
    static let firstAnswer = firstMark + Mark.allCases.count
    static let firstEdge = firstAnswer + answers.count

    typealias Counter = @Sendable (DeliveryCounters) -> Int64

    /// Every counter of the delivery code.
    package static var counterNames: [String] { counters.map(\.name) }

    static let counters: [(name: String, value: Counter)] = [
        ("consumed", { $0.consumed }), ("lookUps", { $0.lookUps }), ("firstAttempts", { $0.firstAttempts }),
        ("delivered", { $0.delivered }), ("retries", { $0.retries }), ("fallbackAttempts", { $0.fallbackAttempts }),
        ("failovers", { $0.failovers }), ("hedges", { $0.hedges }), ("cancels", { $0.cancels }),
        ("refusals", { $0.refusals }), ("buried", { $0.buried }), ("fallbacks", { $0.fallbacks }),
        ("riskyRetries", { $0.riskyRetries }), ("failedLookUps", { $0.failedLookUps }), ("backoffs", { $0.backoffs }),
        ("breakerWaits", { $0.breakerWaits }), ("budgetWaits", { $0.budgetWaits }),
        ("rateLimitWaits", { $0.rateLimitWaits }), ("noRouteWaits", { $0.noRouteWaits }),
        ("orderWaits", { $0.orderWaits }), ("concurrencyWaits", { $0.concurrencyWaits }),
        ("bulkheadWaits", { $0.bulkheadWaits }), ("hopeless", { $0.hopeless }), ("quietWaits", { $0.quietWaits }),
        ("moneyWaits", { $0.moneyWaits }), ("seenWaits", { $0.seenWaits }), ("seenInApp", { $0.seenInApp }),
        ("collapsed", { $0.collapsed }), ("capped", { $0.capped }), ("spentMicros", { $0.spentMicros }),
        ("breakersOpened", { $0.breakersOpened }), ("requeued", { $0.requeued }),
        ("lateSuccesses", { $0.lateSuccesses }), ("strikes", { $0.strikes }), ("disbelieved", { $0.disbelieved }),
        ("suppressedByRecord", { $0.suppressedByRecord }), ("revoked", { $0.revoked }), ("poisoned", { $0.poisoned }),
        ("stale", { $0.stale }), ("expired", { $0.expired }), ("suppressed", { $0.suppressed }),
        ("duplicates", { $0.duplicates }), ("deadLettered", { $0.deadLettered }), ("shed", { $0.shed }),
    ]

    static let breakerEdges: [(name: String, value: @Sendable (BreakerTransitions) -> Int64)] = [
        ("closed to open", { $0.closedToOpen }), ("open to half-open", { $0.openToHalfOpen }),
        ("half-open to closed", { $0.halfOpenToClosed }), ("half-open to open", { $0.halfOpenToOpen }),
        ("stopped by a refusal", { $0.stops }),
    ]

    static let outcomes: [(name: String, entry: Recorder.Entry)] = [
        ("delivered", .delivered), ("delivered late", .deliveredLate), ("expired", .expired),
        ("suppressed", .suppressed), ("dead-lettered", .deadLettered), ("shed", .shed), ("lost", .lost),
        ("in flight at the end", .inFlight), ("duplicates", .duplicates),
    ]

    static let answers: [(dialect: ProviderDialect, reason: Reason, text: String)] =
        ProviderDialect.allCases.flatMap { dialect in
            Reason.all(dialect).map { reason in
                (dialect, reason, (reason.usualStatus.map { "\($0) " } ?? "") + reason.text)
            }
        }
}

/// What the dispatchers of a stage have reached, those of crashed replicas included.
struct DeliveryReach: BitwiseCopyable {
    var counters: UInt64 = 0
    var breakerEdges: UInt64 = 0
    /// As `Core.State.edges`.
    var edges: UInt64 = 0

    mutating func add(_ dispatcher: Dispatcher, providers: Int) {
        let admission = dispatcher.retryAdmission
        if admission.wasAwaited { edges |= StateEdge.admissionUsedUp.bit }
        if admission.wasFreeAgain { edges |= StateEdge.admissionFree.bit }
        let values = dispatcher.counters
        for (place, counter) in Coverage.counters.enumerated() where counter.value(values) > 0 {
            counters |= 1 << UInt64(place)
        }
        for provider in 0..<providers {
            let transitions = dispatcher.breakerTransitions(ProviderIndex(rawValue: UInt16(provider)))
            for (place, edge) in Coverage.breakerEdges.enumerated() where edge.value(transitions) > 0 {
                breakerEdges |= 1 << UInt64(place)
            }
        }
    }
}

extension World {
    /// Places in `Coverage.items` that the run has reached, ascending.
    public var reached: [Int] {
        var delivery = DeliveryReach()
        for stage in parts.stages {
            var reach = stage.reach
            for replica in 0..<stage.state.pointee.replicaCount {
                stage.state.pointee.dispatchers[replica]?._withUnsafeGuaranteedRef {
                    reach.add($0, providers: specification.providers.count)
                }
            }
            delivery.counters |= reach.counters
            delivery.breakerEdges |= reach.breakerEdges
            delivery.edges |= reach.edges
        }
        var places = Self.places(delivery.counters, from: 0)
        places += Self.places(delivery.breakerEdges, from: Coverage.firstBreaker)
        for (place, outcome) in Coverage.outcomes.enumerated() where measurements.total(outcome.entry) > 0 {
            places.append(Coverage.firstOutcome + place)
        }
        places += Self.places(core.state.pointee.marks, from: Coverage.firstMark)
        let given = Set(specification.providers.indices.flatMap { measurements.reasons(provider: $0) })
        for (place, answer) in Coverage.answers.enumerated() where given.contains(answer.reason.rawValue) {
            places.append(Coverage.firstAnswer + place)
        }
        return places + Self.places(core.state.pointee.edges | delivery.edges, from: Coverage.firstEdge)
    }

    private static func places(_ bits: UInt64, from first: Int) -> [Int] {
        (0..<64).filter { bits >> UInt64($0) & 1 != 0 }.map { first + $0 }
    }
}

extension Measurements {
    /// Over the whole run and all channels.
    func total(_ entry: Recorder.Entry) -> Int64 {
        var sum: Int64 = 0
        for block in 0..<phases.count * Recorder.channels {
            sum += recorder.state.pointee.phaseCounters[block * Recorder.Entry.count + entry.rawValue]
        }
        return sum
    }

    /// Reasons that a provider gave.
    func reasons(provider: Int) -> [UInt16] {
        let first = recorder.state.pointee.answers + provider * Recorder.answerCapacity
        return (0..<Recorder.answerCapacity).compactMap { first[$0].count > 0 ? first[$0].reason : nil }
    }
}
