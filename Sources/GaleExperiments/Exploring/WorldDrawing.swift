// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import GaleScenarioLanguage

/// Draws worlds from a template: the same seed gives the same world, and what is drawn for one value does not depend on what
/// else is drawn.
public struct WorldDrawing {
    public let template: ExplorationTemplate
    /// Families that are switched off, those of the scenario included.
    public let without: Set<FaultKind.Family>

    public init(template: ExplorationTemplate, without: Set<FaultKind.Family> = []) {
        self.template = template
        self.without = without.union(template.exploration.without)
    }

    /// What a seed gives.
    public struct DrawnWorld {
        public var seed: UInt64
        /// Every value that was drawn, faults included: what makes a file of it.
        public var settings: [ExplorationTemplate.Setting]
        /// With the values and faults applied; without text and fingerprint.
        public var scenario: Scenario
        /// The kind of each fault of the scenario, in its order.
        public var kinds: [FaultKind]
        /// Kinds that have something to strike, of whatever family, by their places in `FaultKind.all`, as bits.
        public var possibleFaults: UInt64
        /// Values that were drawn before and make no scenario together; nil: the first did.
        public var redrawn: Redrawn?
    }

    /// Ranges fit at their ends, and yet not each value of one beside each of another: what does not is drawn again.
    public struct Redrawn: Codable, Equatable, Sendable {
        /// How often.
        public var draws: Int
        /// What was wrong with the first.
        public var reason: String
    }

    /// Draws of one world, after which nobody can expect a scenario of the ranges.
    static let mostDraws = 256

    /// The first draw that is a scenario.
    ///
    /// - Throws: `ScenarioError` when none of them is.
    private func calm(
        _ seed: UInt64
    ) throws(ScenarioError) -> (settings: [ExplorationTemplate.Setting], scenario: Scenario, redrawn: Redrawn?) {
        var first: ScenarioError?
        for draw in 0..<Self.mostDraws {
            let settings = values(seed, draw: draw)
            do throws(ScenarioError) {
                let scenario = try template.drawn(settings, isDescribed: false)
                let reason = first?.diagnostics.first?.message
                return (settings, scenario, reason.map { Redrawn(draws: draw, reason: $0) })
            } catch {
                first = first ?? error
            }
        }
        throw ScenarioError(
            diagnostics: (first?.diagnostics ?? []).map { diagnostic in
                var diagnostic = diagnostic
                diagnostic.message =
                    "explore: none of \(Self.mostDraws) draws for seed \(seed) is a scenario: " + diagnostic.message
                return diagnostic
            })
    }

    /// - Throws: `ScenarioError` when the ranges allow for hardly anything but what is no scenario.
    public func world(seed: UInt64) throws(ScenarioError) -> DrawnWorld {
        let (values, calm, redrawn) = try calm(seed)
        var settings = values
        let drawing = FaultDrawing(drawing: self, seed: seed, specification: calm.specification)
        let faults = drawing.faults()
        settings.append(
            ExplorationTemplate.Setting(
                "faults", ScenarioValue(map: faults.map { (key: $0.name, value: $0.value) })))
        let drawn = try template.drawn(settings, isDescribed: false)
        let kinds = drawn.specification.faults.map { fault in
            // Every fault of a drawn world has been drawn.
            faults.first { $0.name == fault.name }?.kind ?? FaultKind.all[0]
        }
        return DrawnWorld(
            seed: seed, settings: settings, scenario: drawn, kinds: kinds, possibleFaults: drawing.possibleFaults,
            redrawn: redrawn)
    }

    /// The text of a scenario file that is this world.
    public func text(_ world: DrawnWorld, origin: String) -> String {
        template.text(
            world.settings,
            comment: ["SPDX-License-Identifier: Apache-2.0", "Drawn: \(origin)"])
    }

    /// - Parameter draw: how many were no scenario.
    private func values(_ seed: UInt64, draw number: Int) -> [ExplorationTemplate.Setting] {
        var settings = template.exploration.ranges.map { range in
            ExplorationTemplate.Setting(range.path, range.value(draw(.value, seed, range.path, UInt64(number))))
        }
        settings.append(ExplorationTemplate.Setting("seed", ScenarioValue("\(seed & UInt64(Int64.max))")))
        if template.exploration.shufflesTies, draw(.tie, seed, "ties") & 1 == 1 {
            settings.append(
                ExplorationTemplate.Setting("ties", ScenarioValue("\(draw(.tie, seed, "key") >> 33)")))
        }
        return settings
    }

    func draw(_ purpose: Purpose, _ seed: UInt64, _ name: String, _ place: UInt64 = 0) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.absorb(name)
        return Draws(seed: seed).uniform(purpose, fingerprint.digest.low, place)
    }
}

extension Purpose {
    static var value: Purpose { Purpose(layer: .exploration, id: 1) }
    static var tie: Purpose { Purpose(layer: .exploration, id: 2) }
    static var faultCount: Purpose { Purpose(layer: .exploration, id: 3) }
    static var faultKind: Purpose { Purpose(layer: .exploration, id: 4) }
    static var faultTarget: Purpose { Purpose(layer: .exploration, id: 5) }
    static var faultTime: Purpose { Purpose(layer: .exploration, id: 6) }
    static var faultValue: Purpose { Purpose(layer: .exploration, id: 7) }
}

extension WorldDrawing {
    /// Of everything that a seed's world and verdict depend on: the scenario, its ranges, what is switched off, the kinds of faults
    /// that there are, and the version of the engine's semantics. 32 hexadecimal digits.
    public var identity: String {
        var fingerprint = Fingerprint()
        fingerprint.absorb(template.scenario.fingerprint)
        let exploration = template.exploration
        for range in exploration.ranges {
            fingerprint.absorb(range.path)
            fingerprint.absorb(range.words)
        }
        fingerprint.absorb(
            "\(exploration.faults) \(exploration.warmUp) \(exploration.calm) \(exploration.shufflesTies)")
        fingerprint.absorb(template.expectations)
        for family in FaultKind.Family.allCases where without.contains(family) { fingerprint.absorb(family.rawValue) }
        for kind in FaultKind.all { fingerprint.absorb("\(kind)") }
        // What a journal says was reached, it says by places among these.
        for item in Coverage.items { fingerprint.absorb("\(item.group) \(item.name)") }
        fingerprint.absorb(EngineVersion.semantics)
        return fingerprint.digest.description
    }
}
