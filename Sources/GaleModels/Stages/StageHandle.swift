// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A stage as other models see it, and the work of its replicas.
struct StageHandle {
    let state: UnsafeMutablePointer<Stage.State>

    var core: Core { @inline(__always) get { state.pointee.core } }
    var component: UInt32 { @inline(__always) get { state.pointee.component } }

    @inline(__always)
    func job(_ index: UInt32) -> UnsafeMutablePointer<Job> { state.pointee.jobs[index] }

    @inline(__always)
    func replica(_ number: Int) -> UnsafeMutablePointer<Replica> { state.pointee.replicas + number }

    @inline(__always)
    func isCurrent(_ index: UInt32, _ generation: UInt32) -> Bool {
        job(index).pointee.generation == generation
    }

    // MARK: Reading

    /// Records have come from a Kafka source.
    func recordsArrived(partition number: UInt32, epoch: UInt32) -> UInt64 {
        let place = sourcePlace(of: number)
        let broker = state.pointee.sources[place].broker
        let partition = broker.partition(number)
        guard partition.pointee.ownerEpoch == UInt16(truncatingIfNeeded: epoch), partition.pointee.fetch == .underWay
        else {
            return Component.void
        }
        let replicaNumber = Int(partition.pointee.owner)
        let replica = replica(replicaNumber)
        partition.pointee.fetch = .idle
        guard replica.pointee.isAlive else { return Component.void }
        let start = partition.pointee.position
        let end = min(partition.pointee.fetchEnd, partition.pointee.log.endPosition)
        if start < end {
            let records = FetchedRecords(
                offset: start, count: UInt32(truncatingIfNeeded: end &- start),
                arrived: Message.ticks(core.now.nanoseconds), partition: UInt16(truncatingIfNeeded: number),
                epoch: partition.pointee.ownerEpoch, source: UInt8(truncatingIfNeeded: place))
            if state.pointee.sources[place].isRetry { delay(records) } else { replica.pointee.append(records) }
            partition.pointee.position = end
            broker.anticipate(partition, from: start, to: min(end, start &+ KafkaHandle.beginsAhead))
        }
        fetchMore(replica, number, broker)
        pump(replicaNumber)
        return UInt64(number) &<< 40 | UInt64(start)
    }

    /// Place of the job's topic among the stage's sources.
    @inline(__always)
    func source(of job: UnsafeMutablePointer<Job>) -> Int {
        job.pointee[.fromRetryTopic] ? sourcePlace(of: UInt32(job.pointee.partition)) : 0
    }

    @inline(__always)
    private func sourcePlace(of partition: UInt32) -> Int {
        for place in 0..<state.pointee.sourceCount {
            let source = state.pointee.sources[place]
            if partition &- source.firstPartition < source.partitionCount { return place }
        }
        preconditionFailure("records of a partition that the stage does not read")
    }

    /// Asks for more unless the buffer is full: a consumer reads ahead by about one poll.
    @inline(__always)
    private func fetchMore(_ replica: UnsafeMutablePointer<Replica>, _ number: UInt32, _ broker: KafkaHandle) {
        if replica.pointee.buffered < state.pointee.maximumBuffered
            && replica.pointee.uncommitted < state.pointee.maximumUncommitted
        {
            broker.requestFetch(number)
        } else {
            replica.pointee.hasIdlePartition = true
        }
    }

    /// The buffer has room again: partitions that were not asked for more are asked now.
    private func resumeFetching(_ number: Int) {
        guard replica(number).pointee.hasIdlePartition else { return }
        replica(number).pointee.hasIdlePartition = false
        for place in 0..<state.pointee.sourceCount {
            let source = state.pointee.sources[place]
            for partition in source.firstPartition..<(source.firstPartition &+ source.partitionCount)
            where source.broker.partition(partition).pointee.owner == Int32(number) {
                source.broker.requestFetch(partition)
            }
        }
    }

    /// A retry topic's records wait in the consumer until they are due; they hold no slot.
    private func delay(_ records: FetchedRecords) {
        let broker = state.pointee.sources[Int(records.source)].broker
        let partition = broker.partition(UInt32(records.partition))
        for offset in records.offset..<(records.offset &+ Int(records.count)) {
            let message = broker.take(partition.pointee.log.address(offset))
            core.message(message).pointee.appended = partition.pointee.log.appendTick(offset)
            delay(
                BufferedRecord(
                    message: message, partition: records.partition, epoch: records.epoch,
                    offset: UInt32(truncatingIfNeeded: offset), source: UInt32(records.source)))
        }
    }

    private func delay(_ record: BufferedRecord) {
        let message = core.message(record.message)
        core.move(message, to: .backoff, at: core.now)
        let due = core.state.pointee.retryHeaders[record.message].pointee.dueMilliseconds * 1_000_000
        let index = state.pointee.delayed.allocate()
        state.pointee.delayed[index].initialize(to: record)
        core.retain(record.message)
        core.scheduler.schedule(
            at: max(core.now, Instant(nanoseconds: due)), target: component, kind: Stage.Kind.due,
            payload: UInt64(index))
    }

    func retryDue(_ index: UInt32) -> UInt64 {
        let record = state.pointee.delayed[index].pointee
        state.pointee.delayed.free(index)
        let identity = core.message(record.message).pointee.identity
        let partition = state.pointee.sources[Int(record.source)].broker.partition(UInt32(record.partition))
        let owner = Int(partition.pointee.owner)
        if partition.pointee.ownerEpoch == record.epoch && owner >= 0 && replica(owner).pointee.isAlive {
            replica(owner).pointee.append(
                FetchedRecords(
                    offset: absoluteOffset(record.offset, partition), count: 1,
                    arrived: Message.ticks(core.now.nanoseconds), partition: record.partition, epoch: record.epoch,
                    source: UInt8(truncatingIfNeeded: record.source)))
            pump(owner)
        }
        core.release(record.message)
        return identity
    }

    /// A message is put into a direct topic.
    func offer(_ message: UInt32) {
        if let pool = state.pointee.pool { return pool._withUnsafeGuaranteedRef { $0.take(message) } }
        let capacity = state.pointee.queueCapacity
        if capacity > 0 && Int64(state.pointee.queue.count &+ state.pointee.inUse) >= capacity {
            core.mark(.overflowed)
            core.settle(message, as: .shed)
            core.release(message)
            return
        }
        core.message(message).pointee.appended = Message.ticks(core.now.nanoseconds)
        core.move(core.message(message), to: .waiting, at: core.now)
        state.pointee.queue.append(message)
        pumpQueue()
    }

    /// Idle replicas take turns at a direct queue.
    func pumpQueue() {
        while !state.pointee.queue.isEmpty {
            var found = -1
            for offset in 0..<state.pointee.replicaCount {
                let number = (state.pointee.nextReplica &+ offset) % state.pointee.replicaCount
                if replica(number).pointee.isAlive && replica(number).pointee.freeSlots > 0 {
                    found = number
                    break
                }
            }
            guard found >= 0 else { return countCrash() }
            state.pointee.nextReplica = found &+ 1 == state.pointee.replicaCount ? 0 : found &+ 1
            let message = state.pointee.queue.popFirst()
            start(
                BufferedRecord(message: message, partition: .max, epoch: 0, offset: 0, source: 0), on: found,
                alreadyHeld: true)
        }
    }

    // MARK: Slots

    /// Gives free slots to waiting chains first, then to new records. Mostly there are none.
    @inline(__always)
    func pump(_ number: Int) {
        let replica = replica(number)
        if replica.pointee.hasStart || state.pointee.queueCapacity >= 0 { fillSlots(number, replica) }
    }

    private func fillSlots(_ number: Int, _ replica: UnsafeMutablePointer<Replica>) {
        guard replica.pointee.isAlive else { return }
        while replica.pointee.freeSlots > 0 {
            if replica.pointee.resumingCount > 0 {
                resume(replica.pointee.popResumption(), number)
            } else if replica.pointee.buffered > 0
                && replica.pointee.uncommitted < state.pointee.maximumUncommitted
            {
                begin(replica.pointee.popRecord(), number, replica)
            } else {
                break
            }
        }
        if state.pointee.queueCapacity >= 0 && state.pointee.sourceCount == 0 { pumpQueue() }
    }

    /// Begins the first of some fetched records.
    private func begin(_ records: FetchedRecords, _ number: Int, _ replica: UnsafeMutablePointer<Replica>) {
        let source = state.pointee.sources + Int(records.source)
        let broker = source.pointee.broker
        let partition = broker.partition(UInt32(records.partition))
        // If not, the partition went to another owner while the record was in the buffer.
        if partition.pointee.ownerEpoch == records.epoch {
            let (index, again) = broker.begin(UInt32(records.partition), offset: records.offset)
            if again { noteRedelivery(index) }
            let next = records.offset &+ KafkaHandle.beginsAhead
            if records.count > KafkaHandle.beginsAhead { broker.anticipate(partition, from: next, to: next &+ 1) }
            let message = core.message(index)
            if !source.pointee.isRetry { message.pointee.appended = partition.pointee.log.appendTick(records.offset) }
            core.move(message, to: .waiting, at: records.arrived)
            start(
                BufferedRecord(
                    message: index, partition: records.partition, epoch: records.epoch,
                    offset: UInt32(truncatingIfNeeded: records.offset), source: UInt32(records.source)),
                on: number, alreadyHeld: false)
        }
        if replica.pointee.buffered &+ 1 == state.pointee.maximumBuffered / 2 || replica.pointee.buffered == 0 {
            resumeFetching(number)
        }
    }

    @inline(__always)
    func absoluteOffset(_ low: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) -> Int {
        let start = partition.pointee.log.startPosition
        return start &+ Int(low &- UInt32(truncatingIfNeeded: start))
    }

    private func start(_ record: BufferedRecord, on number: Int, alreadyHeld: Bool) {
        let index = state.pointee.jobs.allocate()
        gale_prefetch(state.pointee.jobs.next)
        let job = job(index)
        // A record that was never used is zero.
        job.initialize(to: Job(record, generation: job.pointee.generation, replica: number))
        let work = Work(index: index, job: job, message: core.message(record.message))
        job.pointee.appended = work.message.pointee.appended
        if !alreadyHeld { work.message.pointee.references &+= 1 }
        core.move(work.message, to: .work, at: core.now)
        state.pointee.consumed &+= 1
        replica(number).pointee.uncommitted &+= 1
        takeSlot(number)
        runStep(work)
    }

    @inline(__always)
    func takeSlot(_ number: Int) {
        replica(number).pointee.freeSlots &-= 1
        state.pointee.busy &-= busyNow
        state.pointee.inUse &+= 1
    }

    @inline(__always)
    func giveSlot(_ job: UnsafeMutablePointer<Job>) {
        guard job.pointee[.slot] else { return }
        job.pointee[.slot] = false
        replica(Int(job.pointee.replica)).pointee.freeSlots &+= 1
        state.pointee.busy &+= busyNow
        state.pointee.inUse &-= 1
    }

    /// Slots are in use from when they were taken: minus that time now, plus the time when they are given back.
    @inline(__always)
    var busyNow: Int64 { min(core.now.nanoseconds, core.state.pointee.loadEnd.nanoseconds) }

    /// At the end of the run: slots still in use count until now.
    func closeBusy() {
        state.pointee.busy &+= Int64(state.pointee.inUse) &* busyNow
    }

    // MARK: The end of a job

    /// The offset is finished: nothing more will happen here.
    func finish(_ work: Work) {
        let job = work.job
        let message = job.pointee.message
        let number = Int(job.pointee.replica)
        giveSlot(job)
        recordLatency(work)
        state.pointee.completed &+= 1
        let (source, partition, offset, epoch) = (
            source(of: job), job.pointee.partition, job.pointee.offset, job.pointee.epoch
        )
        freeJob(work.index, job)
        // Before the offset is finished: with the job's hold gone the log entry may be the last, and fold.
        core.release(message, work.message)
        if partition != .max {
            let broker = state.pointee.sources[source].broker
            let place = absoluteOffset(offset, broker.partition(UInt32(partition)))
            broker.finished(UInt32(partition), offset: place, epoch: epoch, message: message)
        }
        let replica = replica(number)
        replica.pointee.uncommitted &-= 1
        if replica.pointee.uncommitted &+ 1 == state.pointee.maximumUncommitted { resumeFetching(number) }
    }

    @inline(__always)
    private func recordLatency(_ work: Work) {
        let message = work.message
        let handsOn = !state.pointee.isTerminal && state.pointee.steps[state.pointee.stepCount - 1].kind == .emit
        let appended = handsOn ? work.job.pointee.appended : message.pointee.appended
        let ticks = Message.ticks(core.now.nanoseconds) &- appended
        core.recorder.record(
            Int64(ticks) &* Message.tickNanoseconds, subject: state.pointee.subject, phase: message.pointee.phase,
            slot: message.pointee.slot)
    }

    @inline(__always)
    func freeJob(_ index: UInt32, _ job: UnsafeMutablePointer<Job>) {
        job.pointee[.live] = false
        job.pointee.generation &+= 1
        state.pointee.jobs.free(index)
    }
}
