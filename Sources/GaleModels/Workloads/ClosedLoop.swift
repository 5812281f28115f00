// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A closed-loop source: users who wait for the end of their message before they think and send again.
///
/// A message's end is the moment it is settled, whatever became of it: delivered, given up, shed or lost. A user whose
/// message the pipeline gives up and a provider takes all the same does not notice. Nobody begins to send after the load.
///
/// User u's nth message has the ordinal n · population + u, so that it is the same message with the same thinking time
/// before it in every run, whatever became of those before; the state of all users is in their messages.
final class ClosedLoop: Component {
    struct State {
        var inlet: Inlet
        var id: UInt8
        var population: UInt64
        var think: Distribution
        var component: UInt32 = 0
    }

    let state: UnsafeMutablePointer<State>

    static let sends: UInt32 = 0
    /// One process stands for this many users, up to 256 of them: it shares its producer's batches among them.
    static let usersPerProducer: Int64 = 1_000

    init(name: String, kernel: Kernel, state: State) {
        self.state = .allocate(capacity: 1)
        self.state.initialize(to: state)
        super.init(kernel: kernel, name: name)
        self.state.pointee.component = index
        let handle = handle
        for user in 0..<state.population { handle.think(before: user, from: .zero) }
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    var handle: ClosedLoopHandle { ClosedLoopHandle(state: state) }

    static func producers(population: Int64) -> Int {
        Int(min(256, (population + usersPerProducer - 1) / usersPerProducer))
    }

    override func handle(_ event: Event) -> UInt64 {
        state.pointee.inlet.submit(workload: state.pointee.id, ordinal: event.payload, units: 1, at: event.time)
        return UInt64(state.pointee.id) &<< 56 | event.payload
    }
}

/// A closed loop as the books see it: they tell it when a message is settled.
struct ClosedLoopHandle {
    let state: UnsafeMutablePointer<ClosedLoop.State>

    /// The user of a message has learnt at `instant` that it is settled.
    func settled(_ identity: UInt64, at instant: Instant) {
        let next = identity &>> 20 & (Inlet.ordinals &- 1) &+ state.pointee.population
        // Beyond 2³⁶ messages there are no numbers left: the user retires.
        if next < Inlet.ordinals { think(before: next, from: instant) }
    }

    /// Schedules a message after the thinking that comes before it.
    func think(before ordinal: UInt64, from instant: Instant) {
        let core = state.pointee.inlet.core
        let key = UInt64(state.pointee.id) &<< 56 | ordinal
        let time = instant + Interval(nanoseconds: state.pointee.think.time(core.draws.uniform(.think, key)))
        guard time < core.state.pointee.loadEnd else { return }
        core.scheduler.schedule(
            at: time, target: state.pointee.component, kind: ClosedLoop.sends, payload: ordinal)
    }
}
