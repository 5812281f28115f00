// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels

/// What an exploration has found, from its runs alone: the same for the same seeds, in whatever order and by however many processes
/// they were run.
public struct ExplorationReport: Codable, Equatable, Sendable {
    public var schema = "gale exploration 1"
    public var scenario: String
    public var identity: String
    public var worlds: Int
    public var messages: Int64
    /// It was cut short, by a signal or because nothing could be written any more, and worlds that were asked for are missing; nil: it
    /// was not.
    public var isPartial: Bool?
    /// As `1..200`, or `1..7, 9..200`.
    public var seeds: String
    /// By how many worlds showed them, the most first.
    public var failures: [Cause]
    public var faults: [FaultCoverage]
    /// What can be reached, by group.
    public var coverage: [GroupCoverage]
    public var recovery: RecoveryCoverage

    /// Draws that were no scenario, so that others took their place; nil: there were none.
    public var redrawn: Redrawn?

    public struct Redrawn: Codable, Equatable, Sendable {
        /// How many worlds that befell, and how many draws in all.
        public var worlds, draws: Int
        /// The first of those worlds, and what was wrong with its first draw.
        public var seed: UInt64
        public var reason: String
    }

    public struct Cause: Codable, Equatable, Sendable {
        public var cause: String
        public var worlds: Int
        /// The first few, ascending.
        public var seeds: [UInt64]
        /// What the first one said.
        public var text: String
        /// The message that showed it there; nil: it is about no single one.
        public var message: String?
        /// The command that shows the first one again.
        public var reproduction: String
        /// The commands that write that world to a file, tell its story, and shrink it.
        public var next: [String]
    }

    public struct FaultCoverage: Codable, Equatable, Sendable {
        public var kind: String
        public var family: String
        /// How many were drawn, and how many of them changed a decision.
        public var drawn, told: Int
        /// Its family is not switched off.
        public var isOn: Bool
        /// Some world had something for it to strike.
        public var isPossible: Bool
    }

    public struct GroupCoverage: Codable, Equatable, Sendable {
        public var group: String
        /// How many worlds reached each, in the catalogue's order.
        public var reached: [Item]
        public var never: [String]

        public struct Item: Codable, Equatable, Sendable {
            public var name: String
            public var worlds: Int
        }
    }

    /// In how many worlds it could be seen whether the pipeline came back after the last fault, and whether it did.
    public struct RecoveryCoverage: Codable, Equatable, Sendable {
        public var judged: Int
        /// Of those that were judged.
        public var steady, recovered, metastable: Int
        /// As much was delivered as before, with as many attempts, but it was fuller or slower at the end: no finding.
        public var impaired: Int
        /// See `RecoverySummary.State`: the load ended too soon, and: there was no steady state to go back to.
        public var notObserved, notMeasured: Int

        init(_ runs: [ExploredRun]) {
            func count(_ state: RecoverySummary.State) -> Int { runs.count { $0.recovery == state } }
            (steady, recovered) = (count(.steady), count(.recovered))
            metastable = runs.count { run in run.failures.contains { $0.name == RecoverySummary.name } }
            impaired = max(0, count(.metastable) - metastable)
            (notObserved, notMeasured) = (count(.notObserved), count(.notMeasured))
            judged = steady + recovered + metastable + impaired
        }
    }

    /// Seeds named with a cause.
    static let seedsNamed = 5

    /// - Parameters:
    ///   - reproduction: the command line for a seed.
    ///   - next: those that go on from there.
    public init(
        _ runs: some Sequence<ExploredRun>, of drawing: WorldDrawing, file: String, reproduction: (UInt64) -> String,
        next: (ExploredRun, ExploredRun.Failure) -> [String] = { _, _ in [] }
    ) {
        let runs = runs.sorted { $0.seed < $1.seed }
        scenario = file
        identity = drawing.identity
        worlds = runs.count
        messages = runs.reduce(0) { $0 + $1.messages }
        seeds = Self.ranges(runs.map(\.seed))
        failures = Self.causes(runs, reproduction, next)
        let again = runs.compactMap { run in run.redrawn.map { (run.seed, $0) } }
        redrawn = again.first.map { seed, first in
            Redrawn(
                worlds: again.count, draws: again.reduce(0) { $0 + $1.1.draws }, seed: seed, reason: first.reason)
        }
        recovery = RecoveryCoverage(runs)
        // Of a world whose process died nobody knows.
        let possible = runs.compactMap(\.possibleFaults)
        faults = FaultKind.all.enumerated().map { place, kind in
            let own = runs.flatMap { $0.faults.filter { $0.kind == place } }
            return FaultCoverage(
                kind: kind.name, family: kind.family.rawValue, drawn: own.count, told: own.count { $0.told },
                isOn: !drawing.without.contains(kind.family),
                isPossible: possible.isEmpty || possible.contains { $0 >> UInt64(place) & 1 == 1 })
        }
        let world = drawing.template.scenario.specification
        let dialects = Set(world.providers.map(\.profile.dialect))
        coverage = Coverage.Group.allCases.map { group in
            var own = GroupCoverage(group: group.rawValue, reached: [], never: [])
            for (place, item) in Coverage.items.enumerated() where item.group == group {
                if let dialect = item.dialect, !dialects.contains(dialect) { continue }
                let name = (item.dialect.map { "\($0) " } ?? "") + item.name
                let count = runs.count { $0.hasReached(place) }
                if count > 0 {
                    own.reached.append(GroupCoverage.Item(name: name, worlds: count))
                } else if group != .state || world.has(machine: String(name.prefix { $0 != ":" })) {
                    own.never.append(name)
                }
            }
            return own
        }
    }

    private static func causes(
        _ runs: [ExploredRun], _ reproduction: (UInt64) -> String,
        _ next: (ExploredRun, ExploredRun.Failure) -> [String]
    ) -> [Cause] {
        var causes: [Cause] = []
        var places: [String: Int] = [:]
        for run in runs {
            var seen: Set<String> = []
            for failure in run.allFailures where seen.insert(failure.cause).inserted {
                if let place = places[failure.cause] {
                    causes[place].worlds += 1
                    if causes[place].seeds.count < seedsNamed { causes[place].seeds.append(run.seed) }
                } else {
                    places[failure.cause] = causes.count
                    causes.append(
                        Cause(
                            cause: failure.cause, worlds: 1, seeds: [run.seed], text: failure.text,
                            message: failure.message, reproduction: reproduction(run.seed),
                            next: next(run, failure)))
                }
            }
        }
        // Stable: of equals, the one that came first.
        return causes.enumerated().sorted { ($1.element.worlds, $0.offset) < ($0.element.worlds, $1.offset) }
            .map(\.element)
    }

    private static func ranges(_ seeds: [UInt64]) -> String {
        var ranges: [ClosedRange<UInt64>] = []
        for seed in seeds {
            if let last = ranges.last, last.upperBound + 1 == seed {
                ranges[ranges.count - 1] = last.lowerBound...seed
            } else {
                ranges.append(seed...seed)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)..\($0.upperBound)" }
            .joined(separator: ", ")
    }
}

extension WorldSpecification {
    /// Whether it has what a state machine of the models stands for, as `StateEdge` names it.
    fileprivate func has(machine: String) -> Bool {
        switch machine {
        case "replica": stages.contains { !$0.works }
        case "worker": stages.contains(where: \.works)
        case "broker node", "partition", "consumer group":
            brokers.contains { if case .kafka = $0.kind { true } else { false } }
        default: true
        }
    }
}

extension StageSpecification {
    fileprivate var works: Bool { if case .work? = steps.first { true } else { false } }
}
