// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Looks at a world while it runs: at each event before and after it is handled, and at what dispatchers hear and ask for.
///
/// A filtered view of a run is made by running the same seed once more with an observer; a run without one pays nothing for it.
package class WorldObserver: KernelObserver {
    /// The world that it looks at; set by `World.observe`.
    package private(set) unowned var world: World!
    private(set) var roles: [Role] = []
    private var watches: [StageWatch] = []

    /// What a component is.
    enum Role: Equatable {
        case workload(Int), broker(Int), stage(Int), jobs(Int), store(Int), provider(Int), faults
    }

    override package init() {}

    /// What a dispatcher asks for in answer to an input, before it is carried out.
    func dispatched(_ input: Input, _ actions: UnsafeMutablePointer<Actions>, stage: Int, replica: Int) {}

    var now: Int64 { world.core.now.nanoseconds }

    func attach(to world: World) {
        self.world = world
        roles = Array(repeating: .faults, count: world.kernel.componentNames.count)
        for (place, part) in world.parts.workloads.enumerated() { roles[Int(part.index)] = .workload(place) }
        for (place, part) in world.parts.stores.enumerated() { roles[Int(part.index)] = .store(place) }
        for (place, part) in world.parts.providers.enumerated() { roles[Int(part.index)] = .provider(place) }
        for (place, part) in world.parts.brokers.enumerated() {
            if let part { roles[Int(part.index)] = .broker(place) }
        }
        for (place, part) in world.parts.stages.enumerated() {
            roles[Int(part.index)] = .stage(place)
            if let pool = part.pool { roles[Int(pool.index)] = .jobs(place) }
            watches.append(StageWatch(part, place: place, observer: self))
        }
    }

    /// The world is as it would be without an observer.
    func detach() {
        for watch in watches { watch.end() }
        watches = []
    }

    /// A replica's dispatcher; nil: it is down, or delivers nothing.
    func dispatcher(stage: Int, replica: Int) -> Dispatcher? {
        watches.isEmpty ? nil : watches[stage].dispatchers[replica]
    }
}

extension World {
    /// Has an observer look at everything from here on. Only before the run, and only once.
    package func observe(_ observer: WorldObserver) {
        precondition(self.observer == nil && events == 0, "a run is observed from its beginning, by one observer")
        self.observer = observer
        observer.attach(to: self)
    }

    func runKernel(until limit: Instant) -> KernelStop {
        if let observer { return kernel.run(until: limit, observer: observer) }
        return kernel.run(until: limit)
    }

    package var worldSpecification: WorldSpecification { specification }
}
