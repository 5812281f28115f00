// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Fetching, committing, and who owns which partition.
extension KafkaHandle {
    /// A consumer asks for records of one of its partitions.
    func requestFetch(_ number: UInt32) {
        let partition = partition(number)
        guard partition.pointee.fetch == .idle, partition.pointee.owner >= 0 else { return }
        partition.pointee.fetch = .underWay
        let arrives = state.pointee.link.send(
            leaving: core.now, to: state.pointee.component, kind: KafkaBroker.Kind.fetch,
            payload: UInt64(partition.pointee.ownerEpoch) &<< 32 | UInt64(number),
            key: fetchKey(number, partition), leg: Self.leg(2, after: partition.pointee.losses))
        if !arrives { retryFetch(number, partition) }
    }

    private func fetchKey(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) -> UInt64 {
        state.pointee.id &<< 56 | UInt64(number) &<< 40 | UInt64(partition.pointee.position) & 0xFF_FFFF_FFFF
    }

    /// The network lost the request: the client asks again after `retry.backoff.ms`.
    private func retryFetch(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) {
        partition.pointee.losses &+= 1
        core.scheduler.schedule(
            on: state.pointee.retryLane, target: state.pointee.component, kind: KafkaBroker.Kind.fetch,
            payload: UInt64(partition.pointee.ownerEpoch) &<< 32 | UInt64(number))
    }

    func fetchArrived(partition number: UInt32, epoch: UInt16) -> UInt64 {
        let partition = partition(number)
        guard partition.pointee.ownerEpoch == epoch, partition.pointee.fetch == .underWay else { return Component.void }
        partition.pointee.fetch = .parked
        if partition.pointee.highWatermark > partition.pointee.position { respond(number, partition) }
        return UInt64(number)
    }

    /// Answers a waiting fetch with what is below the high watermark.
    func respond(_ number: UInt32, _ partition: UnsafeMutablePointer<KafkaPartition>) {
        guard partition.pointee.owner >= 0, partition.pointee.position < partition.pointee.highWatermark else { return }
        guard isLed(partition) else {
            countFault(partition)
            return
        }
        partition.pointee.fetch = .underWay
        partition.pointee.fetchEnd = min(
            partition.pointee.highWatermark, partition.pointee.position &+ state.pointee.profile.maxPollRecords)
        let stage = core.state.pointee.stages[Int(state.pointee.topics[Int(partition.pointee.topic)].stage)]
        let payload = UInt64(partition.pointee.ownerEpoch) &<< 32 | UInt64(number)
        let key = fetchKey(number, partition)
        let arrives = state.pointee.link.send(
            leaving: core.now, to: stage.component, kind: Stage.Kind.records, payload: payload,
            key: key, leg: Self.leg(3, after: partition.pointee.losses))
        if !arrives { retryFetch(number, partition) }
    }

    /// A stage's replica begins the record at `offset`: its message, and whether it was begun before.
    @inline(__always)
    func begin(_ number: UInt32, offset: Int) -> (message: UInt32, again: Bool) {
        let partition = partition(number)
        let entry = partition.pointee.log.address(offset)
        let message = take(entry)
        entry.pointee.state = .begun
        state.pointee.topics[Int(partition.pointee.topic)].backlog &-= 1
        if offset < partition.pointee.begun { return (message, true) }
        partition.pointee.begun = offset &+ 1
        return (message, false)
    }

    /// Records ahead of the one that is begun whose messages are asked for.
    static let beginsAhead = 4

    /// Asks for what beginning some records will need: they were last touched when they were produced.
    @inline(__always)
    func anticipate(_ partition: UnsafeMutablePointer<KafkaPartition>, from start: Int, to end: Int) {
        var offset = start
        while offset < end {
            core.prefetchEntry(partition.pointee.log[offset])
            offset &+= 1
        }
    }

    /// An entry's message, made again if it was folded.
    @inline(__always)
    func take(_ entry: UnsafeMutablePointer<LogEntry>) -> UInt32 {
        let record = entry.pointee.record
        guard LogEntry.isFolded(record) else { return record }
        let message = core.unfolded(record)
        entry.pointee.record = message
        return message
    }

    /// A stage's replica has finished the record at `offset`, whose message the log holds.
    @inline(__always)
    func finished(_ number: UInt32, offset: Int, epoch: UInt16, message: UInt32) {
        let partition = partition(number)
        guard partition.pointee.ownerEpoch == epoch else { return }
        let entry = partition.pointee.log.address(offset)
        entry.pointee.state = .finished
        if folds(partition) {
            entry.pointee.record = core.folded(message)
        }
        if offset != partition.pointee.completed { return }
        let log = partition.pointee.log
        var completed = offset + 1
        let end = partition.pointee.position
        while completed < end && log.state(completed) == .finished { completed += 1 }
        partition.pointee.completed = completed
    }

    /// Folds what is finished and could not be folded then, because an earlier topic's log still held it.
    func foldFinished(_ number: UInt32) {
        let partition = partition(number)
        let log = partition.pointee.log
        guard folds(partition) else { return }
        // What is below is committed next, and gone.
        var offset = max(partition.pointee.foldedTo, partition.pointee.completed)
        let end = partition.pointee.position
        while offset < end {
            // What has waited for an earlier topic's commit was last touched seconds ago.
            let ahead = offset &+ Self.prefetchDistance
            if ahead < end && log.state(ahead) == .finished { core.prefetchRelease(log[ahead]) }
            if log.state(offset) == .finished {
                let entry = core.folded(log[offset])
                // An earlier topic has not committed it yet: from here on it is too early. What is held for longer is
                // left as it is.
                if !LogEntry.isFolded(entry) && age(entry) < Self.patience { break }
                log[offset] = entry
            }
            offset &+= 1
        }
        partition.pointee.foldedTo = offset
    }

    @inline(__always)
    private func age(_ entry: UInt32) -> UInt32 {
        Message.ticks(core.now.nanoseconds) &- core.message(entry).pointee.appended
    }

    /// Ticks that a visit waits for an earlier topic's commit: about ten seconds.
    private static let patience: UInt32 = 2_441_406

    /// Whether what a partition's owner finishes now is folded at once.
    @inline(__always)
    func folds(_ partition: UnsafeMutablePointer<KafkaPartition>) -> Bool {
        partition.pointee.position &- partition.pointee.log.startPosition > Self.foldThreshold
    }

    /// Uncommitted records of a partition up to which folding is not worth its time: most are committed before long.
    static let foldThreshold = 8_192

    /// Sends a commit of the lowest contiguous finished offset, if that has moved.
    func commit(_ number: UInt32) {
        let partition = partition(number)
        let offset = partition.pointee.completed
        guard offset > partition.pointee.committing else { return }
        let leg = Self.leg(4, after: partition.pointee.losses)
        guard let transit = state.pointee.link.transit(key: UInt64(number) &<< 40 | UInt64(offset), leg: leg) else {
            partition.pointee.losses &+= 1
            return
        }
        partition.pointee.committing = offset
        let work = state.pointee.profile.append.time(
            core.draws.uniform(.commit, UInt64(number) &<< 40 | UInt64(offset), state.pointee.id))
        core.scheduler.schedule(
            at: core.now + transit + Interval(nanoseconds: work), target: state.pointee.component,
            kind: KafkaBroker.Kind.commit, payload: UInt64(number) &<< 40 | UInt64(offset))
    }

    /// The group's coordinator stores a commit: everything below it is finished for good.
    func commitArrived(_ payload: UInt64) -> UInt64 {
        let number = UInt32(truncatingIfNeeded: payload &>> 40)
        let offset = Int(payload & 0xFF_FFFF_FFFF)
        let partition = partition(number)
        let log = partition.pointee.log
        // A commit of an owner that has lost the partition meanwhile is refused.
        guard offset > log.startPosition, offset <= partition.pointee.position else { return UInt64(number) }
        log.forEachStretch(log.startPosition..<min(offset, log.endPosition)) { entries, count in
            var place = 0
            while place < count {
                // They were last touched seconds ago.
                let ahead = place &+ Self.prefetchDistance
                if ahead < count { core.prefetchRelease(entries[ahead].record) }
                core.releaseEntry(entries[place].record)
                place &+= 1
            }
        }
        partition.pointee.log.removeAll(before: offset)
        return UInt64(number)
    }

    /// Records between a prefetch and its use.
    private static let prefetchDistance = 16

    /// The owner died: nobody reads on, and what it still does counts no more. The group has not noticed yet.
    func orphan(_ number: UInt32) {
        let partition = partition(number)
        partition.pointee.ownerEpoch &+= 1
        partition.pointee.formerOwner = partition.pointee.owner
        partition.pointee.owner = -1
        partition.pointee.fetch = .idle
    }

    /// Gives a partition to a replica (or to none, -1). A living owner commits what it has finished before it lets go; the
    /// next one starts from the committed offset.
    func assign(_ number: UInt32, to owner: Int32) {
        let partition = partition(number)
        if partition.pointee.owner >= 0 {
            _ = commitArrived(UInt64(number) &<< 40 | UInt64(partition.pointee.completed))
        }
        partition.pointee.formerOwner = owner
        partition.pointee.ownerEpoch &+= 1
        partition.pointee.owner = owner
        partition.pointee.fetch = .idle
        let committed = partition.pointee.log.startPosition
        let topic = state.pointee.topics + Int(partition.pointee.topic)
        let log = partition.pointee.log
        for offset in committed..<max(committed, partition.pointee.position) {
            if log.state(offset) != .fetched { topic.pointee.backlog &+= 1 }
            log.setState(offset, .fetched)
        }
        partition.pointee.log.rewind()
        partition.pointee.position = committed
        partition.pointee.foldedTo = committed
        partition.pointee.completed = committed
        partition.pointee.committing = committed
        if owner >= 0 { requestFetch(number) }
    }
}
