// SPDX-License-Identifier: GPL-3.0-or-later
import GaleKernel
import GaleMeasurement
import GalePrimitives
import GaleRandomness

/// A retry pipeline: Poisson arrivals, 2,000 a second, into 50 workers; lognormal service (median 20 ms, sigma 0.5), of which
/// 5 % fail; a failed job waits, without a worker, by exponential backoff with full jitter (1 s, cap 60 s), 5 attempts in all.
///
/// Through the kernel and a component, with keyed draws. `Scripts/bench/retry.c` is the same in C with a heap,
/// `RetryScenario` the same as a scenario with the real delivery code.
public struct RetryModel: Benchmark {
    public init() {}

    public var name: String { "retry/kernel" }
    public var operation: String {
        "a job of the retry pipeline, from arrival to success or the fifth failure (about 2.2 events and 4.3 keyed draws)"
    }
    public var usualOperations: Int { 2_000_000 }

    public func sample(operations: Int) -> BenchmarkSample {
        let kernel = Kernel()
        let pipeline = Pipeline(kernel: kernel, jobs: UInt64(operations))
        let time = kernel.timedRun()
        return BenchmarkSample(operations: pipeline.settled, time: time, figures: pipeline.figures)
    }
}

/// The source, the line, the workers, and those who wait for their next attempt.
private final class Pipeline: Component {
    private struct Job: BitwiseCopyable {
        var number: UInt64
        /// Nanoseconds.
        var arrived: Int64
        /// Attempts begun.
        var attempts: UInt64
    }

    private struct State {
        var source: PoissonSource
        let service = Distribution(.lognormal(median: 20e6, sigma: 0.5))
        let jobs = Slab<Job>()
        /// Slots of the jobs that wait for a worker.
        let line = Ring<UInt32>(minimumCapacity: 1024)
        let latencies = Histogram()
        var idleWorkers = 50
        var attempts: UInt64 = 0
        var delivered: UInt64 = 0
        var deadLettered: UInt64 = 0
    }

    private let state: UnsafeMutablePointer<State>

    private static let arrival: UInt32 = 0
    private static let completion: UInt32 = 1
    private static let retry: UInt32 = 2

    init(kernel: Kernel, jobs: UInt64) {
        state = .allocate(capacity: 1)
        state.initialize(to: State(source: PoissonSource(mean: 500_000, limit: jobs, purpose: .arrival)))
        super.init(kernel: kernel, name: "pipeline")
        scheduleArrival(after: .zero)
    }

    deinit {
        state.pointee.jobs.deallocate()
        state.pointee.line.deallocate()
        state.pointee.latencies.deallocate()
        state.deallocate()
    }

    var settled: UInt64 { state.pointee.delivered + state.pointee.deadLettered }
    var figures: [(name: String, value: Double)] {
        let state = self.state.pointee
        return [
            ("p50", 1e-9 * Double(state.latencies.value(atQuantile: 0.5) ?? 0)),
            ("p99", 1e-9 * Double(state.latencies.value(atQuantile: 0.99) ?? 0)),
            ("attempts", Double(state.attempts) / Double(settled)), ("deadLettered", Double(state.deadLettered)),
        ]
    }

    override func handle(_ event: Event) -> UInt64 {
        switch event.kind {
        case Self.arrival: arrive(event.time)
        case Self.completion: complete(UInt32(truncatingIfNeeded: event.payload), event.time)
        default: offer(UInt32(truncatingIfNeeded: event.payload), event.time)
        }
    }

    @inline(__always)
    private func arrive(_ now: Instant) -> UInt64 {
        let number = state.pointee.source.take()
        if state.pointee.source.goesOn { scheduleArrival(after: now) }
        let slot = state.pointee.jobs.allocate()
        state.pointee.jobs[slot].initialize(to: Job(number: number, arrived: now.nanoseconds, attempts: 0))
        return offer(slot, now)
    }

    /// Hands a job to a worker, or lets it wait for one.
    @inline(__always)
    private func offer(_ slot: UInt32, _ now: Instant) -> UInt64 {
        if state.pointee.idleWorkers > 0 {
            state.pointee.idleWorkers &-= 1
            begin(slot, now)
        } else {
            state.pointee.line.append(slot)
        }
        return state.pointee.jobs[slot].pointee.number
    }

    @inline(__always)
    private func begin(_ slot: UInt32, _ now: Instant) {
        let job = state.pointee.jobs[slot]
        job.pointee.attempts &+= 1
        state.pointee.attempts &+= 1
        let draw = state.pointee.source.draws.uniform(.service, job.pointee.number, job.pointee.attempts)
        let delay = Interval(nanoseconds: state.pointee.service.sample(draw))
        scheduler.schedule(at: now + delay, target: index, kind: Self.completion, payload: UInt64(slot))
    }

    @inline(__always)
    private func complete(_ slot: UInt32, _ now: Instant) -> UInt64 {
        let job = state.pointee.jobs[slot].pointee
        let draws = state.pointee.source.draws
        if !draws.uniform(.failure, job.number, job.attempts).isBelow(micros: 50_000) {
            state.pointee.delivered &+= 1
            state.pointee.latencies.record(now.nanoseconds &- job.arrived)
            state.pointee.jobs.free(slot)
        } else if job.attempts == 5 {
            state.pointee.deadLettered &+= 1
            state.pointee.jobs.free(slot)
        } else {
            let ceiling = min(60_000_000_000, 1_000_000_000 &<< (job.attempts &- 1))
            let delay = Int64(draws.uniform(.jitter, job.number, job.attempts).below(ceiling))
            scheduler.schedule(
                at: now + Interval(nanoseconds: delay), target: index, kind: Self.retry, payload: UInt64(slot))
        }
        if state.pointee.line.isEmpty {
            state.pointee.idleWorkers &+= 1
        } else {
            begin(state.pointee.line.popFirst(), now)
        }
        return job.number
    }

    @inline(__always)
    private func scheduleArrival(after now: Instant) {
        scheduler.schedule(at: now + state.pointee.source.delay(), target: index, kind: Self.arrival, payload: 0)
    }
}

extension Purpose {
    fileprivate static var arrival: Purpose { Purpose(layer: .workload, id: 102) }
    fileprivate static var service: Purpose { Purpose(layer: .stage, id: 102) }
    fileprivate static var failure: Purpose { Purpose(layer: .call, id: 102) }
    fileprivate static var jitter: Purpose { Purpose(layer: .policy, id: 102) }
}
