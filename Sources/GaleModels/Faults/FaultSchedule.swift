// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives

/// Brings each fault into force at its time, and ends it.
final class FaultSchedule: Component {
    enum Kind {
        static let begin: UInt32 = 0
        static let end: UInt32 = 1
    }

    private let faults: [FaultSpecification]
    private let parts: WorldParts

    init(_ faults: [FaultSpecification], parts: WorldParts, kernel: Kernel) {
        self.faults = faults
        self.parts = parts
        super.init(kernel: kernel, name: "faults")
        for (place, fault) in faults.enumerated() {
            scheduler.schedule(at: .zero + fault.at, target: index, kind: Kind.begin, payload: UInt64(place))
        }
    }

    override func handle(_ event: Event) -> UInt64 {
        let place = Int(event.payload)
        if event.kind == Kind.begin {
            begin(place)
            scheduler.schedule(
                at: scheduler.now + faults[place].length, target: index, kind: Kind.end, payload: event.payload)
        } else {
            end(place)
        }
        return event.payload
    }

    private func begin(_ place: Int) {
        switch faults[place].effect {
        case .provider(let provider, let effect): parts.providers[provider].begin(effect, fault: place)
        case .brokerCrash(let broker, let node): parts.brokers[broker]?.handle.crash(node: node, fault: place)
        case .workerCrash(let stage, let first, let count):
            parts.stages[stage].crash(first: first, count: count, fault: place)
        case .link(let link, let factor, let added, let loss, let partitioned):
            parts.links[link].begin(
                LinkFault(
                    fault: place, latencyFactorMicros: factor, added: added.nanoseconds, lossMicros: loss,
                    partitioned: partitioned))
        case .store(let store, let capacity, let errors, let latency, let blackout):
            parts.stores[store].handle.begin(
                StoreFault(
                    fault: place, capacityFactorMicros: capacity, errorMicros: errors, latencyFactorMicros: latency,
                    blackout: blackout, shadow: 0))
        }
    }

    private func end(_ place: Int) {
        switch faults[place].effect {
        case .provider(let provider, _): parts.providers[provider].end(fault: place)
        case .brokerCrash(let broker, let node): parts.brokers[broker]?.handle.restart(node: node)
        case .workerCrash(let stage, let first, let count): parts.stages[stage].restart(first: first, count: count)
        case .link(let link, _, _, _, _): parts.links[link].end(fault: place)
        case .store(let store, _, _, _, _): parts.stores[store].handle.end(fault: place)
        }
    }
}

/// The models of a world, by their places in its specification.
final class WorldParts {
    var links: [Link] = []
    var stores: [Store] = []
    var providers: [ProviderHost] = []
    /// nil for direct brokers.
    var brokers: [KafkaBroker?] = []
    var stages: [Stage] = []
    var workloads: [Workload] = []
}
