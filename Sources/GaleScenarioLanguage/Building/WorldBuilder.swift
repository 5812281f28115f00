// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness

/// Makes a `WorldSpecification` of a checked scenario: resolves names to indices and finds what cannot be. Works on
/// wrong items as well, with placeholders, so that one pass finds as much as it can; what comes out is used only
/// without errors.
struct WorldBuilder {
    let scenario: Item
    let order: PipelineOrder
    let diagnostics: Diagnostics

    init(_ scenario: Item, order: PipelineOrder, diagnostics: Diagnostics) {
        self.scenario = scenario
        self.order = order
        self.diagnostics = diagnostics
    }

    func build() -> WorldSpecification {
        var world = WorldSpecification(
            name: scenario["name"]?.word ?? "", duration: duration, drain: scenario.interval("drain"),
            seed: UInt64(scenario["seed"]?.integer ?? 0))
        if let name = scenario["name"], let word = name.word, !Checker.isName(word) {
            diagnostics.error(
                "'\(word.shortened)' is no name for a scenario; expected a letter, then letters, digits and hyphens",
                at: name.place)
        }
        for entity in [Entity.workload, .topic, .stage] where scenario[entity.section]?.pairs?.isEmpty == true {
            diagnostics.error(
                "the scenario has no \(entity.rawValue); expected at least one under '\(entity.section)'",
                at: scenario[entity.section]?.place ?? scenario.place)
        }
        for (section, most) in Self.limits {
            guard let parts = scenario[section], let count = parts.pairs?.count, count > most else { continue }
            diagnostics.error("the scenario has \(count) \(section); expected \(most) at most", at: parts.place)
        }
        world.limits = limits
        world.tieBreakKey = scenario["ties"]?.integer.map(UInt64.init)
        world.links = entries(.link).map(link)
        world.brokers = entries(.broker).map(broker)
        world.topics = entries(.topic).map { topic($0, brokers: world.brokers) }
        world.stores = entries(.store).map(store)
        world.providers = entries(.provider).map(provider)
        world.policies = entries(.policy).map { policy($0, providers: world.providers) }
        world.stages = entries(.stage).map(stage)
        world.workloads = entries(.workload).map(workload)
        world.faults = entries(.fault).map { fault($0, world) }
        #if PlantedBugs
            plantBug(in: &world)
        #endif
        checkPartitions(world)
        PipelineChecks(scenario: scenario, order: order, world: world, diagnostics: diagnostics).run()
        // Placeholders for what is wrong may point nowhere.
        return diagnostics.errors.isEmpty ? world.withRetryTopics() : world
    }

    /// A workload's number has eight bits of a message's identity; each start and end of a fault begins a phase, of which
    /// there are 255 at most; a stage's number has eight bits of what a draw is keyed by.
    private static let limits = [("workloads", 200), ("faults", 100), ("stages", 250)]

    /// A record in a consumer's buffer names its partition in 16 bits; a retry topic may come on top.
    private static let partitionLimit = 60_000

    /// Brokers with more partitions than the models can tell apart.
    private func checkPartitions(_ world: WorldSpecification) {
        for (place, broker) in world.brokers.enumerated() {
            let count = world.topics.reduce(0) { $0 + ($1.broker == place ? $1.partitions : 0) }
            if count > Self.partitionLimit {
                diagnostics.error(
                    "the topics of broker '\(broker.name)' have \(count) partitions together; expected "
                        + "\(Self.partitionLimit) at most", at: scenario["topics"]?.place ?? scenario.place)
            }
        }
    }

    var duration: Interval { scenario.interval("duration") }
    var end: Interval { duration + scenario.interval("drain") }

    /// The declarations of a section in the scenario's order.
    func entries(_ entity: Entity) -> [Item.Pair] {
        let pairs = scenario[entity.section]?.pairs ?? []
        return (order.names[entity] ?? []).compactMap { name in pairs.first { $0.key == name } }
    }

    func index(_ entity: Entity, _ item: Item?) -> Int? {
        guard let name = item?.word else { return nil }
        return order.names[entity]?.firstIndex(of: name)
    }

    private var limits: LimitSpecification {
        var limits = LimitSpecification()
        guard let item = scenario["limits"] else { return limits }
        limits.events = UInt64(item["events"]?.integer ?? 1)
        limits.memory = UInt64(item["memory"]?.integer ?? 1)
        limits.wall = item.interval("wall")
        limits.eventsPerInstant = UInt64(item["events-per-instant"]?.integer ?? 1)
        return limits
    }
}

extension Item {
    /// Placeholders stand for what was wrong or is absent: the diagnostics stop the scenario anyway.
    func interval(_ key: String) -> Interval { Interval(nanoseconds: self[key]?.integer ?? 0) }
    func integer(_ key: String, else placeholder: Int64 = 1) -> Int64 { self[key]?.integer ?? placeholder }
    func count(_ key: String, else placeholder: Int = 1) -> Int { Int(self[key]?.integer ?? Int64(placeholder)) }
    func distribution(_ key: String) -> DistributionSpecification { self[key]?.distribution ?? .constant(0) }

    /// A choice among the cases of an enumeration.
    func choice<Value: RawRepresentable<String>>(_ key: String, else placeholder: Value) -> Value {
        self[key]?.word.flatMap(Value.init(rawValue:)) ?? placeholder
    }
}
