// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives

/// Replicas as members of a consumer group: who reads which partition, what a crash does, and what a restart does.
extension Stage {
    /// Before the run: partitions round robin over the replicas, and the commit clocks.
    func assignInitially() {
        for place in 0..<state.pointee.sourceCount {
            let source = state.pointee.sources[place]
            for partition in 0..<source.partitionCount {
                source.broker.assign(
                    source.firstPartition + partition, to: Int32(Int(partition) % state.pointee.replicaCount))
            }
        }
        for replica in 0..<state.pointee.replicaCount { scheduleCommit(replica) }
    }

    private func scheduleCommit(_ replica: Int) {
        guard state.pointee.sourceCount > 0 else { return }
        scheduler.schedule(
            on: state.pointee.commitLane, target: index, kind: Kind.commitDue,
            payload: UInt64(state.pointee.replicas[replica].epoch) << 32 | UInt64(replica))
    }

    /// Replicas die: their slots, buffers, dispatchers and unsent batches are gone. The group notices when their sessions
    /// expire (`session.timeout.ms`).
    func crash(first: Int, count: Int, fault: Int) {
        if let pool { return pool.crash(first: first, count: count, fault: fault) }
        for number in first..<min(first + count, state.pointee.replicaCount) {
            let replica = state.pointee.replicas + number
            guard replica.pointee.isAlive else { continue }
            replica.pointee.isAlive = false
            state.pointee.core.take(.replicaCrashed)
            replica.pointee.epoch &+= 1
            replica.pointee.fault = Int32(fault)
            replica.pointee.dropFetched()
            replica.pointee.dropResumptions()
            killJobs(of: number, fault: fault)
            forEachPartition { broker, partition in
                if broker.partition(partition).pointee.owner == Int32(number) { broker.orphan(partition) }
            }
            replica.pointee.freeSlots = state.pointee.concurrency
            replica.pointee.uncommitted = 0
            stopDispatcher(number)
            crashProducers(replica)
        }
        if state.pointee.sourceCount == 0 { return handle.pumpQueue() }
        scheduleRebalance(after: state.pointee.session)
    }

    /// Crash of every job of a replica. A direct queue's messages die with it: nothing else holds them.
    private func killJobs(of number: Int, fault: Int) {
        let stage = handle
        for index in 0..<state.pointee.jobs.extent {
            let job = stage.job(index)
            guard job.pointee[.live], Int(job.pointee.replica) == number else { continue }
            state.pointee.decisions[fault] += 1
            stage.core.mark(.diedAtWork)
            stage.giveSlot(job)
            let message = job.pointee.message
            stage.freeJob(index, job)
            state.pointee.core.release(message)
        }
    }

    private func crashProducers(_ replica: UnsafeMutablePointer<Replica>) {
        for place in 0..<state.pointee.stepCount where state.pointee.steps[place].kind == .emit {
            let step = state.pointee.steps[place]
            let route = state.pointee.core.state.pointee.topics[step.topic]
            if route.isDirect { continue }
            state.pointee.core.state.pointee.brokers[Int(route.broker)].crashProducer(
                replica.pointee.firstProducer + step.producer)
        }
        if state.pointee.retrySource < 0 { return }
        for level in 0..<(state.pointee.sourceCount - state.pointee.retrySource) {
            state.pointee.sources[state.pointee.retrySource + level].broker.crashProducer(
                replica.pointee.firstProducer + state.pointee.retryProducer + UInt32(level))
        }
    }

    /// Replicas start again, empty, and join the group. Static members (KIP-345) take their own partitions up at once if
    /// their session has not expired.
    func restart(_ numbers: [Int]) {
        if let pool { return pool.restart(numbers) }
        for number in numbers where number < state.pointee.replicaCount {
            let replica = state.pointee.replicas + number
            guard !replica.pointee.isAlive else { continue }
            replica.pointee.isAlive = true
            state.pointee.core.take(.replicaRestarted)
            replica.pointee.fault = -1
            replica.pointee.epoch &+= 1
            startDispatcher(number)
            scheduleCommit(number)
            if state.pointee.hasStaticMembership { reclaim(number) }
        }
        if state.pointee.sourceCount == 0 { return handle.pumpQueue() }
        scheduleRebalance(after: 0)
    }

    /// Another fault keeps a replica down, or still (`isCrash` false), from now on.
    func blame(replica: Int, fault: Int, isCrash: Bool) {
        if let pool { return pool.blame(replica, fault: fault, isCrash: isCrash) }
        guard isCrash, replica < state.pointee.replicaCount, !state.pointee.replicas[replica].isAlive else { return }
        state.pointee.replicas[replica].fault = Int32(fault)
    }

    private func reclaim(_ number: Int) {
        forEachPartition { broker, partition in
            let state = broker.partition(partition).pointee
            if state.owner < 0 && state.formerOwner == Int32(number) {
                self.state.pointee.core.mark(.reclaimed)
                broker.assign(partition, to: Int32(number))
            }
        }
    }

    private func scheduleRebalance(after delay: Int64) {
        // Partitions move, and what waited where is known no longer.
        state.pointee.promise.hasLanes = false
        switch state.pointee.group {
        case .stable: state.pointee.core.take(.groupDisturbed)
        case .disturbed: break
        case .rebalancing: state.pointee.core.take(.groupDisturbedAgain)
        }
        state.pointee.group = .disturbed
        state.pointee.rebalanceEpoch &+= 1
        scheduler.schedule(
            at: scheduler.now + Interval(nanoseconds: delay), target: index, kind: Kind.rebalance,
            payload: UInt64(state.pointee.rebalanceEpoch) << 1)
    }

    /// Two events: the group notices (an eager assignor stops every member there), and the new assignment takes effect.
    func rebalance(epoch: UInt32) -> UInt64 {
        let takesEffect = epoch & 1 == 1
        if takesEffect {
            state.pointee.core.mark(.rebalanced)
            if state.pointee.group == .rebalancing, epoch >> 1 == state.pointee.rebalanceEpoch & .max >> 1 {
                enter(.stable, by: .groupRebalanced)
            }
            reassign()
            return UInt64(epoch)
        }
        let isLatest = epoch >> 1 == state.pointee.rebalanceEpoch & .max >> 1
        guard needsRebalance else {
            if isLatest && state.pointee.group == .disturbed { enter(.stable, by: .groupUnmoved) }
            return Component.void
        }
        if isLatest { enter(.rebalancing, by: .groupRebalancing) }
        if state.pointee.isEager {
            forEachPartition { broker, partition in broker.assign(partition, to: -1) }
        }
        scheduler.schedule(
            at: scheduler.now + Interval(nanoseconds: state.pointee.rebalance), target: index, kind: Kind.rebalance,
            payload: UInt64(epoch | 1))
        return UInt64(epoch)
    }

    private func enter(_ phase: GroupPhase, by edge: StateEdge) {
        state.pointee.core.take(edge)
        state.pointee.group = phase
    }

    /// Whether a partition has no living owner, or a living replica has fewer than its share.
    private var needsRebalance: Bool {
        var load = [Int](repeating: 0, count: state.pointee.replicaCount)
        var isHomeless = false
        forEachPartition { broker, partition in
            let owner = Int(broker.partition(partition).pointee.owner)
            if owner < 0 || !self.state.pointee.replicas[owner].isAlive { isHomeless = true } else { load[owner] += 1 }
        }
        let living = (0..<state.pointee.replicaCount).filter { state.pointee.replicas[$0].isAlive }
        let spread = (living.map { load[$0] }.max() ?? 0) - (living.map { load[$0] }.min() ?? 0)
        return isHomeless || spread > state.pointee.sourceCount
    }

    /// Every partition gets a living owner, and no replica has two more than another; what need not move stays where it is
    /// (the cooperative sticky assignor, KIP-429).
    private func reassign() {
        let living = (0..<state.pointee.replicaCount).filter { state.pointee.replicas[$0].isAlive }
        guard !living.isEmpty else { return }
        for place in 0..<state.pointee.sourceCount {
            let source = state.pointee.sources[place]
            let count = Int(source.partitionCount)
            let share = count / living.count
            var larger = count % living.count
            var load = [Int](repeating: 0, count: state.pointee.replicaCount)
            var homeless: [UInt32] = []
            for offset in 0..<source.partitionCount {
                let partition = source.firstPartition + offset
                let owner = Int(source.broker.partition(partition).pointee.owner)
                let isHome = owner >= 0 && state.pointee.replicas[owner].isAlive
                if isHome && load[owner] < share {
                    load[owner] += 1
                } else if isHome && load[owner] == share && larger > 0 {
                    load[owner] += 1
                    larger -= 1
                } else {
                    homeless.append(partition)
                }
            }
            for partition in homeless {
                guard let owner = living.min(by: { (load[$0], $0) < (load[$1], $1) }) else { continue }
                load[owner] += 1
                source.broker.assign(partition, to: Int32(owner))
            }
        }
        for number in living { handle.pump(number) }
    }

    private func forEachPartition(_ body: (KafkaHandle, UInt32) -> Void) {
        for place in 0..<state.pointee.sourceCount {
            let source = state.pointee.sources[place]
            for offset in 0..<source.partitionCount { body(source.broker, source.firstPartition + offset) }
        }
    }
}

extension StageHandle {
    /// `auto.commit.interval.ms`: the replica commits what is contiguously finished.
    func commitDue(replica number: Int, epoch: UInt32) -> UInt64 {
        let replica = replica(number)
        guard replica.pointee.isAlive, replica.pointee.epoch == epoch else { return Component.void }
        for place in 0..<state.pointee.sourceCount {
            let source = state.pointee.sources[place]
            for offset in 0..<source.partitionCount {
                let partition = source.firstPartition &+ offset
                if source.broker.partition(partition).pointee.owner == Int32(number) {
                    source.broker.foldFinished(partition)
                    source.broker.commit(partition)
                }
            }
        }
        core.scheduler.schedule(
            on: state.pointee.commitLane, target: component, kind: Stage.Kind.commitDue,
            payload: UInt64(epoch) &<< 32 | UInt64(number))
        return UInt64(number)
    }

    /// Something went differently because replicas are down.
    func countCrash() {
        for number in 0..<state.pointee.replicaCount where replica(number).pointee.fault >= 0 {
            state.pointee.decisions[Int(replica(number).pointee.fault)] += 1
            return
        }
    }
}
