// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Keeps a stage's dispatchers while its world is observed, so that their inputs and actions come by here.
///
/// The stage's own table of them is empty meanwhile: what it does where there is none (its replica is down, as a rule) is the only way
/// into this, and costs a run that nobody observes nothing.
final class StageWatch {
    private(set) var dispatchers: [Dispatcher?]
    private let stage: Stage
    private let place: Int
    private unowned let observer: WorldObserver

    init(_ stage: Stage, place: Int, observer: WorldObserver) {
        self.stage = stage
        self.place = place
        self.observer = observer
        let state = stage.state
        dispatchers = (0..<state.pointee.replicaCount).map { state.pointee.dispatchers[$0]?.takeRetainedValue() }
        for replica in dispatchers.indices { state.pointee.dispatchers[replica] = nil }
        state.pointee.watch = .passRetained(self)
    }

    func keep(_ dispatcher: Dispatcher, _ replica: Int) { dispatchers[replica] = dispatcher }
    func drop(_ replica: Int) { dispatchers[replica] = nil }

    /// Gives the dispatchers back.
    func end() {
        let watch = stage.state.pointee.watch
        stage.state.pointee.watch = nil
        for (replica, dispatcher) in dispatchers.enumerated() {
            stage.state.pointee.dispatchers[replica] = dispatcher.map { .passRetained($0) }
        }
        dispatchers = []
        watch?.release()
    }

    func show(_ input: Input, _ actions: UnsafeMutablePointer<Actions>, _ replica: Int) {
        observer.dispatched(input, actions, stage: place, replica: replica)
    }

    /// The actions from a place on; those before are not the answer to this input.
    func show(_ input: Input, _ actions: UnsafeMutablePointer<Actions>, from first: Int, _ replica: Int) {
        var own = Actions()
        for place in first..<actions.pointee.count { own.append(actions.pointee[place]) }
        withUnsafeMutablePointer(to: &own) { show(input, $0, replica) }
    }
}

extension StageHandle {
    /// What `dispatch` does, under the eyes of an observer, if there is one; a replica that is down hears nothing.
    @inline(never)
    func dispatchWatched(_ input: Input, of work: Work?, named identity: UInt64, to number: Int) {
        guard let watch = state.pointee.watch?.takeUnretainedValue(), let dispatcher = watch.dispatchers[number] else {
            return
        }
        let actions = state.pointee.actions
        // See `dispatch`.
        let begun = actions.pointee.count
        dispatcher.handle(
            input, now: core.now, random: core.draws.uniform(.dispatcher, identity, UInt64(core.now.nanoseconds)),
            into: &actions.pointee)
        if begun > 0 { return watch.show(input, actions, from: begun, number) }
        watch.show(input, actions, number)
        let own = actions.pointee.count
        var place = 0
        while place < actions.pointee.count {
            perform(actions.pointee[place], of: place < own ? work : nil, number)
            place &+= 1
        }
        actions.pointee.removeAll()
    }
}
