// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

#if PlantedBugs
    extension StageHandle {
        /// `PlantedBug.offsetPastHole`: the offset of what waits counts as done, and is committed with those after it.
        func finishEarly(_ job: UnsafeMutablePointer<Job>) {
            guard state.pointee.plantedBug == .offsetPastHole, job.pointee.partition != .max else { return }
            let broker = state.pointee.sources[source(of: job)].broker
            let number = UInt32(job.pointee.partition)
            let place = absoluteOffset(job.pointee.offset, broker.partition(number))
            broker.finished(number, offset: place, epoch: job.pointee.epoch, message: job.pointee.message)
            // It belongs to no partition any more.
            job.pointee.partition = .max
        }
    }
#endif
