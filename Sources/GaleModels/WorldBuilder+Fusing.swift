// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives

/// Constant work followed by a call of a store is one event where that is exactly the same.
extension WorldBuilder {
    /// Work longer than this is an event of its own, so that a crash that nobody planned can't fall into it.
    private static let longestFused = Interval.milliseconds(1)

    /// Marks steps of constant work after which a store is called whose answer can be decided when the work begins: nobody
    /// else asks that store (so that its operations still arrive in the order in which they are decided), and no fault of
    /// the store, its link or the stage can fall between. When a call fails they are taken apart again, before it can be
    /// repeated (`StageHandle.separate`).
    func fuse() {
        for (place, stage) in specification.stages.enumerated() {
            for (number, step) in stage.steps.enumerated().dropLast() {
                guard case .compute(.constant(let nanoseconds)) = step,
                    Interval(nanoseconds: Int64(nanoseconds)) <= Self.longestFused,
                    case .call(let call) = stage.steps[number + 1], users(of: call.store) == 1,
                    call.attempts <= 1 || call.backoff.nanoseconds >= Int64(nanoseconds), !isStruck(stage: place),
                    !isStruck(store: call.store)
                else { continue }
                core.state.pointee.stages[place].state.pointee.steps[number].isFused = true
            }
        }
    }

    /// Steps and policies that ask a store.
    private func users(of store: Int) -> Int {
        specification.stages.flatMap(\.steps).count { step in
            switch step {
            case .call(let call): call.store == store
            case .deliver(let policy): specification.policies[policy].stores.values.contains(store)
            case .compute, .emit, .work: false
            }
        }
    }

    private func isStruck(stage place: Int) -> Bool {
        specification.faults.contains {
            guard case .workerCrash(let stage, _, _) = $0.effect else { return false }
            return stage == place
        }
    }

    private func isStruck(store place: Int) -> Bool {
        specification.faults.contains {
            switch $0.effect {
            case .store(let store, _, _, _, _): store == place
            case .link(let link, _, _, _, _): link == specification.stores[place].link
            case .provider, .brokerCrash, .workerCrash, .workerPause, .objections, .border: false
            }
        }
    }
}
