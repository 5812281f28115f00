// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// The simulated host of `JobTable`: a multi-tenant worker platform behind a stage's `work` step.
///
/// The table is a server of its own, which survives what happens to workers. A worker's slot asks for a task, gets it with a
/// lease, keeps the lease with heartbeats while it works, and reports the end together with asking for the next. All of it
/// travels through the link between them; what the network loses is said again after `resendAfter`, but a grant that is lost
/// costs its lease. A worker that is paused (`SIGSTOP`, a long collection, a frozen machine) knows of nothing: when it goes on
/// after its lease has run out, it is a zombie.
///
/// One message is one task. Its line in the ledger: delivered by the first effect that its work has, dead-lettered without
/// attempts left, expired when its turn comes too late, suppressed where another task stands for it, shed beyond the topic's
/// capacity. An effect after the first is a duplicate.
final class JobPool: Component {
    enum Kind {
        /// The table's next deadline.
        static let due: UInt32 = 0
        static let finished: UInt32 = 1
        static let beat: UInt32 = 2
        static let stop: UInt32 = 3
        // What has come to the table.
        static let reported: UInt32 = 4
        static let beatArrived: UInt32 = 5
        static let asked: UInt32 = 6
        static let ask: UInt32 = 7
    }

    let work: WorkSpecification
    let stage: StageHandle
    let link: Link
    let capacity: Int64
    let slotsPerWorker: Int
    let slotCount: Int
    let slots: UnsafeMutablePointer<WorkSlot>
    let workers: UnsafeMutablePointer<JobWorker>
    let table: UnsafeMutablePointer<JobTable>
    let duration: Distribution
    let backoff: Backoff
    /// Slots that ask, in the order in which the table heard of them: epoch and number. Some have died since.
    private var asking = Ring<UInt64>()
    /// The time for which `due` is scheduled.
    private var armed = Int64.max
    /// Whose message holds a recipient's key; looked up, never walked.
    private var holders: [UInt64: UInt64] = [:]
    var figures = JobFigures()
    private var waits: [UInt32: JobFigures.Tenant] = [:]

    /// After so long a worker says again what the network has lost; an estimate.
    static let resendAfter = Interval.seconds(1)

    init(_ work: WorkSpecification, stage: Stage, link: Link, capacity: Int64, kernel: Kernel) {
        self.work = work
        self.stage = stage.handle
        self.link = link
        self.capacity = capacity
        slotsPerWorker = stage.specification.concurrency
        slotCount = slotsPerWorker * stage.specification.replicas
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: WorkSlot(), count: slotCount)
        workers = .allocate(capacity: stage.specification.replicas)
        workers.initialize(repeating: JobWorker(), count: stage.specification.replicas)
        table = .allocate(capacity: 1)
        table.initialize(to: JobTable(work.policy))
        duration = Distribution(work.duration)
        backoff = Backoff(work.retry)
        super.init(kernel: kernel, name: stage.specification.name + " jobs")
        table.pointee.ended = { [unowned self] in self.taskEnded(UInt32(truncatingIfNeeded: $0), $1) }
        for slot in 0..<slotCount { listen(to: slot) }
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
        slots.deallocate()
        workers.deallocate()
        asking.deallocate()
        backoff.deallocate()
    }

    var core: Core { stage.core }

    func worker(of slot: Int) -> UnsafeMutablePointer<JobWorker> { workers + slot / slotsPerWorker }

    func name(_ slot: Int) -> UInt64 { UInt64(slots[slot].epoch) << 32 | UInt64(slot) }

    override func handle(_ event: Event) -> UInt64 {
        if event.kind == Kind.due {
            // An earlier deadline came up meanwhile, and what follows it is scheduled again.
            guard core.now.nanoseconds == armed else { return Component.void }
            armed = .max
            table.pointee.advance(to: core.now)
            serve()
            return UInt64(slotCount)
        }
        let slot = Int(UInt32(truncatingIfNeeded: event.payload))
        guard slots[slot].epoch == UInt32(event.payload >> 32) else { return Component.void }
        switch event.kind {
        case Kind.finished: return finished(slot)
        case Kind.beat: return beat(slot)
        case Kind.stop: return stop(slot)
        case Kind.reported: reported(slot)
        case Kind.beatArrived: beatArrived(slot)
        case Kind.asked: listen(to: slot)
        default: ask(slot)
        }
        serve()
        return UInt64(slot)
    }

    // MARK: The table

    /// Takes a message as a task, and with it the caller's hold of it.
    func take(_ index: UInt32) {
        let message = core.message(index)
        if capacity > 0 && Int64(table.pointee.live) >= capacity {
            core.settle(message, as: .shed)
            return core.release(index)
        }
        let key = uniqueKey(of: message)
        let task = table.pointee.enqueue(
            UInt64(index), tenant: work.isFair ? UInt64(core.tenant(of: message)) : 0, uniqueKey: key, at: core.now)
        if task == nil {
            figures.refused += 1
            // The very message that is a task already has its line in the ledger.
            if work.unique == .recipient && holders[key ?? 0] != message.pointee.identity {
                core.settle(message, as: .suppressed)
            }
            core.release(index)
        } else {
            message.pointee.appended = Message.ticks(core.now.nanoseconds)
            core.move(message, to: .waiting, at: core.now)
            if work.unique == .recipient, let key { holders[key] = message.pointee.identity }
        }
        serve()
    }

    private func uniqueKey(of message: UnsafeMutablePointer<Message>) -> UInt64? {
        switch work.unique {
        case .none: nil
        case .message: message.pointee.identity
        case .recipient: UInt64(message.pointee.workload) << 56 ^ core.recipient(of: message)
        }
    }

    /// The table's word that a task has ended.
    private func taskEnded(_ index: UInt32, _ end: TaskEnd) {
        let message = core.message(index)
        if work.unique == .recipient, let key = uniqueKey(of: message), holders[key] == message.pointee.identity {
            holders[key] = nil
        }
        switch end {
        case .completed: break
        case .dead:
            stage.state.pointee.deadLettered += 1
            core.settle(message, as: .deadLettered)
        case .cancelled:
            figures.expired += 1
            core.settle(message, as: .expired)
        }
        core.release(index)
    }

    /// Gives tasks to those who ask, and sees to the next deadline.
    func serve() {
        while let slot = nextAsking() {
            guard let lease = nextLease() else {
                asking.append(name(slot))
                break
            }
            grant(lease, to: slot)
        }
        if backlog > 0 { blameWorkers() }
        guard let next = table.pointee.nextDeadline, next.nanoseconds < armed else { return }
        armed = max(next, core.now).nanoseconds
        scheduler.schedule(at: Instant(nanoseconds: armed), target: index, kind: Kind.due, payload: 0)
    }

    private func nextAsking() -> Int? {
        guard backlog > 0 else { return nil }
        while !asking.isEmpty {
            let word = asking.popFirst()
            let slot = Int(UInt32(truncatingIfNeeded: word))
            if slots[slot].epoch == UInt32(word >> 32) && slots[slot].place == .asking { return slot }
        }
        return nil
    }

    /// The next task that anybody still wants.
    private func nextLease() -> Lease? {
        while let lease = table.pointee.lease(at: core.now) {
            let message = core.message(UInt32(truncatingIfNeeded: lease.reference))
            if core.now <= stage.expiry(message) { return lease }
            _ = table.pointee.cancel(lease.task, at: core.now)
        }
        return nil
    }

    /// A slot asks for a task.
    func listen(to slot: Int) {
        slots[slot].place = .asking
        asking.append(name(slot))
    }

    /// Tasks that are ready.
    var backlog: Int64 { Int64(table.pointee.live - table.pointee.leased - table.pointee.waiting) }

    /// No task, and nobody who works.
    var isIdle: Bool { table.pointee.live == 0 && stage.state.pointee.inUse == 0 }

    /// Counts a task's first start.
    func noteStart(_ message: UnsafeMutablePointer<Message>) {
        let waited = Message.ticks(core.now.nanoseconds) &- message.pointee.appended
        let tenant = core.tenant(of: message)
        var wait = waits[tenant] ?? JobFigures.Tenant(tenant: tenant, started: 0, waited: 0)
        wait.started += 1
        wait.waited += Int64(waited) * Message.tickNanoseconds
        waits[tenant] = wait
    }

    /// What has happened so far.
    var summary: JobFigures {
        let counters = table.pointee.counters
        var figures = figures
        figures.enqueued = counters.enqueued
        // A lease that is cancelled because its task is too old was nobody's.
        figures.leases = counters.leases - figures.expired
        figures.heartbeats = counters.heartbeats
        figures.leasesLost = counters.expired
        figures.fenced = counters.fenced
        figures.retries = counters.retries
        figures.completed = counters.completed
        figures.dead = counters.dead
        figures.tenants = waits.values.sorted { $0.tenant < $1.tenant }
        return figures
    }
}
