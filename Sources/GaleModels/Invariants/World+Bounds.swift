// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What has a bound in the models stays within it; looked at whenever the backlog is sampled.
extension World {
    /// Once a second.
    func checkBounds() {
        guard now.nanoseconds % 1_000_000_000 == 0 else { return }
        for stage in parts.stages { checkBounds(of: stage.state, named: stage.specification.name) }
        for broker in parts.brokers {
            guard let broker else { continue }
            let state = broker.handle.state
            for number in 0..<state.pointee.producerCount {
                checkBuffer(state.pointee.producers + number, broker.handle, named: broker.name)
            }
        }
    }

    private func checkBounds(of stage: UnsafeMutablePointer<Stage.State>, named name: String) {
        let waiting = Int64(stage.pointee.queue.count + stage.pointee.inUse)
        if stage.pointee.queueCapacity > 0 && waiting > stage.pointee.queueCapacity {
            noteBound("queue of stage \(name)", waiting, stage.pointee.queueCapacity)
        }
        // A job that starts again, as a broker would not take what it made, has its slot whether one is free or not.
        let isProducing =
            stage.pointee.retrySource >= 0
            || (0..<stage.pointee.stepCount).contains { stage.pointee.steps[$0].kind == .emit }
        for number in 0..<stage.pointee.replicaCount {
            let replica = stage.pointee.replicas + number
            let used = stage.pointee.concurrency - replica.pointee.freeSlots
            if used > stage.pointee.concurrency && !isProducing || used < 0 {
                noteBound("slots of stage \(name)", Int64(used), Int64(stage.pointee.concurrency))
            }
            let most = stage.pointee.maximumUncommitted
            if stage.pointee.sourceCount > 0 && replica.pointee.uncommitted > most {
                noteBound("uncommitted of stage \(name)", Int64(replica.pointee.uncommitted), Int64(most))
            }
        }
    }

    /// A record larger than the buffer goes alone.
    private func checkBuffer(_ producer: UnsafeMutablePointer<KafkaProducer>, _ broker: KafkaHandle, named name: String)
    {
        let most = broker.state.pointee.profile.bufferBytes
        guard producer.pointee.buffered > most, producer.pointee.open != .max,
            broker.batch(producer.pointee.open).pointee.count > 1
        else { return }
        noteBound("producers of broker \(name)", producer.pointee.buffered, most)
    }

    private func noteBound(_ what: String, _ amount: Int64, _ bound: Int64) {
        measurements.violationLog.note(
            .queueBound, message: nil, at: now, key: what, cause: "\(what): \(amount), at most \(bound) may be")
    }
}
