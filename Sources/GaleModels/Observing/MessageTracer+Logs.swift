// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Where a message is in brokers' logs.
extension MessageTracer {
    func willHandle(_ event: Event, broker place: Int) {
        guard let broker = world.parts.brokers[place]?.handle else { return }
        let low = UInt32(truncatingIfNeeded: event.payload)
        switch event.kind {
        case KafkaBroker.Kind.append: willAppend(batch: low, broker, place)
        case KafkaBroker.Kind.acknowledged: willAcknowledge(batch: low, broker)
        case KafkaBroker.Kind.commit: willCommit(event.payload, place)
        default: break
        }
    }

    /// A batch is about to reach its log: the record gets the offset that follows from its place.
    private func willAppend(batch: UInt32, _ broker: KafkaHandle, _ place: Int) {
        guard let record else { return }
        let number = broker.batch(batch).pointee.partition
        let partition = broker.partition(number)
        guard broker.isLed(partition), partition.pointee.leaderEpoch == broker.batch(batch).pointee.leaderEpoch,
            broker.state.pointee.profile.acks != .all
                || broker.inSyncCount(number) >= broker.state.pointee.profile.minInsync
        else { return }
        var offset = partition.pointee.log.endPosition
        broker.forEachRecord(of: batch) { entry in
            if entry.message == record {
                let (topic, local) = names(number, broker)
                let step = add(.appended(topic: topic, partition: local, offset: offset), cause: emitting)
                entries.append(Entry(broker: place, partition: number, offset: offset, step: step))
            }
            offset += 1
        }
    }

    /// Who handed it over: the job that works on it, or the submission.
    private var emitting: Int? { jobs.last?.step }

    private func willAcknowledge(batch: UInt32, _ broker: KafkaHandle) {
        guard let record else { return }
        var holds = false
        broker.forEachRecord(of: batch) { if $0.message == record { holds = true } }
        guard holds else { return }
        let number = broker.batch(batch).pointee.partition
        let entry = entries.last { $0.partition == number }
        add(.acknowledged(topic: names(number, broker).topic), cause: entry?.step)
    }

    private func willCommit(_ payload: UInt64, _ place: Int) {
        let number = UInt32(truncatingIfNeeded: payload >> 40)
        let offset = Int(payload & 0xFF_FFFF_FFFF)
        guard let broker = world.parts.brokers[place]?.handle else { return }
        for entry in entries where entry.broker == place && entry.partition == number && entry.offset < offset {
            let (topic, local) = names(number, broker)
            add(.committed(topic: topic, partition: local, offset: entry.offset))
        }
        entries.removeAll { $0.broker == place && $0.partition == number && $0.offset < offset }
    }

    /// A partition's topic, by its place in the specification, and its number there.
    func names(_ number: UInt32, _ broker: KafkaHandle) -> (topic: Int, partition: Int) {
        let topic = broker.state.pointee.topics[Int(broker.partition(number).pointee.topic)]
        return (Int(topic.index), Int(number - topic.firstPartition))
    }

    /// What an event has done to the entries: seen by all replicas, fetched, begun, cut off.
    func noteLog(_ role: Role) {
        for place in entries.indices.reversed() {
            guard let broker = world.parts.brokers[entries[place].broker]?.handle else { continue }
            var entry = entries[place]
            note(&entry, broker, role)
            entries[place] = entry
            let log = broker.partition(entries[place].partition).pointee.log
            if entries[place].offset >= log.endPosition {
                let (topic, local) = names(entries[place].partition, broker)
                add(
                    .cutOff(topic: topic, partition: local, offset: entries[place].offset),
                    faults: faults {
                        guard case .brokerCrash(entries[place].broker, _) = $0 else { return false }
                        return true
                    })
                entries.remove(at: place)
            } else if entries[place].offset < log.startPosition {
                entries.remove(at: place)
            }
        }
    }

    private func note(_ entry: inout Entry, _ broker: KafkaHandle, _ role: Role) {
        let partition = broker.partition(entry.partition)
        guard entry.offset < partition.pointee.log.endPosition, entry.offset >= partition.pointee.log.startPosition
        else { return }
        let (topic, local) = names(entry.partition, broker)
        if !entry.isVisible, partition.pointee.highWatermark > entry.offset {
            entry.isVisible = true
            entry.step = add(.replicated(topic: topic, partition: local, offset: entry.offset), cause: entry.step)
        }
        let isBegun = partition.pointee.log.state(entry.offset) != .fetched
        if isBegun, !entry.isBegun, case .stage(let stage) = role { findJob(at: stage) }
        entry.isBegun = isBegun
    }

    /// Records are about to reach a consumer.
    func willFetch(partition number: UInt32, epoch: UInt16, stage place: Int) {
        let stage = world.parts.stages[place].handle
        guard
            let source = (0..<stage.state.pointee.sourceCount).map({ stage.state.pointee.sources[$0] }).first(where: {
                number &- $0.firstPartition < $0.partitionCount
            })
        else { return }
        let broker = source.broker
        let partition = broker.partition(number)
        guard partition.pointee.ownerEpoch == epoch, partition.pointee.fetch == .underWay else { return }
        let end = min(partition.pointee.fetchEnd, partition.pointee.log.endPosition)
        for index in entries.indices where entries[index].broker == Int(broker.state.pointee.id) {
            let entry = entries[index]
            guard entry.partition == number, partition.pointee.position <= entry.offset, entry.offset < end else {
                continue
            }
            let (topic, local) = names(number, broker)
            entries[index].step = add(
                .fetched(
                    stage: place, replica: Int(partition.pointee.owner), topic: topic, partition: local,
                    offset: entry.offset),
                cause: entry.step)
        }
    }
}
