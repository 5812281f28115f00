// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Wrong doings, for the tests of what must notice them.
extension World {
    /// A job that a dispatcher works on.
    package struct OpenJob: Equatable, Sendable {
        package var reference: UInt64
        package var message: UInt64
        package var replica: Int
    }

    /// Jobs that a stage has handed to its dispatchers, by their places.
    package func openJobs(stage: Int) -> [OpenJob] {
        let handle = parts.stages[stage].handle
        return (0..<handle.state.pointee.jobs.extent).compactMap { index in
            let job = handle.job(index)
            guard job.pointee[.live], job.pointee[.delivering] else { return nil }
            return OpenJob(
                reference: handle.work(index).reference, message: handle.work(index).message.pointee.identity,
                replica: Int(job.pointee.replica))
        }
    }

    /// Carries an action out as if a replica's dispatcher had asked for it.
    package func act(_ action: Action, stage: Int, replica: Int) {
        parts.stages[stage].handle.perform(action, of: nil, replica)
    }

    /// Sends a job's message, whatever its dispatcher thinks of that. No answer will find anybody.
    package func send(_ job: OpenJob, stage: Int, provider: Int, channel: Channel = .push) {
        act(
            .send(
                AttemptID(rawValue: .max), ChainID(rawValue: .max), reference: job.reference, key: job.message,
                timeout: parts.stages[stage].state.pointee.promise.timeout,
                provider: ProviderIndex(rawValue: UInt16(provider)), channel: channel),
            stage: stage, replica: job.replica)
    }

    /// A replica that has nothing beyond what consumers have read leads from now on: an unclean election.
    ///
    /// - Returns: acknowledged records that are gone.
    package func electUncleanly(broker: Int, partition number: UInt32) -> Int {
        guard let handle = parts.brokers[broker]?.handle else { return 0 }
        let partition = handle.partition(number)
        let end = max(partition.pointee.position, partition.pointee.log.startPosition)
        let gone = partition.pointee.highWatermark - end
        guard gone > 0 else { return 0 }
        partition.pointee.highWatermark = end
        handle.replica(number, 0).pointee.end = end
        handle.lead(number, partition, with: 0)
        return gone
    }

    /// A replica's dispatcher has forgotten all that it was given: another one stands in its place, and nobody sees a difference.
    package func forget(stage: Int, replica number: Int) {
        let stage = parts.stages[stage]
        stage.stopDispatcher(number)
        stage.state.pointee.replicas[number].epoch &+= 1
        stage.startDispatcher(number)
    }

    /// A slot of a replica comes back, and nobody is told.
    package func freeSlot(stage: Int, replica number: Int) {
        parts.stages[stage].state.pointee.replicas[number].freeSlots += 1
    }

    /// A direct queue's bound is lower from now on; what is in it stays.
    package func shrinkQueue(stage: Int, to capacity: Int64) {
        parts.stages[stage].state.pointee.queueCapacity = capacity
    }
}
