// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Whether what has not come to an end still can: looked at once, when the run is over, and from outside. A message that waits while
/// nothing is on its way to whoever holds it (no answer, no wake-up, no slot that somebody works in) would wait for ever.
///
/// What is merely not done yet is none of this: a retry that is due later, the end of the quiet hours, a partition without a leader
/// or an owner, a replica that is down.
extension World {
    func checkLiveness() {
        guard unsettled > 0 || parts.stages.contains(where: { $0.state.pointee.jobs.count > 0 }) else { return }
        let coming = Coming(self)
        for (place, stage) in parts.stages.enumerated() {
            stage.handle.checkJobs(coming.stages[place], patience: patience)
            stage.handle.checkReading()
            if let pool = stage.pool, !coming.components.contains(pool.index), pool.isAwaitingNobody {
                stage.handle.noteStuck(nil, "tasks wait in stage \(stage.name), and nothing is to come for any worker")
            }
        }
    }

    /// For how long after its time a notification may wait for somebody to notice: who looks once a second may be late by whatever a
    /// fault at the border adds, and many may be due at once.
    private var patience: Interval {
        let late = specification.faults.compactMap { fault in
            if case .border(_, let border) = fault.effect { border.delay } else { nil }
        }
        let struck = specification.faults.map { $0.at + $0.length }.max() ?? .zero
        return now - (.zero + struck) < Self.notice ? .hours(24 * 365) : Self.notice + (late.max() ?? .zero)
    }

    private static let notice = Interval.minutes(1)
}

/// What is scheduled, by whom it will reach.
private struct Coming {
    /// Of one stage.
    struct Prospects {
        /// Jobs for which something is on its way, by place: the answer to a request, or the end of a computation.
        var jobs: [Bool]
        /// Replicas whose dispatcher will be woken.
        var wakes: [Bool]
    }

    var stages: [Prospects]
    /// Those that have anything to come.
    var components: Set<UInt32> = []

    init(_ world: World) {
        stages = world.parts.stages.map {
            Prospects(
                jobs: Array(repeating: false, count: Int($0.state.pointee.jobs.extent)),
                wakes: Array(repeating: false, count: $0.state.pointee.replicaCount))
        }
        var places: [UInt32: Int] = [:]
        for (place, stage) in world.parts.stages.enumerated() { places[stage.index] = place }
        let requested = Set(world.parts.stores.map(\.index) + world.parts.providers.map(\.index))
        world.kernel.forEachPending { event in
            components.insert(event.target)
            if let place = places[event.target] {
                add(event, world.parts.stages[place].handle, place, world.core)
            } else if requested.contains(event.target) {
                add(exchange: event.payload, world.core)
            }
        }
    }

    private mutating func add(_ event: Event, _ stage: StageHandle, _ place: Int, _ core: Core) {
        let (low, high) = (UInt32(truncatingIfNeeded: event.payload), UInt32(truncatingIfNeeded: event.payload &>> 32))
        switch event.kind & 0xFF {
        case Stage.Kind.answered, Stage.Kind.timedOut: add(exchange: event.payload, core)
        case Stage.Kind.computed, Stage.Kind.callAgain, Stage.Kind.produceAgain:
            if stage.isCurrent(low, high) { stages[place].jobs[Int(low)] = true }
        case Stage.Kind.replied:
            let answer = AnswerPayload(rawValue: event.payload)
            if answer.isAwaited(by: stage.job(answer.index)) { stages[place].jobs[Int(answer.index)] = true }
        case Stage.Kind.woken:
            let number = Int(event.kind &>> 8 & 0xFFFF)
            if stage.replica(number).pointee.epoch & 0xFF == event.kind &>> 24 { stages[place].wakes[number] = true }
        default: break
        }
    }

    /// A request that travels, is worked on, or has a time-out.
    private mutating func add(exchange payload: UInt64, _ core: Core) {
        let index = UInt32(truncatingIfNeeded: payload)
        guard index < core.state.pointee.exchanges.extent else { return }
        let exchange = core.exchange(index).pointee
        let (place, job) = (Int(exchange.stage), Int(exchange.job))
        guard place < stages.count, job < stages[place].jobs.count else { return }
        stages[place].jobs[job] = true
    }
}

extension StageHandle {
    /// - Parameter patience: for how long after its time a notification may wait.
    fileprivate func checkJobs(_ coming: Coming.Prospects, patience: Interval) {
        let waiting = waitingForSlots
        var hears = coming.wakes
        for number in hears.indices where replica(number).pointee.resumingCount > 0 { hears[number] = true }
        forEachLiving { index, job in
            if coming.jobs[Int(index)] { hears[Int(job.pointee.replica)] = true }
        }
        forEachLiving { index, job in
            // What a broker has been given, it answers for.
            if coming.jobs[Int(index)] || job.pointee.outstanding > 0 || waiting.contains(index) { return }
            let message = core.message(job.pointee.message)
            let late = core.now - expiry(message)
            if !job.pointee[.delivering] || !hears[Int(job.pointee.replica)] {
                noteStuck(
                    message.pointee.identity,
                    "waits in stage \(state.pointee.name), and nothing is on its way that would take it on")
            } else if late > patience {
                noteStuck(
                    message.pointee.identity,
                    "still waits in stage \(state.pointee.name) \(late.inWords) after it has expired")
            }
        }
    }

    private func forEachLiving(_ body: (UInt32, UnsafeMutablePointer<Job>) -> Void) {
        for index in 0..<state.pointee.jobs.extent where job(index).pointee[.live] { body(index, job(index)) }
    }

    /// Jobs whose turn for a slot will come.
    private var waitingForSlots: Set<UInt32> {
        var found: Set<UInt32> = []
        for number in 0..<state.pointee.replicaCount {
            let queue = replica(number).pointee.resuming
            for place in queue.startPosition..<queue.endPosition
            where isCurrent(queue[place].job, queue[place].generation) { found.insert(queue[place].job) }
        }
        return found
    }

    /// Nobody is idle who could take on what waits, and what can be read is asked for.
    fileprivate func checkReading() {
        let name = state.pointee.name
        for number in 0..<state.pointee.replicaCount {
            let replica = replica(number).pointee
            guard replica.isAlive, replica.freeSlots > 0, state.pointee.pool == nil else { continue }
            let isFull = replica.uncommitted >= state.pointee.maximumUncommitted
            if replica.resumingCount > 0 || replica.buffered > 0 && !isFull || !state.pointee.queue.isEmpty {
                noteStuck(nil, "a replica of stage \(name) has a free slot, and what waits there does not get it")
            }
        }
        for place in 0..<state.pointee.sourceCount {
            let source = state.pointee.sources[place]
            for number in source.firstPartition..<source.firstPartition + source.partitionCount {
                if !isAsked(source.broker, number) {
                    noteStuck(nil, "records wait in a topic of stage \(name), and their reader does not ask for them")
                }
            }
        }
    }

    /// Whether a partition's reader will get what is there for it, as far as that is in its own hands.
    private func isAsked(_ broker: KafkaHandle, _ number: UInt32) -> Bool {
        let partition = broker.partition(number)
        guard partition.pointee.owner >= 0, partition.pointee.position < partition.pointee.highWatermark,
            broker.isLed(partition)
        else { return true }
        let owner = replica(Int(partition.pointee.owner)).pointee
        switch partition.pointee.fetch {
        case .underWay: return true
        case .parked: return false
        case .idle: return !owner.isAlive || owner.hasIdlePartition
        }
    }

    fileprivate func noteStuck(_ message: UInt64?, _ cause: String) {
        core.state.pointee.violations?._withUnsafeGuaranteedRef { log in
            log.note(.liveness, message: message, at: core.now, key: "stage \(state.pointee.name)", cause: cause)
        }
    }
}

extension JobPool {
    /// Tasks wait though a worker is up that could ask for one.
    fileprivate var isAwaitingNobody: Bool {
        guard table.pointee.live > 0 else { return false }
        return (0..<slotCount / slotsPerWorker).contains { workers[$0].isAlive && !workers[$0].isPaused }
    }
}
