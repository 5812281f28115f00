// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleKernel
import GalePrimitives

/// The hold model: with a constant number of events pending, take the first one and schedule another after an
/// exponential delay of mean 1 s.
///
/// It measures nothing but the queue (`queueRate`), or the queue, the clock, the digest and the call of a component
/// (`kernelRate`). `Scripts/bench/hold.c` is the same in C with a heap.
///
/// Source: R. Brown, "Calendar queues", Communications of the ACM 31 (1988).
public struct HoldModel: Sendable {
    /// Events pending.
    public var pending: Int
    /// Events handled in the part that is timed.
    public var events: Int
    public var queue: KernelOptions.Queue

    public init(pending: Int, events: Int, queue: KernelOptions.Queue = .ladder) {
        precondition(pending > 0 && events > 0)
        self.pending = pending
        self.events = events
        self.queue = queue
    }

    /// Events per second of the bare queue.
    public func queueRate() -> Double {
        var queue = EventQueue(self.queue)
        defer { queue.deallocate() }
        var delays = ExponentialDelays()
        var sequence: UInt64 = 0
        for payload in 0..<UInt64(pending) {
            let time = Instant(nanoseconds: delays.next())
            queue.insert(Event(time: time, sequence: sequence, target: 0, kind: 0, payload: payload))
            sequence += 1
        }
        /// Holds a number of events and returns the time of the last one.
        func hold(_ count: Int) -> Instant {
            var last = Instant.zero
            for _ in 0..<count {
                _ = queue.firstKey()
                var event = queue.removeFirst()
                last = event.time
                event.time = event.time + Interval(nanoseconds: delays.next())
                event.sequence = sequence
                sequence += 1
                queue.insert(event)
            }
            return last
        }
        // The first turn brings the queue into its stationary state.
        let warm = hold(pending)
        let clock = ContinuousClock()
        let start = clock.now
        let last = hold(events)
        let elapsed = clock.now - start
        precondition(last > warm || events == 1, "time did not pass")
        return Double(events) / elapsed.seconds
    }

    /// Events per second through a kernel and a component.
    public func kernelRate() -> Double {
        var options = KernelOptions()
        options.queue = queue
        let kernel = Kernel(options: options)
        let holder = Holder(kernel: kernel)
        holder.fill(pending)
        holder.run(pending, kernel)
        let before = kernel.events
        let clock = ContinuousClock()
        let start = clock.now
        holder.run(events, kernel)
        let elapsed = clock.now - start
        return Double(kernel.events - before) / elapsed.seconds
    }

    /// Runs the kernel without timing it, for a tool that counts instructions or calls. Returns the trajectory.
    public func run() -> Digest128 {
        var options = KernelOptions()
        options.queue = queue
        let kernel = Kernel(options: options)
        let holder = Holder(kernel: kernel)
        holder.fill(pending)
        holder.run(events, kernel)
        return kernel.trajectory
    }
}

/// Schedules an event for each that it handles, as often as it may.
private final class Holder: Component {
    private struct State {
        var delays = ExponentialDelays()
        var left = 0
    }

    /// Behind a pointer, so that no access is checked.
    private let state: UnsafeMutablePointer<State>

    init(kernel: Kernel) {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
        super.init(kernel: kernel, name: "holder")
    }

    deinit { state.deallocate() }

    func fill(_ pending: Int) {
        for payload in 0..<UInt64(pending) {
            let time = scheduler.now + Interval(nanoseconds: state.pointee.delays.next())
            scheduler.schedule(at: time, target: index, kind: 0, payload: payload)
        }
    }

    /// Handles a number of events, or up to a hundredth more: the run is cut into slices of time.
    func run(_ events: Int, _ kernel: Kernel) {
        let end = kernel.events + UInt64(events)
        let slice = Interval(nanoseconds: Int64(1e7 * Double(events) / Double(kernel.pending)) + 1)
        while kernel.events < end { _ = kernel.run(until: kernel.now + slice) }
    }

    override func handle(_ event: Event) -> UInt64 {
        let delay = Interval(nanoseconds: state.pointee.delays.next())
        scheduler.schedule(at: event.time + delay, target: index, kind: 0, payload: event.payload)
        return event.payload
    }
}

/// SplitMix64, and an exponential delay of mean 1 s by inversion, as in `Scripts/bench/hold.c`.
private struct ExponentialDelays {
    private var state: UInt64 = 1

    @inline(__always)
    mutating func next() -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed &>> 31
        return Int64(-1e9 * log((Double(mixed &>> 11) + 0.5) * 0x1p-53))
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + 1e-18 * Double(components.attoseconds) }
}
