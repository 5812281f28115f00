// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Makes a world's models from its specification and wires them.
struct WorldBuilder {
    let specification: WorldSpecification
    let kernel: Kernel
    let core: Core
    let parts: WorldParts
    let decisions: UnsafeMutablePointer<Int64>

    /// The path between processes of one site where a scenario names none; an estimate.
    static let localLatency = Interval.microseconds(250)

    init(
        _ specification: WorldSpecification, kernel: Kernel, core: Core, parts: WorldParts,
        decisions: UnsafeMutablePointer<Int64>
    ) {
        self.specification = specification
        self.kernel = kernel
        self.core = core
        self.parts = parts
        self.decisions = decisions
    }

    func build() {
        buildLinks()
        buildStores()
        buildProviders()
        buildBrokers()
        for place in specification.stages.indices { buildStage(place) }
        fuse()
        for place in specification.workloads.indices { buildWorkload(place) }
        for stage in parts.stages { stage.assignInitially() }
        _ = FaultSchedule(specification.faults, parts: parts, kernel: kernel)
    }

    /// The scenario's links, and one more for brokers and stores that name none.
    private func buildLinks() {
        let local = LinkSpecification(
            name: "local", latency: .constant(Double(Self.localLatency.nanoseconds)))
        for (place, link) in (specification.links + [local]).enumerated() {
            parts.links.append(Link(link, id: place, core: core, decisions: decisions))
        }
    }

    var localLink: Link { parts.links[specification.links.count] }

    private func buildStores() {
        for (place, store) in specification.stores.enumerated() {
            let model = Store(
                store, id: place, core: core, link: store.link.map { parts.links[$0] } ?? localLink, kernel: kernel,
                decisions: decisions)
            parts.stores.append(model)
            (core.state.pointee.stores + place).initialize(to: model.handle)
        }
    }

    private func buildProviders() {
        for (place, provider) in specification.providers.enumerated() {
            let model = ProviderHost(
                provider, id: place, core: core, link: provider.link.map { parts.links[$0] }, kernel: kernel,
                decisions: decisions)
            parts.providers.append(model)
            (core.state.pointee.providers + place).initialize(to: model.handle)
        }
    }

    private func reader(of topic: Int) -> Int? {
        specification.stages.firstIndex { stage in
            stage.topic == topic || stage.steps.contains { retryTopics(of: $0).contains(topic) }
        }
    }

    private func retryTopics(of step: StepSpecification) -> [Int] {
        guard case .deliver(let policy) = step else { return [] }
        return specification.policies[policy].retryTopics
    }

    private func buildBrokers() {
        for (place, broker) in specification.brokers.enumerated() {
            let topics = specification.topics.indices.filter { specification.topics[$0].broker == place }
            switch broker.kind {
            case .direct:
                parts.brokers.append(nil)
                for topic in topics { routeDirect(topic, broker: place) }
            case .kafka(let profile):
                let model = KafkaBroker(
                    name: broker.name, id: place, profile: profile,
                    topics: topics.map { ($0, specification.topics[$0].partitions, reader(of: $0)) },
                    producerCapacity: producerCount(into: topics), core: core,
                    link: broker.link.map { parts.links[$0] } ?? localLink, kernel: kernel, decisions: decisions)
                parts.brokers.append(model)
                (core.state.pointee.brokers + place).initialize(to: model.handle)
                for (local, topic) in topics.enumerated() {
                    (core.state.pointee.topics + topic).initialize(
                        to: TopicRoute(
                            stage: Int32(reader(of: topic) ?? -1), isDirect: false, broker: UInt16(place),
                            local: UInt16(local), capacity: 0))
                }
            }
        }
    }

    private func routeDirect(_ topic: Int, broker: Int) {
        (core.state.pointee.topics + topic).initialize(
            to: TopicRoute(
                stage: Int32(reader(of: topic) ?? -1), isDirect: true, broker: UInt16(broker), local: 0,
                capacity: specification.topics[topic].capacity ?? 0))
    }

    private func producerCount(into topics: [Int]) -> Int {
        var count = 0
        for workload in specification.workloads where topics.contains(workload.topic) {
            count += producers(of: workload)
        }
        for stage in specification.stages {
            for step in stage.steps {
                if case .emit(let emit) = step, topics.contains(emit.topic) { count += stage.replicas }
                for retry in retryTopics(of: step) where topics.contains(retry) { count += stage.replicas }
            }
        }
        return count
    }

    private func producers(of workload: WorkloadSpecification) -> Int {
        if isKeyed(workload) { return specification.topics[workload.topic].partitions }
        if let loop = workload.closedLoop { return ClosedLoop.producers(population: loop.population) }
        return Workload.producers(
            peakMicros: workload.rate.points.map(\.perSecondMicros).max() ?? 0, units: workload.fanOut)
    }

    /// Whether recipients choose partitions: it then has a producer for each, as one that keeps a batch for each would write.
    private func isKeyed(_ workload: WorkloadSpecification) -> Bool {
        if case .direct = specification.brokers[specification.topics[workload.topic].broker].kind { return false }
        return workload.isOrdered
    }

    private func buildWorkload(_ place: Int) {
        let workload = specification.workloads[place]
        let inlet = inlet(of: workload)
        if let loop = workload.closedLoop { return buildClosedLoop(place, loop, inlet) }
        core.state.pointee.openWorkloads += 1
        parts.workloads.append(
            Workload(
                name: workload.name, kernel: kernel,
                state: Workload.State(
                    core: core, curve: RateCurve(workload.rate, end: specification.duration),
                    isPoisson: workload.arrivals == .poisson, units: UInt32(clamping: workload.fanOut),
                    id: UInt8(place), isDirect: inlet.broker == nil, inlet: inlet, unit: UnitExponential())))
    }

    private func inlet(of workload: WorkloadSpecification) -> Inlet {
        let route = core.state.pointee.topics[workload.topic]
        let count = producers(of: workload)
        var broker: KafkaHandle?
        var first: UInt32 = 0
        if !route.isDirect {
            let handle = core.state.pointee.brokers[Int(route.broker)]
            broker = handle
            for producer in 0..<count {
                let partition = handle.state.pointee.topics[Int(route.local)].firstPartition + UInt32(producer)
                let id = handle.addProducer(
                    topic: Int(route.local), stage: nil, replica: 0, partition: isKeyed(workload) ? partition : nil)
                if producer == 0 { first = id }
            }
        }
        return Inlet(
            core: core, stage: route.stage, broker: broker, firstProducer: first, producerCount: UInt64(count),
            isKeyed: isKeyed(workload))
    }

    private func buildClosedLoop(_ place: Int, _ loop: ClosedLoopSpecification, _ inlet: Inlet) {
        let model = ClosedLoop(
            name: specification.workloads[place].name, kernel: kernel,
            state: ClosedLoop.State(
                inlet: inlet, id: UInt8(place), population: UInt64(max(1, loop.population)),
                think: Distribution(loop.think)))
        parts.workloads.append(model)
        core.state.pointee.closedLoops[place] = model.handle
        core.state.pointee.hasClosedLoops = true
    }
}
