// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Where a workload's messages enter the pipeline: a direct topic's stage, or the producers of a broker's topic.
struct Inlet {
    var core: Core
    var stage: Int32
    var broker: KafkaHandle?
    var firstProducer: UInt32
    var producerCount: UInt64

    /// Submits a message of `units` notifications that was meant to be sent at `instant`.
    @inline(__always)
    func submit(workload: UInt8, ordinal: UInt64, units: UInt32, at instant: Instant) {
        let message = core.newMessage(
            identity: Self.identity(workload, ordinal), intended: instant.nanoseconds, units: units,
            phase: core.recorder.phase(of: instant.nanoseconds), slot: core.recorder.slot(of: instant.nanoseconds))
        core.submit(message)
        if let broker {
            let producer = firstProducer &+ UInt32(truncatingIfNeeded: ordinal % producerCount)
            broker.produce(producer, message: message, job: .max, generation: 0, at: instant)
            core.release(message)
        } else {
            core.state.pointee.stages[Int(stage)].offer(message)
        }
    }

    /// Workload (8 bits), ordinal (36 bits), place within a fan-out (20 bits).
    @inline(__always)
    static func identity(_ workload: UInt8, _ ordinal: UInt64) -> UInt64 { UInt64(workload) &<< 56 | ordinal &<< 20 }

    static let ordinals: UInt64 = 1 << 36
}
