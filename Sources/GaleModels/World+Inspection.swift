// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What tests look at inside a running world.
extension World {
    package struct PartitionView: Equatable, Sendable {
        package var leader: Int
        package var owner: Int
        package var committed: Int
        package var position: Int
        /// After the highest offset that a stage ever began.
        package var begun: Int
        package var highWatermark: Int
        package var end: Int
        /// In replica order: node, end of what it has, in sync.
        package var replicas: [(node: Int, end: Int, isInSync: Bool)]

        package static func == (left: PartitionView, right: PartitionView) -> Bool {
            left.leader == right.leader && left.owner == right.owner && left.committed == right.committed
                && left.position == right.position && left.begun == right.begun
                && left.highWatermark == right.highWatermark && left.end == right.end
                && left.replicas.elementsEqual(right.replicas) { $0 == $1 }
        }
    }

    /// The partitions of a Kafka broker, in order.
    package func partitions(broker: Int) -> [PartitionView] {
        guard let model = parts.brokers[broker] else { return [] }
        let handle = model.handle
        return (0..<UInt32(handle.state.pointee.partitionCount)).map { number in
            let partition = handle.partition(number).pointee
            return PartitionView(
                leader: Int(partition.leader), owner: Int(partition.owner), committed: partition.log.startPosition,
                position: partition.position, begun: partition.begun, highWatermark: partition.highWatermark,
                end: partition.log.endPosition,
                replicas: (0..<handle.state.pointee.profile.replicationFactor).map { place in
                    let replica = handle.replica(number, place).pointee
                    return (Int(replica.node), replica.end, replica.isInSync)
                })
        }
    }

    /// Has every request travel as an event of its own: slower, and the same outcome.
    package func stopLookingAhead() { core.state.pointee.looksAhead = false }

    /// Has every log of a broker begin at an offset, as if so many records had come and gone. To be called before the run.
    package func startLogs(broker: Int, at offset: Int) {
        guard let model = parts.brokers[broker] else { return }
        let handle = model.handle
        for number in 0..<UInt32(handle.state.pointee.partitionCount) {
            handle.partition(number).pointee.start(at: offset)
            for place in 0..<handle.state.pointee.profile.replicationFactor {
                handle.replica(number, place).pointee.end = offset
            }
        }
    }

    /// Records in the pools: all of them are free again once everything is settled and committed.
    package var liveRecords: (messages: Int, exchanges: Int) {
        (core.state.pointee.messages.count, core.state.pointee.exchanges.count)
    }

    /// What a notification's identity alone determines.
    package struct NotificationView: Equatable, Sendable {
        package var channel: Int
        package var platform: Int
        package var recipient: UInt64
        package var tenant: Int
        package var size: Int64
    }

    package func notification(workload: Int, ordinal: UInt64, unit: UInt64 = 0) -> NotificationView {
        let identity = UInt64(workload) << 56 | ordinal << 20 | unit
        let index = core.newMessage(identity: identity, intended: 0, units: 1, phase: 0, slot: 0)
        let message = core.message(index)
        defer {
            message.pointee.state = .free
            core.freeMessage(index)
        }
        return NotificationView(
            channel: Int(message.pointee.channel), platform: Int(message.pointee.platform),
            recipient: core.recipient(of: message), tenant: Int(core.tenant(of: message)),
            size: core.size(of: message))
    }
}

extension World {
    /// Changes what a stage's policy is taken to promise: for tests of the invariants.
    package func takePromise(ofStage stage: Int, _ change: (inout PolicyPromise) -> Void) {
        let state = parts.stages[stage].state
        change(&state.pointee.promise)
        if state.pointee.promise.hasLanes && state.pointee.lanes.isEmpty {
            state.pointee.lanes = Array(repeating: 0, count: state.pointee.replicaCount << 6)
        }
    }
}

extension World {
    /// A submission that nothing has become of yet.
    package struct PendingView: Equatable, Sendable {
        package var message: MessageID
        package var channel: Int
        /// By intended send time.
        package var phase, slot: Int
    }

    /// By identity.
    package var pending: [PendingView] {
        (0..<core.state.pointee.messages.extent).compactMap { index -> PendingView? in
            let message = core.message(index).pointee
            guard message.state == .pending else { return nil }
            return PendingView(
                message: MessageID(rawValue: message.identity), channel: Int(message.channel),
                phase: Int(message.phase), slot: Int(message.slot))
        }.sorted { $0.message < $1.message }
    }

    /// Messages in a topic that its stage has not taken.
    package func waiting(topic: Int) -> Int64 { backlog(topic: topic) }

    /// Of the first two that a provider took in the wrong order: the one that came too late, and the one before which it should have
    /// come.
    package var firstMisordered: (message: MessageID, overtaker: MessageID)? {
        core.state.pointee.orderLog?.takeUnretainedValue().first.map {
            (MessageID(rawValue: $0.earlier), MessageID(rawValue: $0.later))
        }
    }
}
