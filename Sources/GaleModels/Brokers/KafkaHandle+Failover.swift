// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives

/// What happens when a node dies and when it comes back.
extension KafkaHandle {
    /// A node dies. Its partitions have no leader until its session has expired and another replica is elected.
    func crash(node number: Int, fault: Int) {
        let node = state.pointee.nodes + number
        guard node.pointee.isAlive else { return }
        core.take(.nodeDied)
        node.pointee.isAlive = false
        node.pointee.epoch &+= 1
        node.pointee.fault = Int32(fault)
        core.scheduler.schedule(
            at: core.now + Interval(nanoseconds: state.pointee.profile.brokerSession), target: state.pointee.component,
            kind: KafkaBroker.Kind.elect, payload: UInt64(node.pointee.epoch) &<< 32 | UInt64(number))
        for partition in 0..<UInt32(state.pointee.partitionCount) {
            for place in 0..<state.pointee.profile.replicationFactor
            where replica(partition, place).pointee.node == Int32(number) {
                replica(partition, place).pointee.target = -1
            }
        }
    }

    /// Another fault keeps a node down from now on.
    func blame(node: Int, fault: Int) { state.pointee.nodes[node].fault = Int32(fault) }

    /// The controller misses the node's heartbeats: it leaves every in-sync set, and its partitions get new leaders after
    /// the election (a second event of the same kind, with the node fenced).
    func sessionExpired(node number: Int, epoch: UInt32) -> UInt64 {
        let node = state.pointee.nodes + number
        guard node.pointee.epoch == epoch, !node.pointee.isAlive else { return Component.void }
        if !node.pointee.isFenced {
            core.take(.nodeFenced)
            node.pointee.isFenced = true
            core.scheduler.schedule(
                at: core.now + Interval(nanoseconds: state.pointee.profile.election), target: state.pointee.component,
                kind: KafkaBroker.Kind.elect, payload: UInt64(epoch) &<< 32 | UInt64(number))
            return UInt64(number)
        }
        for partition in 0..<UInt32(state.pointee.partitionCount) { leave(partition, node: Int32(number)) }
        return UInt64(number)
    }

    /// A fenced node leaves one partition's in-sync set, and its leadership.
    private func leave(_ number: UInt32, node: Int32) {
        let partition = partition(number)
        let isLeader = partition.pointee.leader == node
        if isLeader { elect(number, partition, after: node) }
        for place in 0..<state.pointee.profile.replicationFactor {
            let replica = replica(number, place)
            guard replica.pointee.node == node else { continue }
            // The last one stays in the set: only it may lead again (no unclean election).
            if partition.pointee.leader >= 0 { replica.pointee.isInSync = false }
        }
        advanceHighWatermark(number, partition)
    }

    /// The first living in-sync replica leads; what it does not have is cut off.
    private func elect(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>, after dead: Int32) {
        let factor = state.pointee.profile.replicationFactor
        let candidate = (0..<factor).first {
            let replica = replica(number, $0)
            return replica.pointee.isInSync && replica.pointee.node != dead
                && state.pointee.nodes[Int(replica.pointee.node)].isAlive
        }
        guard let candidate else {
            core.mark(.leaderless)
            core.take(.leaderLost)
            partition.pointee.leader = -1
            return
        }
        core.mark(.leaderElected)
        core.take(.leaderChanged)
        lead(number, partition, with: candidate)
    }

    func lead(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>, with place: Int) {
        let factor = state.pointee.profile.replicationFactor
        let end = replica(number, place).pointee.end
        partition.pointee.leader = replica(number, place).pointee.node
        partition.pointee.leaderEpoch &+= 1
        // What will be sent again is held again before the log lets go of it.
        resendUnacknowledged(partition, beyond: end)
        truncate(number, partition, to: end)
        for other in 0..<factor {
            replica(number, other).pointee.end = min(replica(number, other).pointee.end, end)
            replica(number, other).pointee.target = -1
        }
        startFollowers(number, partition)
        advanceHighWatermark(number, partition)
        if partition.pointee.fetch == .parked { respond(number, partition) }
    }

    /// Cuts the log off at the new leader's end. The copies that were there are gone.
    private func truncate(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>, to end: Int) {
        let log = partition.pointee.log
        var offset = log.endPosition - 1
        let cut = max(0, log.endPosition - end)
        state.pointee.topics[Int(partition.pointee.topic)].backlog &-= Int64(cut)
        if cut > 0 {
            core.mark(.logCut)
            countFault(partition)
        }
        while offset >= end {
            core.releaseEntry(log[offset])
            offset -= 1
        }
        partition.pointee.log.removeAll(from: end)
    }

    /// An appended batch that is to be sent once more holds its messages again.
    private func hold(_ index: UInt32) {
        forEachRecord(of: index) { core.retain($0.message) }
        batch(index).pointee.isHolding = true
    }

    /// Batches that were appended and not answered: the producer sends them again. With idempotence the leader drops what
    /// it already has, so only those that were cut off go; without, all go.
    private func resendUnacknowledged(_ partition: UnsafeMutablePointer<KafkaPartition>, beyond end: Int) {
        var index = partition.pointee.pendingFirst
        partition.pointee.pendingFirst = .max
        partition.pointee.pendingLast = .max
        while index != .max {
            let next = batch(index).pointee.next
            if state.pointee.profile.idempotence && batch(index).pointee.end <= end {
                batch(index).pointee.next = .max
                if partition.pointee.pendingFirst == .max {
                    partition.pointee.pendingFirst = index
                } else {
                    batch(partition.pointee.pendingLast).pointee.next = index
                }
                partition.pointee.pendingLast = index
            } else {
                core.mark(.resent)
                countFault(partition)
                hold(index)
                stallInTurn(index)
            }
            index = next
        }
    }

    /// A node comes back: it leads what waited for it, and follows elsewhere until it is in sync again.
    func restart(node number: Int) {
        let node = state.pointee.nodes + number
        guard !node.pointee.isAlive else { return }
        core.take(node.pointee.isFenced ? .nodeBack : .nodeBackInTime)
        node.pointee.isAlive = true
        node.pointee.isFenced = false
        node.pointee.epoch &+= 1
        node.pointee.fault = -1
        for partition in 0..<UInt32(state.pointee.partitionCount) { rejoin(partition, node: Int32(number)) }
    }

    private func rejoin(_ number: UInt32, node: Int32) {
        let partition = partition(number)
        for place in 0..<state.pointee.profile.replicationFactor {
            let replica = replica(number, place)
            guard replica.pointee.node == node else { continue }
            replica.pointee.target = -1
            if partition.pointee.leader < 0 && replica.pointee.isInSync {
                core.take(.leaderFound)
                lead(number, partition, with: place)
            }
            // One that missed nothing is in sync as soon as it fetches.
            if partition.pointee.leader >= 0 && replica.pointee.end >= partition.pointee.highWatermark {
                replica.pointee.isInSync = true
            }
        }
        startFollowers(number, partition)
        advanceHighWatermark(number, partition)
        if partition.pointee.leader == node && partition.pointee.fetch == .parked { respond(number, partition) }
    }

    /// Books one changed decision for the crash that is in force, if any.
    func countFault(_ partition: UnsafeMutablePointer<KafkaPartition>) {
        let node = state.pointee.nodes[max(0, Int(partition.pointee.leader))]
        if partition.pointee.leader >= 0 && node.fault >= 0 {
            state.pointee.decisions[Int(node.fault)] += 1
            return
        }
        for number in 0..<state.pointee.profile.nodes where state.pointee.nodes[number].fault >= 0 {
            state.pointee.decisions[Int(state.pointee.nodes[number].fault)] += 1
            return
        }
    }

    /// Records that arrive for a dead consumer's partition: its crash's doing.
    func countOwnerless(_ partition: UnsafeMutablePointer<KafkaPartition>) {
        let stage = state.pointee.topics[Int(partition.pointee.topic)].stage
        if stage != .max { core.state.pointee.stages[Int(stage)].countCrash() }
    }
}
