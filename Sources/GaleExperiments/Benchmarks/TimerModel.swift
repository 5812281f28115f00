// SPDX-License-Identifier: GPL-3.0-or-later
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Time-outs of a constant delay, of which 99 % are cancelled, in no order: requests that nearly always get an answer.
///
/// Every 10 µs a request that is drawn at random ends, and its time-out is cancelled; another takes its place. Their ages are
/// geometric, and the time-out is the age that one in a hundred exceeds. A tick starts 16 of them.
public struct TimerModel: Benchmark {
    /// Requests under way at once.
    public var pending: Int

    private static let tick = Interval.microseconds(10 * Int64(batch))
    fileprivate static let batch = 16

    public init(pending: Int = 1_000_000) {
        precondition(pending > 0)
        self.pending = pending
    }

    public var name: String { pending == 1_000_000 ? "timers" : "timers/\(pending)" }
    public var operation: String {
        "set a constant-delay time-out, and cancel it (99 %) or have it happen; \(pending) pending"
    }
    public var usualOperations: Int { 10_000_000 }

    public func sample(operations: Int) -> BenchmarkSample {
        let kernel = Kernel()
        let ticks = Int64((operations + Self.batch - 1) / Self.batch)
        // ln 100 turns of the requests under way.
        let delay = Interval(nanoseconds: Int64(46_051.7 * Double(pending)))
        let requests = Requests(kernel: kernel, pending: pending, delay: delay, tick: Self.tick)
        // Until the first time-outs have happened.
        _ = kernel.run(until: .zero + delay)
        let (cancelled, happened) = requests.ends
        let watch = Stopwatch()
        _ = kernel.run(until: kernel.now + Self.tick * ticks)
        let time = watch.elapsed
        let ends = requests.ends
        let share = Double(ends.cancelled - cancelled) / Double(ends.cancelled - cancelled + ends.happened - happened)
        return BenchmarkSample(
            operations: UInt64(ticks) * UInt64(Self.batch), time: time,
            figures: [("cancelled", share), ("pending", Double(kernel.pending))])
    }
}

/// Starts and ends requests.
private final class Requests: Component {
    private struct State {
        var draws = Draws(seed: 1)
        var timeouts: UnsafeMutablePointer<TimerHandle>
        var slots: UInt64
        var drawn: UInt64 = 0
        var cancelled = 0
        var happened = 0
    }

    private let state: UnsafeMutablePointer<State>
    private let ticking: Lane
    private let timeout: Lane

    private static let tick: UInt32 = 0
    private static let expiry: UInt32 = 1

    init(kernel: Kernel, pending: Int, delay: Interval, tick: Interval) {
        let timeouts = UnsafeMutablePointer<TimerHandle>.allocate(capacity: pending)
        timeouts.initialize(repeating: .none, count: pending)
        state = .allocate(capacity: 1)
        state.initialize(to: State(timeouts: timeouts, slots: UInt64(pending)))
        ticking = kernel.scheduler.lane(for: tick)
        timeout = kernel.scheduler.lane(for: delay)
        super.init(kernel: kernel, name: "requests")
        scheduler.schedule(on: ticking, target: index, kind: Self.tick, payload: 0)
    }

    deinit {
        state.pointee.timeouts.deallocate()
        state.deallocate()
    }

    var ends: (cancelled: Int, happened: Int) { (state.pointee.cancelled, state.pointee.happened) }

    override func handle(_ event: Event) -> UInt64 {
        if event.kind == Self.expiry {
            state.pointee.happened &+= 1
            return event.payload
        }
        for _ in 0..<TimerModel.batch {
            let number = state.pointee.drawn
            state.pointee.drawn = number &+ 1
            let slot = Int(state.pointee.draws.uniform(.request, number).below(state.pointee.slots))
            let timeouts = state.pointee.timeouts
            if scheduler.cancel(timeouts[slot]) { state.pointee.cancelled &+= 1 }
            timeouts[slot] = scheduler.schedule(on: timeout, target: index, kind: Self.expiry, payload: number)
        }
        scheduler.schedule(on: ticking, target: index, kind: Self.tick, payload: 0)
        return state.pointee.drawn
    }
}

extension Purpose {
    fileprivate static var request: Purpose { Purpose(layer: .workload, id: 100) }
}
