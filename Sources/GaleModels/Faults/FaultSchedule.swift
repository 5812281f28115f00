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
    private var inForce: [Bool]

    init(_ faults: [FaultSpecification], parts: WorldParts, kernel: Kernel) {
        self.faults = faults
        self.parts = parts
        inForce = Array(repeating: false, count: faults.count)
        super.init(kernel: kernel, name: "faults")
        for (place, fault) in faults.enumerated() {
            scheduler.schedule(
                at: .zero + fault.at + fault.length, target: index, kind: Kind.end, payload: UInt64(place))
        }
        // Scheduled after the ends: of two faults that touch, the first is over when the second begins.
        for (place, fault) in faults.enumerated() {
            scheduler.schedule(at: .zero + fault.at, target: index, kind: Kind.begin, payload: UInt64(place))
        }
    }

    override func handle(_ event: Event) -> UInt64 {
        let place = Int(event.payload)
        if event.kind == Kind.begin {
            begin(place)
        } else {
            end(place)
        }
        return event.payload
    }

    private func begin(_ place: Int) {
        inForce[place] = true
        switch faults[place].effect {
        case .provider(let provider, let effect): parts.providers[provider].begin(effect, fault: place)
        case .brokerCrash(let broker, let node): parts.brokers[broker]?.handle.crash(node: node, fault: place)
        case .workerCrash(let stage, let first, let count):
            parts.stages[stage].crash(first: first, count: count, fault: place)
        case .workerPause(let stage, let first, let count):
            parts.stages[stage].pool?.pause(first: first, count: count, fault: place)
        case .objections(let stage, let share, let channel):
            let objection = Objection(fault: place, stage: stage, shareMicros: share, channel: channel)
            let handle = parts.stages[stage].handle
            handle.core.state.pointee.objections.append(objection)
            handle.consentChanges(objection, isGranted: false)
        case .border(let stage, let effect): parts.stages[stage].handle.begin(effect, fault: place)
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
        inForce[place] = false
        switch faults[place].effect {
        case .provider(let provider, _): parts.providers[provider].end(fault: place)
        case .brokerCrash(let broker, let node): restart(broker: broker, node: node)
        case .workerCrash(let stage, let first, let count):
            let free = free(first..<first + count, of: stage, isCrash: true) { effect in
                guard case .workerCrash(stage, let first, let count) = effect else { return nil }
                return first..<first + count
            }
            if !free.isEmpty { parts.stages[stage].restart(free) }
        case .workerPause(let stage, let first, let count):
            let free = free(first..<first + count, of: stage, isCrash: false) { effect in
                guard case .workerPause(stage, let first, let count) = effect else { return nil }
                return first..<first + count
            }
            parts.stages[stage].pool?.resume(free)
        case .objections(let stage, let share, let channel):
            let handle = parts.stages[stage].handle
            handle.core.state.pointee.objections.removeAll { $0.fault == place }
            handle.consentChanges(
                Objection(fault: place, stage: stage, shareMicros: share, channel: channel), isGranted: true)
        case .border(let stage, _): parts.stages[stage].handle.endBorder(fault: place)
        case .link(let link, _, _, _, _): parts.links[link].end(fault: place)
        case .store(let store, _, _, _, _): parts.stores[store].handle.end(fault: place)
        }
    }

    /// A node that another fault keeps down stays down, as that one's doing.
    private func restart(broker: Int, node: Int) {
        let other = faults.indices.first { place in
            guard inForce[place], case .brokerCrash(broker, node) = faults[place].effect else { return false }
            return true
        }
        guard let handle = parts.brokers[broker]?.handle else { return }
        if let other { handle.blame(node: node, fault: other) } else { handle.restart(node: node) }
    }

    /// The replicas of a fault that has ended which no other fault of its kind keeps as they are; those that one does are
    /// that one's doing from now on.
    private func free(
        _ replicas: Range<Int>, of stage: Int, isCrash: Bool, struckBy: (FaultEffect) -> Range<Int>?
    ) -> [Int] {
        var free: [Int] = []
        for replica in replicas {
            let other = faults.indices.first { place in
                inForce[place] && struckBy(faults[place].effect)?.contains(replica) == true
            }
            if let other {
                parts.stages[stage].blame(replica: replica, fault: other, isCrash: isCrash)
            } else {
                free.append(replica)
            }
        }
        return free
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
    /// Of stages with a `work` step.
    var pools: [JobPool] = []
    var workloads: [Component] = []
}
