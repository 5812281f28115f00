// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A scenario brought to life: models wired to a kernel, driven slice by slice.
///
/// A world is used from one thread at a time. The same specification and seed give the same trajectory, however the run is
/// sliced.
public final class World {
    public let measurements: Measurements
    let kernel: Kernel
    let core: Core
    let parts = WorldParts()
    let specification: WorldSpecification
    let faultDecisions: UnsafeMutablePointer<Int64>
    private let orderLog: OrderLog?
    private var isFinished = false
    /// The run broke off in the middle of an instant: what was to come next is not known.
    private var isTorn = false
    /// Sees every event of the run, which is then slower and otherwise the same; see `observe`.
    var observer: WorldObserver?

    /// Samples of the backlog, and moves from slot to slot of the series, happen at multiples of this.
    public static let slice = Interval.milliseconds(100)

    /// - Parameter tieBreak: nil: as the specification says.
    public init(_ specification: WorldSpecification, seed: UInt64, tieBreak: TieBreak? = nil) {
        let specification = specification.withRetryTopics()
        self.specification = specification
        var options = KernelOptions()
        options.events = specification.limits.events
        options.eventsPerInstant = specification.limits.eventsPerInstant
        options.tieBreak = tieBreak ?? specification.tieBreakKey.map { .permuted(key: $0) } ?? .fifo
        kernel = Kernel(options: options)
        faultDecisions = .allocate(capacity: max(1, specification.faults.count))
        faultDecisions.initialize(repeating: 0, count: max(1, specification.faults.count))
        measurements = Measurements(specification, faultDecisions: faultDecisions, parts: parts)
        core = Core(specification, seed: seed, kernel: kernel, recorder: measurements.recorder)
        orderLog = OrderLog(specification)
        core.state.pointee.orderLog = orderLog.map { .passUnretained($0) }
        measurements.orderLog = orderLog
        core.state.pointee.violations = .passUnretained(measurements.violationLog)
        core.state.pointee.dialects = specification.providers.map(\.profile.dialect)
        core.state.pointee.isDurable = specification.workloads.indices.map(specification.isDurable)
        WorldBuilder(specification, kernel: kernel, core: core, parts: parts, decisions: faultDecisions).build()
    }

    deinit {
        observer?.detach()
        for stage in parts.stages {
            for replica in 0..<stage.state.pointee.replicaCount { stage.stopDispatcher(replica) }
        }
        core.state.pointee.messages.deallocate()
        core.state.pointee.folded.deallocate()
        core.state.pointee.exchanges.deallocate()
        core.state.pointee.parts.deallocate()
        core.state.pointee.retryHeaders.deallocate()
    }

    public enum Advance: Equatable, Sendable {
        /// The instant asked for.
        case reached
        /// The load is over and every notification is settled.
        case drained
        /// The world's `pauseRequest` was called; a later call goes on.
        case paused
        /// A limit or a livelock ended the run early; the text says which.
        case stopped(String)
    }

    /// Runs to an instant (no later than `end`), in slices of 100 ms.
    public func advance(until limit: Instant) -> Advance {
        let limit = min(limit, end)
        while now < limit {
            let next = min(
                limit, Instant(nanoseconds: (now.nanoseconds / Self.slice.nanoseconds + 1) * Self.slice.nanoseconds))
            moveToSlot()
            switch runKernel(until: next) {
            case .reached: break
            case .idle:
                clock = next
            case .paused: return .paused
            case .eventLimit: return .stopped("the limit of \(specification.limits.events) events was reached")
            case .livelock(let instant, let component):
                // The event that was next is gone.
                isTorn = true
                return .stopped(
                    "livelock: more than \(specification.limits.eventsPerInstant) events at \(instant); '\(component)' was next"
                )
            }
            clock = max(clock, kernel.now)
            sampleBacklog()
            if isDrained { return .drained }
        }
        return .reached
    }

    private var clock = Instant.zero

    /// Simulated time reached.
    public var now: Instant { max(clock, kernel.now) }

    private var isDrained: Bool {
        now >= core.state.pointee.loadEnd && core.state.pointee.unsettled == 0
            && core.state.pointee.openWorkloads == 0 && now >= core.state.pointee.latestDelivery
            && parts.stages.allSatisfy { $0.state.pointee.jobs.count == 0 } && !hasOrphans
            && parts.pools.allSatisfy(\.isIdle)
    }

    /// Records that a dead consumer has read and not committed: they will be read again, and may double.
    private var hasOrphans: Bool {
        parts.brokers.contains { broker in
            guard let state = broker?.state else { return false }
            return (0..<state.pointee.partitionCount).contains {
                let partition = state.pointee.partitions[$0]
                return partition.owner < 0 && partition.log.startPosition < partition.log.endPosition
                    && state.pointee.topics[Int(partition.topic)].stage != .max
            }
        }
    }

    private func moveToSlot() {
        let recorder = measurements.recorder.state
        recorder.pointee.slot = Int(measurements.recorder.slot(of: now.nanoseconds))
    }

    private func sampleBacklog() {
        for topic in specification.topics.indices { measurements.recorder.backlog(topic, backlog(topic: topic)) }
        checkBounds()
        measurements.recorder.state.pointee.unsettled[measurements.recorder.state.pointee.slot] = unsettled
        measurements.end = now
    }

    func backlog(topic: Int) -> Int64 {
        let route = core.state.pointee.topics[topic]
        if route.isDirect {
            guard route.stage >= 0 else { return 0 }
            let stage = parts.stages[Int(route.stage)]
            return stage.pool?.backlog ?? Int64(stage.state.pointee.queue.count)
        }
        let broker = core.state.pointee.brokers[Int(route.broker)]
        return broker.state.pointee.topics[Int(route.local)].backlog
    }

    /// Closes the books: what is unfinished is in flight. Every submission is then in exactly one line of the ledger.
    public func finish() {
        guard !isFinished else { return }
        isFinished = true
        observer?.detach()
        for stage in parts.stages {
            stage.handle.closeBusy()
            stage.handle.checkPromises()
        }
        if !isTorn { checkLiveness() }
        measurements.end = now
        for index in 0..<core.state.pointee.messages.extent {
            let message = core.message(index)
            if message.pointee.state == .pending {
                core.forEachUnit(message) { channel, count in
                    core.recorder.count(
                        .inFlight, phase: message.pointee.phase, slot: message.pointee.slot, channel: channel, count)
                }
            }
            core.close(message.pointee.identity, message.pointee.state)
        }
        for index in 0..<core.state.pointee.folded.extent {
            let folded = core.state.pointee.folded[index]
            core.close(folded.pointee.identity, folded.pointee.state)
        }
    }
}

extension World {
    /// Load and drain together end here.
    public var end: Instant { core.state.pointee.end }
    /// For a thread that watches the run.
    public var pauseRequest: PauseRequest { kernel.pauseRequest }
    public var loadEnd: Instant { core.state.pointee.loadEnd }
    public var events: UInt64 { kernel.events }
    /// Inserts into and removals from the priority queue.
    public var queueOperations: UInt64 { kernel.queueOperations }
    public var laneOperations: UInt64 { kernel.laneOperations }
    /// Notifications submitted and not yet settled.
    public var unsettled: Int64 { core.state.pointee.unsettled }
    public var peakUnsettled: Int64 { core.state.pointee.peakUnsettled }
    public var submitted: Int64 { core.state.pointee.submitted }
    /// Messages in topics that no stage has begun.
    public var backlog: Int64 { specification.topics.indices.reduce(0) { $0 + backlog(topic: $1) } }
    /// 32 hexadecimal digits over every event handled.
    public var trajectoryDigest: String { kernel.trajectory.description }
    /// 32 hexadecimal digits over what became of each notification; complete after `finish()`.
    public var outcomeDigest: String { core.state.pointee.outcome.digest.description }
}
