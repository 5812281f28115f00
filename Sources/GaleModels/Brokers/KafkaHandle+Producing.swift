// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A Kafka cluster as other models see it.
struct KafkaHandle {
    let state: UnsafeMutablePointer<KafkaBroker.State>

    var core: Core { @inline(__always) get { state.pointee.core } }

    @inline(__always)
    func partition(_ index: UInt32) -> UnsafeMutablePointer<KafkaPartition> { state.pointee.partitions + Int(index) }

    @inline(__always)
    func batch(_ index: UInt32) -> UnsafeMutablePointer<KafkaBatch> { state.pointee.batches[index] }

    /// A new producer that writes to one topic; its number.
    func addProducer(topic: Int, stage: Int?, replica: Int, partition: UInt32? = nil) -> UInt32 {
        let id = state.pointee.producerCount
        (state.pointee.producers + id).initialize(
            to: KafkaProducer(
                id: UInt32(id), topic: UInt32(topic), blocked: Ring(), stage: stage.map(UInt32.init) ?? .max,
                replica: UInt32(replica), partition: partition ?? .max))
        state.pointee.producerCount += 1
        return UInt32(id)
    }

    /// Hands a record to a producer at `instant` (now, or a little later for a workload that looks ahead). The producer
    /// holds the message until it is acknowledged; a job hears of that.
    @inline(__always)
    func produce(_ number: UInt32, message: UInt32, job: UInt32, generation: UInt32, at instant: Instant) {
        core.retain(message)
        handOver(number, message: message, job: job, generation: generation, at: instant)
    }

    /// The same with the caller's own hold on the message, which becomes the producer's.
    func handOver(_ number: UInt32, message: UInt32, job: UInt32, generation: UInt32, at instant: Instant) {
        let producer = state.pointee.producers + Int(number)
        let size = core.size(of: core.message(message))
        if producer.pointee.buffered &+ size > state.pointee.profile.bufferBytes && producer.pointee.buffered > 0 {
            core.mark(.producerBlocked)
            producer.pointee.blocked.append(
                KafkaBlocked(message: message, job: job, generation: generation, since: instant.nanoseconds))
            return
        }
        collect(producer, message: message, size: size, job: job, generation: generation, at: instant)
    }

    @inline(__always)
    private func collect(
        _ producer: UnsafeMutablePointer<KafkaProducer>, message: UInt32, size: Int64, job: UInt32, generation: UInt32,
        at instant: Instant
    ) {
        let limit = state.pointee.profile.batchBytes
        if producer.pointee.open != .max && Int64(batch(producer.pointee.open).pointee.bytes) &+ size > limit {
            close(producer, at: instant)
        }
        if producer.pointee.open == .max { open(producer, at: instant) }
        let batch = batch(producer.pointee.open)
        add(KafkaRecord(message: message, job: job, generation: generation), to: batch)
        batch.pointee.bytes &+= UInt32(truncatingIfNeeded: size)
        producer.pointee.buffered &+= size
        if Int64(batch.pointee.bytes) >= limit || state.pointee.profile.linger == 0 { close(producer, at: instant) }
    }

    @inline(__always)
    private func add(_ record: KafkaRecord, to batch: UnsafeMutablePointer<KafkaBatch>) {
        let blocks = state.pointee.blocks
        batch.pointee.count &+= 1
        if batch.pointee.room > 0 {
            let place = KafkaBlock.capacity &- batch.pointee.room
            batch.pointee.room &-= 1
            KafkaBlock.record(place, of: blocks[batch.pointee.last]).pointee = record
            return
        }
        let block = blocks.allocate()
        blocks[block].initialize(to: KafkaBlock(record))
        if batch.pointee.first == .max {
            batch.pointee.first = block
        } else {
            blocks[batch.pointee.last].pointee.next = block
        }
        batch.pointee.last = block
        batch.pointee.room = KafkaBlock.capacity &- 1
    }

    private func open(_ producer: UnsafeMutablePointer<KafkaProducer>, at instant: Instant) {
        let index = state.pointee.batches.allocate()
        let batch = batch(index)
        producer.pointee.batches &+= 1
        let ordinal = UInt64(producer.pointee.id) &<< 40 | producer.pointee.batches
        let generation = UInt32(truncatingIfNeeded: ordinal)
        let partition = choosePartition(producer, ordinal)
        var linger = TimerHandle.none
        if state.pointee.profile.linger > 0 { linger = scheduleLinger(index, generation, at: instant) }
        batch.initialize(
            to: KafkaBatch(
                next: .max, partition: partition, producer: producer.pointee.id, generation: generation,
                leaderEpoch: 0, ordinal: ordinal, created: instant.nanoseconds, end: 0, linger: linger,
                incarnation: producer.pointee.incarnation))
        producer.pointee.open = index
    }

    private func scheduleLinger(_ batch: UInt32, _ generation: UInt32, at instant: Instant) -> TimerHandle {
        let payload = UInt64(generation) &<< 32 | UInt64(batch)
        if instant == core.now {
            return core.scheduler.schedule(
                on: state.pointee.lingerLane, target: state.pointee.component, kind: KafkaBroker.Kind.linger,
                payload: payload)
        }
        return core.scheduler.scheduleCancellable(
            at: instant + Interval(nanoseconds: state.pointee.profile.linger), target: state.pointee.component,
            kind: KafkaBroker.Kind.linger, payload: payload)
    }

    /// The sticky partitioner: another partition for each batch, by chance, and away from those where batches are stuck
    /// (KIP-794 weighs by queue length; here a stuck partition is drawn again up to three times).
    private func choosePartition(_ producer: UnsafeMutablePointer<KafkaProducer>, _ ordinal: UInt64) -> UInt32 {
        if producer.pointee.partition != .max { return producer.pointee.partition }
        let topic = state.pointee.topics[Int(producer.pointee.topic)]
        var chosen: UInt32 = 0
        for trial in 0..<4 {
            let draw = core.draws.uniform(.partition, ordinal, state.pointee.id &<< 8 | UInt64(trial))
            chosen = topic.firstPartition &+ UInt32(draw.below(UInt64(topic.partitionCount)))
            if partition(chosen).pointee.stalledFirst == .max { break }
        }
        return chosen
    }

    private func close(_ producer: UnsafeMutablePointer<KafkaProducer>, at instant: Instant) {
        let index = producer.pointee.open
        producer.pointee.open = .max
        let batch = batch(index)
        _ = core.scheduler.cancel(batch.pointee.linger)
        batch.pointee.linger = .none
        if instant == core.now {
            _ = transmit(index)
        } else {
            core.scheduler.schedule(
                at: instant, target: state.pointee.component, kind: KafkaBroker.Kind.send, payload: UInt64(index))
        }
    }

    func lingerOver(_ index: UInt32, generation: UInt32) -> UInt64 {
        let batch = batch(index)
        let producer = state.pointee.producers + Int(batch.pointee.producer)
        guard batch.pointee.generation == generation, producer.pointee.open == index else { return Component.void }
        batch.pointee.linger = .none
        producer.pointee.open = .max
        return transmit(index)
    }

    /// Sends a batch to its partition's leader; without one it waits for the next.
    func transmit(_ index: UInt32) -> UInt64 {
        let batch = batch(index)
        let partition = partition(batch.pointee.partition)
        if batch.pointee.turn == 0 {
            partition.pointee.turns &+= 1
            batch.pointee.turn = partition.pointee.turns
        }
        guard partition.pointee.stalledFirst == .max, isLed(partition) else {
            if !isLed(partition) { countFault(partition) }
            stall(index)
            return batch.pointee.ordinal
        }
        let leg = Self.leg(0, after: batch.pointee.losses)
        guard let transit = state.pointee.link.transit(key: batch.pointee.ordinal, leg: leg) else {
            batch.pointee.losses &+= 1
            stall(index)
            return batch.pointee.ordinal
        }
        batch.pointee.leaderEpoch = partition.pointee.leaderEpoch
        let work = state.pointee.profile.append.time(
            core.draws.uniform(.append, batch.pointee.ordinal, state.pointee.id))
        // A log takes one batch after another: at the same instant a tie would decide which comes first.
        let done = max(core.now.nanoseconds &+ transit.nanoseconds &+ work, partition.pointee.lastAppend &+ 1)
        partition.pointee.lastAppend = done
        core.scheduler.schedule(
            at: Instant(nanoseconds: done), target: state.pointee.component, kind: KafkaBroker.Kind.append,
            payload: UInt64(index))
        if state.pointee.profile.acks == .none { acknowledgeRecords(index) }
        return batch.pointee.ordinal
    }

    /// Names the draw of a way through the network, after so many losses.
    @inline(__always)
    static func leg(_ way: UInt64, after losses: UInt32) -> UInt64 { way | UInt64(losses & 0xFF_FFFF) &<< 8 }

    /// Whether the partition's leader takes requests.
    @inline(__always)
    func isLed(_ partition: UnsafeMutablePointer<KafkaPartition>) -> Bool {
        partition.pointee.leader >= 0 && state.pointee.nodes[Int(partition.pointee.leader)].isAlive
    }

    /// Puts a batch at the end of those that wait for a leader; the first one starts the retry clock.
    func stall(_ index: UInt32) {
        let batch = batch(index)
        let partition = partition(batch.pointee.partition)
        batch.pointee.next = .max
        if partition.pointee.stalledFirst == .max {
            partition.pointee.stalledFirst = index
            core.scheduler.schedule(
                on: state.pointee.retryLane, target: state.pointee.component, kind: KafkaBroker.Kind.retry,
                payload: UInt64(batch.pointee.partition))
        } else {
            self.batch(partition.pointee.stalledLast).pointee.next = index
        }
        partition.pointee.stalledLast = index
    }

    /// Has a batch that was under way, or is no longer in the log, wait before those that came later: an idempotent producer sends in
    /// its sequence.
    func stallInTurn(_ index: UInt32) {
        let turn = batch(index).pointee.turn
        let partition = partition(batch(index).pointee.partition)
        let last = partition.pointee.stalledLast
        guard last != .max, batch(last).pointee.isLater(than: turn) else { return stall(index) }
        var (before, place) = (UInt32.max, partition.pointee.stalledFirst)
        while !batch(place).pointee.isLater(than: turn) { (before, place) = (place, batch(place).pointee.next) }
        batch(index).pointee.next = place
        if before == .max {
            partition.pointee.stalledFirst = index
        } else {
            batch(before).pointee.next = index
        }
    }

    /// Whether one that came earlier waits to be sent again: then a later one is refused (`OUT_OF_ORDER_SEQUENCE_NUMBER`).
    func isOutOfTurn(_ turn: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) -> Bool {
        let first = partition.pointee.stalledFirst
        return first != .max && state.pointee.profile.idempotence && !batch(first).pointee.isLater(than: turn)
    }

    /// `retry.backoff.ms` is over: those past `delivery.timeout.ms` fail, the others are sent if there is a leader.
    func retryStalled(partition number: UInt32) -> UInt64 {
        let partition = partition(number)
        var index = partition.pointee.stalledFirst
        partition.pointee.stalledFirst = .max
        partition.pointee.stalledLast = .max
        while index != .max {
            let next = batch(index).pointee.next
            let producer = state.pointee.producers + Int(batch(index).pointee.producer)
            refuseBlocked(producer)
            if batch(index).pointee.incarnation != producer.pointee.incarnation {
                discard(index)
            } else if core.now.nanoseconds &- batch(index).pointee.created >= state.pointee.profile.deliveryTimeout {
                fail(index)
            } else {
                _ = transmit(index)
            }
            index = next
        }
        return UInt64(number)
    }

    /// The records' delivery timed out: a workload's are refused, a stage sends its own again.
    private func fail(_ index: UInt32) {
        core.mark(.producerGaveUp)
        forEachRecord(of: index) { record in
            if record.job == .max {
                core.settle(record.message, as: .shed)
            } else {
                stage(of: index).produceFailed(job: record.job, generation: record.generation)
            }
        }
        discard(index)
    }

    func stage(of index: UInt32) -> StageHandle {
        let producer = state.pointee.producers[Int(batch(index).pointee.producer)]
        return core.state.pointee.stages[Int(producer.stage)]
    }

    /// Visits the records, a block at a time.
    @inline(__always)
    func forEachBlock(of index: UInt32, _ body: (UnsafeMutablePointer<KafkaBlock>, UInt32) -> Void) {
        let blocks = state.pointee.blocks
        var left = batch(index).pointee.count
        var place = batch(index).pointee.first
        while left > 0 {
            let block = blocks[place]
            let count = min(left, KafkaBlock.capacity)
            place = block.pointee.next
            if left > count { gale_prefetch(blocks[place]) }
            body(block, count)
            left &-= count
        }
    }

    @inline(__always)
    func forEachRecord(of index: UInt32, _ body: (KafkaRecord) -> Void) {
        forEachBlock(of: index) { block, count in
            var place: UInt32 = 0
            while place < count {
                body(KafkaBlock.record(place, of: block).pointee)
                place &+= 1
            }
        }
    }

    /// The batch is gone, and with it the producer's copies.
    func discard(_ index: UInt32) {
        if batch(index).pointee.isHolding { forEachRecord(of: index) { core.release($0.message) } }
        free(index)
    }

    /// The producer has its answer.
    func acknowledge(_ index: UInt32) -> UInt64 {
        let ordinal = batch(index).pointee.ordinal
        acknowledgeRecords(index)
        free(index)
        return ordinal
    }

    private func acknowledgeRecords(_ index: UInt32) {
        let producer = state.pointee.producers + Int(batch(index).pointee.producer)
        guard producer.pointee.stage != .max else { return }
        let stage = core.state.pointee.stages[Int(producer.pointee.stage)]
        forEachBlock(of: index) { block, count in
            for place in 0..<count { stage.anticipate(KafkaBlock.record(place, of: block).pointee) }
            for place in 0..<count {
                let record = KafkaBlock.record(place, of: block)
                guard record.pointee.job != .max else { continue }
                let (job, generation) = (record.pointee.job, record.pointee.generation)
                // With acks=0 the batch goes on to the log by itself, and tells nobody any more.
                record.pointee.job = .max
                stage.produced(job: job, generation: generation)
            }
        }
    }

    /// Gives the batch's room in the buffer back, and lets blocked records in.
    func free(_ index: UInt32) {
        let batch = batch(index)
        let producer = state.pointee.producers + Int(batch.pointee.producer)
        if batch.pointee.count > 0 {
            state.pointee.blocks.free(
                chain: batch.pointee.first, through: batch.pointee.last,
                count: (batch.pointee.count &+ KafkaBlock.capacity &- 1) / KafkaBlock.capacity)
        }
        producer.pointee.buffered &-= Int64(batch.pointee.bytes)
        state.pointee.batches.free(index)
        if !producer.pointee.blocked.isEmpty { admitBlocked(producer) }
    }

    /// `max.block.ms` is over for a workload's records that wait for room. A stage waits as long as it takes.
    private func refuseBlocked(_ producer: UnsafeMutablePointer<KafkaProducer>) {
        let blocked = producer.pointee.blocked
        while !blocked.isEmpty {
            let head = blocked[blocked.startPosition]
            guard head.job == .max, core.now.nanoseconds &- head.since > state.pointee.profile.maxBlock else { return }
            _ = blocked.popFirst()
            core.settle(head.message, as: .shed)
            core.release(head.message)
        }
    }

    private func admitBlocked(_ producer: UnsafeMutablePointer<KafkaProducer>) {
        let now = core.now
        refuseBlocked(producer)
        while !producer.pointee.blocked.isEmpty {
            let head = producer.pointee.blocked[producer.pointee.blocked.startPosition]
            let size = core.size(of: core.message(head.message))
            guard
                producer.pointee.buffered &+ size <= state.pointee.profile.bufferBytes || producer.pointee.buffered == 0
            else { return }
            _ = producer.pointee.blocked.popFirst()
            collect(
                producer, message: head.message, size: size, job: head.job, generation: head.generation, at: now)
        }
    }

    /// The replica died: what its producers had collected dies with it, and what waits to be sent again will not be.
    /// Batches under way reach the log all the same.
    func crashProducer(_ number: UInt32) {
        let producer = state.pointee.producers + Int(number)
        producer.pointee.incarnation &+= 1
        while !producer.pointee.blocked.isEmpty { core.release(producer.pointee.blocked.popFirst().message) }
        let index = producer.pointee.open
        guard index != .max else { return }
        producer.pointee.open = .max
        _ = core.scheduler.cancel(batch(index).pointee.linger)
        discard(index)
    }
}
