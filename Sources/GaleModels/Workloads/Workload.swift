// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

/// An open-loop source of messages: it submits at its own instants, whatever becomes of them.
///
/// Into a Kafka topic it looks ahead by a millisecond: one event makes all arrivals of the next millisecond and hands them
/// to the producers with their own instants, so that batches open, fill and close exactly when they would. Into a direct
/// topic each arrival is an event. It has one producer per 10,000 messages a second of its peak rate, like the fleet of
/// processes that such a load comes from.
final class Workload: Component {
    struct State {
        var core: Core
        var curve: RateCurve
        var isPoisson: Bool
        var units: UInt32
        var id: UInt8
        var ordinal: UInt64 = 0
        /// `ordinal` modulo the number of producers.
        var turn: UInt64 = 0
        var next: Instant?
        var isDirect: Bool
        var inlet: Inlet
        var unit: UnitExponential
    }

    let state: UnsafeMutablePointer<State>

    static let arrivals: UInt32 = 0
    static let lookAheadInterval = Interval.milliseconds(1)
    static let ratePerProducerMicros: Int64 = 10_000_000_000

    init(name: String, kernel: Kernel, state: State) {
        self.state = .allocate(capacity: 1)
        self.state.initialize(to: state)
        super.init(kernel: kernel, name: name)
        advance()
        guard let next = self.state.pointee.next else {
            self.state.pointee.core.state.pointee.openWorkloads -= 1
            return
        }
        scheduler.schedule(at: next, target: index, kind: Self.arrivals, payload: 0)
    }

    deinit {
        state.pointee.curve.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Producers that a workload with this peak rate has.
    static func producers(peakMicros: Int64, units: Int64) -> Int {
        Int(min(256, max(1, (peakMicros / max(1, units) + ratePerProducerMicros - 1) / ratePerProducerMicros)))
    }

    override func handle(_ event: Event) -> UInt64 {
        let first = state.pointee.ordinal
        if state.pointee.isDirect {
            arrive(at: event.time, state.pointee.inlet.place(of: event.time))
            advance()
            scheduleNext(at: state.pointee.next)
        } else {
            arriveAhead(from: event.time, to: event.time + Self.lookAheadInterval)
            scheduleNext(at: state.pointee.next)
        }
        return UInt64(state.pointee.id) &<< 56 | first
    }

    /// All arrivals before a horizon.
    private func arriveAhead(from instant: Instant, to horizon: Instant) {
        let inlet = state.pointee.inlet
        // Most windows lie within one slot and one phase of the results.
        let first = inlet.place(of: instant)
        let isShared = first == inlet.place(of: horizon)
        while let next = state.pointee.next, next < horizon {
            arrive(at: next, isShared ? first : inlet.place(of: next))
            advance()
        }
    }

    private func scheduleNext(at next: Instant?) {
        guard let next else {
            state.pointee.core.state.pointee.openWorkloads -= 1
            return
        }
        scheduler.schedule(at: max(next, scheduler.now), target: index, kind: Self.arrivals, payload: 0)
    }

    /// Finds the next arrival's instant.
    @inline(__always)
    private func advance() {
        var amount = Double(state.pointee.units)
        if state.pointee.isPoisson {
            let key = UInt64(state.pointee.id) &<< 56 | state.pointee.ordinal
            let draw = state.pointee.unit.sample(state.pointee.core.draws.uniform(.arrival, key))
            amount *= Double(draw) * 0x1p-32
        } else if state.pointee.ordinal == 0 {
            // Half a step in, so that a load of n steps makes n arrivals, not one more or fewer by rounding.
            amount *= 0.5
        }
        state.pointee.next = state.pointee.curve.advance(by: amount)
    }

    @inline(__always)
    private func arrive(at instant: Instant, _ place: Inlet.Place) {
        state.pointee.inlet.submit(
            workload: state.pointee.id, ordinal: state.pointee.ordinal, units: state.pointee.units, at: instant, place,
            producer: state.pointee.turn)
        state.pointee.ordinal &+= 1
        state.pointee.turn &+= 1
        if state.pointee.turn == state.pointee.inlet.producerCount { state.pointee.turn = 0 }
    }
}
