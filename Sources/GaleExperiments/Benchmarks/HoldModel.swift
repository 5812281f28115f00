// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleKernel
import GalePrimitives

/// The hold model: with a constant number of events pending, take the first one and schedule another after an
/// exponential delay of mean 1 s.
///
/// It measures nothing but the queue, or the queue, the clock, the digest and the call of a component.
/// `Scripts/bench/hold.c` is the same in C with a heap.
///
/// Source: R. Brown, "Calendar queues", Communications of the ACM 31 (1988).
public struct HoldModel: Benchmark {
    public enum Layer: String, CaseIterable, Sendable {
        /// The bare queue.
        case queue
        /// The bare queue, without its ladder.
        case heap
        /// Through the kernel and a component.
        case kernel
    }

    public var layer: Layer
    /// Events pending.
    public var pending: Int

    public init(_ layer: Layer, pending: Int) {
        precondition(pending > 0)
        self.layer = layer
        self.pending = pending
    }

    public var name: String { "hold/\(layer)/\(pending)" }

    public var operation: String {
        switch layer {
        case .queue: "take the first event from the bare queue, schedule one after an exponential delay"
        case .heap: "the same, the queue being a heap whatever is in it"
        case .kernel: "the same through the kernel and a component"
        }
    }

    public var usualOperations: Int { pending > 100_000 ? 5_000_000 : 10_000_000 }

    public func sample(operations: Int) -> BenchmarkSample {
        switch layer {
        case .queue: bareSample(.ladder, operations)
        case .heap: bareSample(.heap, operations)
        case .kernel: kernelSample(operations)
        }
    }

    private func bareSample(_ kind: KernelOptions.Queue, _ operations: Int) -> BenchmarkSample {
        var queue = EventQueue(kind)
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
        _ = hold(pending)
        let watch = Stopwatch()
        let last = hold(operations)
        let time = watch.elapsed
        return BenchmarkSample(operations: UInt64(operations), time: time, figures: [("seconds", Self.seconds(last))])
    }

    private func kernelSample(_ operations: Int) -> BenchmarkSample {
        let kernel = Kernel()
        let holder = Holder(kernel: kernel)
        holder.fill(pending)
        holder.run(pending, kernel)
        let before = kernel.events
        let watch = Stopwatch()
        holder.run(operations, kernel)
        let time = watch.elapsed
        return BenchmarkSample(
            operations: kernel.events - before, time: time, figures: [("seconds", Self.seconds(kernel.now))])
    }

    /// How far the simulated clock got.
    private static func seconds(_ instant: Instant) -> Double { (instant - .zero).seconds }
}

/// Schedules an event for each that it handles, as often as it may.
private final class Holder: Component {
    /// Behind a pointer, so that no access is checked.
    private let delays: UnsafeMutablePointer<ExponentialDelays>

    init(kernel: Kernel) {
        delays = .allocate(capacity: 1)
        delays.initialize(to: ExponentialDelays())
        super.init(kernel: kernel, name: "holder")
    }

    deinit { delays.deallocate() }

    func fill(_ pending: Int) {
        for payload in 0..<UInt64(pending) {
            let time = scheduler.now + Interval(nanoseconds: delays.pointee.next())
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
        let delay = Interval(nanoseconds: delays.pointee.next())
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
