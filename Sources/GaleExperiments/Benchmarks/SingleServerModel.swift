// SPDX-License-Identifier: GPL-3.0-or-later
import GaleKernel
import GalePrimitives
import GaleRandomness

/// M/M/1: a Poisson stream of customers, one server with exponential service times, utilisation 0.9.
///
/// Two events and two keyed draws a customer. `Scripts/bench/mm1.c` is the same in C with a heap.
public struct SingleServerModel: Benchmark {
    public init() {}

    public var name: String { "mm1" }
    public var operation: String {
        "a customer of M/M/1 arrives, waits, is served and leaves (two events, two keyed draws)"
    }
    public var usualOperations: Int { 10_000_000 }

    public func sample(operations: Int) -> BenchmarkSample {
        let kernel = Kernel()
        let server = Server(kernel: kernel, customers: UInt64(operations))
        let time = kernel.timedRun()
        return BenchmarkSample(
            operations: server.served, time: time,
            figures: [("sojourn", server.meanSojourn), ("seconds", (kernel.now - .zero).seconds)])
    }
}

/// The source, the line and the server.
private final class Server: Component {
    private struct State {
        var source: PoissonSource
        let service = Distribution(.exponential(mean: 0.9e6))
        /// Instants of arrival of those who wait or are served.
        let line = Ring<Int64>(minimumCapacity: 1024)
        var served: UInt64 = 0
        /// Nanoseconds.
        var sojourns: Int64 = 0
    }

    private let state: UnsafeMutablePointer<State>

    private static let arrival: UInt32 = 0
    private static let departure: UInt32 = 1

    init(kernel: Kernel, customers: UInt64) {
        state = .allocate(capacity: 1)
        state.initialize(to: State(source: PoissonSource(mean: 1e6, limit: customers, purpose: .arrival)))
        super.init(kernel: kernel, name: "server")
        scheduleArrival(after: .zero)
    }

    deinit {
        state.pointee.line.deallocate()
        state.deallocate()
    }

    var served: UInt64 { state.pointee.served }
    /// Seconds.
    var meanSojourn: Double { 1e-9 * Double(state.pointee.sojourns) / Double(state.pointee.served) }

    override func handle(_ event: Event) -> UInt64 {
        event.kind == Self.arrival ? arrive(event.time) : depart(event.time)
    }

    @inline(__always)
    private func arrive(_ now: Instant) -> UInt64 {
        let number = state.pointee.source.take()
        if state.pointee.source.goesOn { scheduleArrival(after: now) }
        state.pointee.line.append(now.nanoseconds)
        if state.pointee.line.count == 1 { scheduleDeparture(after: now) }
        return number
    }

    @inline(__always)
    private func depart(_ now: Instant) -> UInt64 {
        let number = state.pointee.served
        state.pointee.served = number &+ 1
        state.pointee.sojourns &+= now.nanoseconds &- state.pointee.line.popFirst()
        if !state.pointee.line.isEmpty { scheduleDeparture(after: now) }
        return number
    }

    @inline(__always)
    private func scheduleArrival(after now: Instant) {
        scheduler.schedule(at: now + state.pointee.source.delay(), target: index, kind: Self.arrival, payload: 0)
    }

    @inline(__always)
    private func scheduleDeparture(after now: Instant) {
        let draw = state.pointee.source.draws.uniform(.service, state.pointee.served)
        let delay = Interval(nanoseconds: state.pointee.service.sample(draw))
        scheduler.schedule(at: now + delay, target: index, kind: Self.departure, payload: 0)
    }
}

extension Purpose {
    fileprivate static var arrival: Purpose { Purpose(layer: .workload, id: 101) }
    fileprivate static var service: Purpose { Purpose(layer: .stage, id: 101) }
}
