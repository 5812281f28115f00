// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Appending, replicating, and what consumers may see.
extension KafkaHandle {
    @inline(__always)
    func replica(_ partition: UInt32, _ place: Int) -> UnsafeMutablePointer<KafkaReplica> {
        state.pointee.replicas + (Int(partition) &* state.pointee.profile.replicationFactor &+ place)
    }

    /// The leader writes a batch to its log.
    func append(_ index: UInt32) -> UInt64 {
        let batch = batch(index)
        let ordinal = batch.pointee.ordinal
        let number = batch.pointee.partition
        let partition = partition(number)
        guard isLed(partition), partition.pointee.leaderEpoch == batch.pointee.leaderEpoch,
            state.pointee.profile.acks != .all || inSyncCount(number) >= state.pointee.profile.minInsync,
            !isOutOfTurn(batch.pointee.turn, partition)
        else {
            countFault(partition)
            // With acks=0 the producer has long forgotten it.
            if state.pointee.profile.acks == .none { discard(index) } else { stallInTurn(index) }
            return ordinal
        }
        appendRecords(index, partition)
        batch.pointee.isHolding = false
        let topic = state.pointee.topics + Int(partition.pointee.topic)
        topic.pointee.backlog &+= Int64(batch.pointee.count)
        if partition.pointee.owner < 0 { countOwnerless(partition) }
        batch.pointee.end = partition.pointee.log.endPosition
        leaderReplica(number).pointee.end = batch.pointee.end
        startFollowers(number, partition)
        switch state.pointee.profile.acks {
        case .all: enqueuePending(index, partition)
        case .leader: scheduleAcknowledgement(index)
        case .none: free(index)
        }
        advanceHighWatermark(number, partition)
        return ordinal
    }

    /// The log takes the batch's hold on its messages over, so that none of them has to be touched.
    @inline(__always)
    private func appendRecords(_ index: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) {
        forEachBlock(of: index) { block, count in
            partition.pointee.log.append(Int(count)) {
                KafkaBlock.record(UInt32(truncatingIfNeeded: $0), of: block).pointee.message
            }
        }
        partition.pointee.log.stamp(Message.ticks(core.now.nanoseconds))
    }

    func leaderReplica(_ number: UInt32) -> UnsafeMutablePointer<KafkaReplica> {
        let leader = partition(number).pointee.leader
        for place in 0..<state.pointee.profile.replicationFactor where replica(number, place).pointee.node == leader {
            return replica(number, place)
        }
        preconditionFailure("a leader is one of its partition's replicas")
    }

    func inSyncCount(_ number: UInt32) -> Int {
        var count = 0
        for place in 0..<state.pointee.profile.replicationFactor where replica(number, place).pointee.isInSync {
            count += 1
        }
        return count
    }

    /// Every follower that is alive and idle fetches what is there.
    func startFollowers(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) {
        for place in 0..<state.pointee.profile.replicationFactor {
            let follower = replica(number, place)
            guard follower.pointee.node != partition.pointee.leader, follower.pointee.target < 0,
                follower.pointee.end < partition.pointee.log.endPosition,
                state.pointee.nodes[Int(follower.pointee.node)].isAlive
            else { continue }
            follower.pointee.target = partition.pointee.log.endPosition
            let key = UInt64(number) &<< 8 | UInt64(place)
            let delay = state.pointee.profile.replication.time(
                core.draws.uniform(.replication, UInt64(follower.pointee.target), state.pointee.id &<< 48 | key))
            core.scheduler.schedule(
                at: core.now + Interval(nanoseconds: delay), target: state.pointee.component,
                kind: KafkaBroker.Kind.replicated,
                payload: UInt64(partition.pointee.leaderEpoch &<< 8 | UInt32(place)) &<< 32 | UInt64(number))
        }
    }

    /// A follower has what it fetched, and the leader knows.
    func replicated(partition number: UInt32, replica place: Int, epoch: UInt32) -> UInt64 {
        let partition = partition(number)
        let follower = replica(number, place)
        let epochNow = partition.pointee.leaderEpoch & 0xFF_FFFF
        guard epoch == epochNow, follower.pointee.target >= 0, isLed(partition),
            state.pointee.nodes[Int(follower.pointee.node)].isAlive
        else {
            if epoch == epochNow { follower.pointee.target = -1 }
            return UInt64(number)
        }
        follower.pointee.end = min(follower.pointee.target, partition.pointee.log.endPosition)
        follower.pointee.target = -1
        if follower.pointee.end >= partition.pointee.highWatermark { follower.pointee.isInSync = true }
        startFollowers(number, partition)
        advanceHighWatermark(number, partition)
        return UInt64(number)
    }

    /// The high watermark is the least end of the in-sync replicas; batches below it are answered, consumers see it.
    func advanceHighWatermark(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) {
        guard isLed(partition) else { return }
        var watermark = partition.pointee.log.endPosition
        for place in 0..<state.pointee.profile.replicationFactor {
            let replica = replica(number, place)
            if replica.pointee.isInSync { watermark = min(watermark, replica.pointee.end) }
        }
        guard watermark > partition.pointee.highWatermark else { return }
        partition.pointee.highWatermark = watermark
        while partition.pointee.pendingFirst != .max {
            let index = partition.pointee.pendingFirst
            let batch = batch(index)
            guard batch.pointee.end <= watermark else { break }
            partition.pointee.pendingFirst = batch.pointee.next
            scheduleAcknowledgement(index)
        }
        if partition.pointee.pendingFirst == .max { partition.pointee.pendingLast = .max }
        if partition.pointee.fetch == .parked { respond(number, partition) }
    }

    private func enqueuePending(_ index: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) {
        batch(index).pointee.next = .max
        if partition.pointee.pendingFirst == .max {
            partition.pointee.pendingFirst = index
        } else {
            batch(partition.pointee.pendingLast).pointee.next = index
        }
        partition.pointee.pendingLast = index
    }

    /// The answer travels back; a lossy network makes it late, not lost: it is sent again (as TCP does) until it arrives.
    func scheduleAcknowledgement(_ index: UInt32) {
        let batch = batch(index)
        let sent = state.pointee.link.send(
            leaving: core.now, to: state.pointee.component, kind: KafkaBroker.Kind.acknowledged,
            payload: UInt64(index), key: batch.pointee.ordinal, leg: Self.leg(1, after: batch.pointee.losses))
        if sent { return }
        batch.pointee.losses &+= 1
        core.scheduler.schedule(
            on: state.pointee.retryLane, target: state.pointee.component, kind: KafkaBroker.Kind.answerAgain,
            payload: UInt64(index))
    }

    func answerAgain(_ index: UInt32) -> UInt64 {
        scheduleAcknowledgement(index)
        return batch(index).pointee.ordinal
    }
}
