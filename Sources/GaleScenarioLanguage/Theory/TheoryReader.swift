// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives
import GaleRandomness

/// Takes the parameters of `theory:` from a checked world, and finds what the model does not cover.
///
/// Works on worlds without errors.
struct TheoryReader {
    let scenario: Item
    let order: PipelineOrder
    let world: WorldSpecification
    let diagnostics: Diagnostics
    let model: Theory.Model

    /// nil: there is no theory, or something is wrong with the scenario.
    init?(scenario: Item, order: PipelineOrder, world: WorldSpecification, diagnostics: Diagnostics) {
        guard diagnostics.errors.isEmpty, let word = scenario["theory"]?.word, let model = Theory.Model(rawValue: word)
        else { return nil }
        self.scenario = scenario
        self.order = order
        self.world = world
        self.diagnostics = diagnostics
        self.model = model
    }

    func read() -> Theory? {
        checkFaults()
        let source = source()
        let theory =
            model == .tokenBucket
            ? Theory(model: model, source: source, stations: [], limit: limit(source))
            : Theory(model: model, source: source, stations: stations())
        guard diagnostics.errors.isEmpty else { return nil }
        checkStability(theory)
        return theory
    }

    func misfit(_ words: String, at place: Place?, remedy: String? = nil) {
        diagnostics.error(
            "theory \(model.rawValue) does not fit: \(words)", at: place ?? scenario.place, remedy: remedy)
    }

    func pair(_ entity: Entity, _ name: String) -> Item.Pair? {
        scenario[entity.section]?.pairs?.first { $0.key == name }
    }

    private func checkFaults() {
        guard let fault = world.faults.first else { return }
        misfit("the scenario has a fault, '\(fault.name)'", at: pair(.fault, fault.name)?.place)
    }

    // MARK: Source

    private func source() -> Theory.Source {
        let workload = world.workloads[0]
        let pair = pair(.workload, workload.name)
        let item = pair?.item
        if world.workloads.count > 1 {
            misfit("it has one source", at: self.pair(.workload, world.workloads[1].name)?.place)
        }
        if let loop = workload.closedLoop {
            checkClosed(loop, item)
            return .closed(population: loop.population, think: loop.think)
        }
        if model == .machineRepair {
            misfit(
                "workload '\(workload.name)' has a rate; here a population sends", at: pair?.place,
                remedy: "write population and think instead")
        }
        if workload.rate.points.count > 1 || !(item?["bursts"]?.list ?? []).isEmpty {
            misfit("its rate is constant", at: (item?["rate"] ?? item?["count"])?.place)
        }
        let arrivals = model == .tokenBucket ? WorkloadSpecification.Arrivals.uniform : .poisson
        if workload.arrivals != arrivals {
            misfit(
                "its arrivals are \(arrivals.rawValue)",
                at: (item?.gives("arrivals") == true ? item?["arrivals"]?.place : pair?.place))
        }
        if workload.fanOut != 1 { misfit("one message arrives at a time", at: item?["fan-out"]?.place) }
        return .open(perSecond: Double(workload.rate.points[0].perSecondMicros) / 1e6)
    }

    private func checkClosed(_ loop: ClosedLoopSpecification, _ item: Item?) {
        guard model == .machineRepair else {
            return misfit("its arrivals come at a rate, not from a population", at: item?["population"]?.place)
        }
        guard case .exponential(let mean) = loop.think, mean > 0 else {
            return misfit("machines run for an exponential time", at: item?["think"]?.place)
        }
    }

    // MARK: Stations

    private func stations() -> [Theory.Station] {
        let stages = world.stages
        let first = pair(.stage, stages[0].name)
        if model == .tandem {
            if stages.count < 2 { misfit("it has two stages or more", at: first?.place) }
        } else if stages.count > 1 {
            misfit("it has one stage", at: pair(.stage, stages[1].name)?.place)
        }
        if stages[0].topic != world.workloads[0].topic {
            misfit("the load goes to the first stage", at: first?.item["reads"]?.place)
        }
        return stages.indices.map(station)
    }

    private func station(_ place: Int) -> Theory.Station {
        let stage = world.stages[place]
        let item = pair(.stage, stage.name)?.item
        let topic = world.topics[stage.topic]
        let topicPair = pair(.topic, topic.name)
        if case .kafka = world.brokers[topic.broker].kind {
            misfit(
                "topic '\(topic.name)' is on a broker that takes time", at: topicPair?.item["broker"]?.place,
                remedy: "use a broker with `profile: direct`")
        }
        let servers = stage.replicas * stage.concurrency
        if servers > 1, [.exponentialServer, .constantServer, .generalServer].contains(model) {
            misfit(
                "stage '\(stage.name)' has \(servers) servers (replicas × concurrency)",
                at: item?[item?.gives("concurrency") == true ? "concurrency" : "replicas"]?.place)
        }
        checkCapacity(topic, servers, topicPair)
        return Theory.Station(
            stage: place, servers: servers, service: service(place, item), capacity: topic.capacity)
    }

    private func checkCapacity(_ topic: TopicSpecification, _ servers: Int, _ pair: Item.Pair?) {
        guard model == .boundedServers else {
            if topic.capacity != nil { misfit("its queue has no bound", at: pair?.item["capacity"]?.place) }
            return
        }
        guard let capacity = topic.capacity else {
            return misfit("topic '\(topic.name)' has no capacity", at: pair?.place, remedy: "capacity: K")
        }
        // The formula sums over the states.
        if capacity > 1_000_000 {
            misfit("a capacity of \(capacity) is more than 1M, which theory can do", at: pair?.item["capacity"]?.place)
        }
        if capacity < servers {
            misfit("a capacity of \(capacity) is less than the \(servers) servers", at: pair?.item["capacity"]?.place)
        }
    }

    /// The one `compute` of a stage; all but the last stage hand on to the next.
    private func service(_ place: Int, _ item: Item?) -> DistributionSpecification {
        let stage = world.stages[place]
        let steps = item?["steps"]
        guard case .compute(let service) = stage.steps.first else {
            misfit("stage '\(stage.name)' begins with a compute", at: steps?.place)
            return .constant(0)
        }
        checkNext(place, stage, steps)
        let at = steps?.list?.first?["compute"]?.place ?? steps?.place
        if service.mean <= 0 { misfit("its service takes time", at: at) }
        switch (model, service) {
        case (.generalServer, _):
            if !service.hasVariance { misfit("the service time has no finite variance", at: at) }
        case (.constantServer, .constant): break
        case (.constantServer, _): misfit("its service time is constant", at: at)
        case (_, .exponential): break
        default: misfit("its service time is exponential", at: at)
        }
        return service
    }

    private func checkNext(_ place: Int, _ stage: StageSpecification, _ steps: Item?) {
        let rest = stage.steps.dropFirst()
        guard place + 1 < world.stages.count else {
            if !rest.isEmpty {
                misfit("the last stage has one step, a compute", at: steps?.list?.dropFirst().first?.place)
            }
            return
        }
        let next = world.stages[place + 1]
        if rest.count == 1, case .emit(let emit) = rest[rest.startIndex], emit.topic == next.topic { return }
        misfit(
            "stage '\(stage.name)' computes once and hands on to '\(world.topics[next.topic].name)'",
            at: steps?.place)
    }

    // MARK: Stability

    private func checkStability(_ theory: Theory) {
        guard case .open(let rate) = theory.source, model != .boundedServers else { return }
        for station in theory.stations {
            let utilisation = rate * station.service.mean / 1e9 / Double(station.servers)
            if utilisation < 0.999 { continue }
            misfit(
                "stage '\(world.stages[station.stage].name)' is asked for \(Self.percent(utilisation)) of what it can "
                    + "do, and has no steady state", at: pair(.stage, world.stages[station.stage].name)?.place)
        }
    }

    private static func percent(_ share: Double) -> String { "\(Int64(min(share * 100, 1e9).rounded()))%" }
}

extension DistributionSpecification {
    fileprivate var hasVariance: Bool {
        if case .pareto(_, let alpha) = self { return alpha > 2 }
        return true
    }
}
