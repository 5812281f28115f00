// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders

extension WorldBuilder {
    func fault(_ pair: Item.Pair, _ world: WorldSpecification) -> FaultSpecification {
        let item = pair.item
        let at = item.interval("at")
        let length = item.interval("for")
        let known = scenario["duration"]?.integer != nil && item["at"]?.integer != nil && item["for"]?.integer != nil
        if known, at + length > end {
            diagnostics.error(
                "fault '\(pair.key)' from \(at) for \(length) is outside of the run, which ends at \(end) "
                    + "(duration and drain)", at: item[at >= end ? "at" : "for"]?.place ?? pair.place,
                remedy:
                    "make the run longer, by --duration \(at + length - scenario.interval("drain")) at least, or --set faults.\(pair.key).\(at >= end ? "at" : "for")=TIME, or remove "
                    + "the fault and what is expected of it")
        }
        let (effect, what) = self.effect(pair, world)
        return FaultSpecification(name: pair.key, at: at, length: length, effect: effect, what: what)
    }

    private func effect(_ pair: Item.Pair, _ world: WorldSpecification) -> (FaultEffect, String) {
        let item = pair.item
        let nothing = FaultEffect.link(
            0, latencyFactorMicros: 1_000_000, addedLatency: .zero, lossMicros: 0, partitioned: false)
        guard let target = Tables.faultTargets.first(where: { item[$0.rawValue] != nil }) else { return (nothing, "") }
        checkKeys(pair, target)
        let index = self.index(target, item[target.rawValue])
        let what = "\(target.rawValue) \(item[target.rawValue]?.word ?? ""): \(Self.words(item, target))"
        guard let index else { return (nothing, what) }
        switch target {
        case .provider: return (.provider(index, providerFault(item, world.providers[index].profile.dialect)), what)
        case .store:
            return (
                .store(
                    index, capacityFactorMicros: item.integer("capacity", else: 1_000_000),
                    errorMicros: item.integer("errors", else: 0),
                    latencyFactorMicros: item.integer("latency", else: 1_000_000),
                    blackout: item["blackout"]?.boolean ?? false), what
            )
        case .link:
            return (
                .link(
                    index, latencyFactorMicros: item.integer("latency", else: 1_000_000),
                    addedLatency: item.interval("delay"),
                    lossMicros: item.integer("loss", else: 0), partitioned: item["partition"]?.boolean ?? false), what
            )
        case .broker: return (brokerCrash(pair, index, world.brokers[index]), what)
        default:
            if let share = item["objections"] { return (objections(pair, share, index, world), what) }
            if let border = item["border"] { return (self.border(pair, border, index, world.stages[index]), what) }
            if let channel = item["channel"] {
                diagnostics.error("a 'channel' is what 'objections' are to", at: channel.place)
            }
            return (workerCrash(pair, index, world.stages[index]), what)
        }
    }

    /// Only keys that mean something for the target, and at least one that changes something.
    private func checkKeys(_ pair: Item.Pair, _ target: Entity) {
        let valid = Tables.faultKeys[target] ?? []
        let always = ["at", "for", target.rawValue]
        let targets = Tables.faultTargets.map(\.rawValue)
        let own = (pair.item.pairs ?? []).filter { !always.contains($0.key) && !targets.contains($0.key) }
        for key in own where !valid.contains(key.key) {
            diagnostics.error(
                "a fault of a \(target.rawValue) has no '\(key.key)'", at: key.place,
                suggestion: NearestName.of(key.key, among: valid),
                remedy: "valid here: \(valid.joined(separator: ", "))")
        }
        if target == .broker || target == .stage { return }
        let effective = own.contains { key in
            switch key.key {
            case "latency": key.item.integer != 1_000_000
            case "capacity": key.item.integer != 1_000_000
            case "errors", "loss", "delay": key.item.integer != 0
            case "blackout", "partition": key.item.boolean != false
            default: key.key == "excess"
            }
        }
        if !effective {
            diagnostics.error(
                "fault '\(pair.key)' changes nothing; expected one of: \(valid.joined(separator: ", "))", at: pair.place
            )
        }
        if let answer = pair.item["answer"], pair.item["errors"] == nil {
            diagnostics.error(
                "'answer' says what the additional errors are, but there is no 'errors'", at: answer.place,
                remedy: "write errors: 30%")
        }
    }

    private func providerFault(_ item: Item, _ dialect: ProviderDialect) -> ProviderFault {
        var fault = ProviderFault()
        fault.capacityMicros = item.integer("capacity", else: 1_000_000)
        fault.excess = excess(item["excess"]) { response($0, dialect) }
        fault.errorMicros = item.integer("errors", else: 0)
        fault.error = item["answer"].map { response($0, dialect) }
        fault.errorKnownFor = item.interval("since")
        checkStamp(item["since"], fault.error, dialect)
        fault.latencyFactorMicros = item.integer("latency", else: 1_000_000)
        fault.blackout = item["blackout"]?.boolean ?? false
        return fault
    }

    private func brokerCrash(_ pair: Item.Pair, _ index: Int, _ broker: BrokerSpecification) -> FaultEffect {
        let node = pair.item.count("node", else: 0)
        switch broker.kind {
        case .direct:
            diagnostics.error(
                "broker '\(broker.name)' is direct: it has no node that could crash",
                at: pair.item["broker"]?.place ?? pair.place)
        case .kafka(let profile):
            if node >= profile.nodes {
                diagnostics.error(
                    "broker '\(broker.name)' has the nodes 0 to \(profile.nodes - 1); there is no \(node)",
                    at: pair.item["node"]?.place ?? pair.place)
            }
        }
        return .brokerCrash(broker: index, node: node)
    }

    private func workerCrash(_ pair: Item.Pair, _ index: Int, _ stage: StageSpecification) -> FaultEffect {
        let first = pair.item.count("replica", else: 0)
        let all = pair.item["replicas"]?.word == "all"
        let count = all ? stage.replicas - first : pair.item.count("replicas")
        if first + count > stage.replicas || count < 1 {
            diagnostics.error(
                "stage '\(stage.name)' has the replicas 0 to \(stage.replicas - 1); \(first) to "
                    + "\(first + count - 1) are not "
                    + "all there", at: (pair.item["replica"] ?? pair.item["replicas"])?.place ?? pair.place)
        }
        guard let pause = pair.item["pause"], pause.boolean == true else {
            return .workerCrash(stage: index, firstReplica: first, count: max(1, count))
        }
        if case .work? = stage.steps.first {
        } else {
            diagnostics.error(
                "only replicas that lease tasks can be paused; stage '\(stage.name)' has no 'work' step",
                at: pause.place, remedy: "without 'pause' they crash")
        }
        return .workerPause(stage: index, firstReplica: first, count: max(1, count))
    }

    /// What the fault does, for people: `capacity 20%, excess 503`.
    private static func words(_ item: Item, _ target: Entity) -> String {
        switch target {
        case .broker: return "node \(item.count("node", else: 0)) crashes"
        case .stage:
            if let share = item["objections"] {
                return "\(share.text) of recipients object to \(item["channel"]?.word ?? "everything")"
            }
            if let border = item["border"] {
                return ([border, item["share"], item["delay"]].compactMap { $0?.text }).joined(separator: " ")
            }
            let isPause = item["pause"]?.boolean == true
            let (one, several) = isPause ? ("stands still", "stand still") : ("crashes", "crash")
            if item["replicas"]?.word == "all" { return "all replicas \(several)" }
            let first = item.count("replica", else: 0)
            let count = item.count("replicas")
            return count == 1 ? "replica \(first) \(one)" : "replicas \(first) to \(first + count - 1) \(several)"
        default:
            return (Tables.faultKeys[target] ?? []).compactMap { key in
                item[key].map { value in value.boolean == nil ? "\(key) \(value.text)" : key }
            }.joined(separator: ", ")
        }
    }
}
