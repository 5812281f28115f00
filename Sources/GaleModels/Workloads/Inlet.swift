// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Where a workload's messages enter the pipeline: a direct topic's stage, or the producers of a broker's topic.
struct Inlet {
    var core: Core
    var stage: Int32
    var broker: KafkaHandle?
    var firstProducer: UInt32
    var producerCount: UInt64
    /// Each producer writes to one partition; the recipient chooses.
    var isKeyed = false

    /// Where in the results a message belongs that was meant to be sent at some instant.
    struct Place: Equatable {
        var phase: UInt8
        var slot: UInt16
    }

    @inline(__always)
    func place(of instant: Instant) -> Place {
        Place(
            phase: core.recorder.phase(of: instant.nanoseconds), slot: core.recorder.slot(of: instant.nanoseconds))
    }

    /// Submits a message of `units` notifications that was meant to be sent at `instant`.
    @inline(__always)
    func submit(workload: UInt8, ordinal: UInt64, units: UInt32, at instant: Instant) {
        submit(
            workload: workload, ordinal: ordinal, units: units, at: instant, place(of: instant),
            producer: ordinal % producerCount)
    }

    /// The same for whoever knows the message's place, and its producer (`ordinal` modulo their number), already.
    @inline(__always)
    func submit(
        workload: UInt8, ordinal: UInt64, units: UInt32, at instant: Instant, _ place: Place, producer: UInt64
    ) {
        let message = core.newMessage(
            identity: Self.identity(workload, ordinal), intended: instant.nanoseconds, units: units,
            phase: place.phase, slot: place.slot)
        core.submit(message)
        if let broker {
            let chosen = isKeyed ? core.recipient(of: core.message(message)) % producerCount : producer
            let producer = firstProducer &+ UInt32(truncatingIfNeeded: chosen)
            broker.handOver(producer, message: message, job: .max, generation: 0, at: instant)
        } else {
            core.state.pointee.stages[Int(stage)].offer(message)
        }
    }

    /// Workload (8 bits), ordinal (36 bits), place within a fan-out (20 bits).
    @inline(__always)
    static func identity(_ workload: UInt8, _ ordinal: UInt64) -> UInt64 { UInt64(workload) &<< 56 | ordinal &<< 20 }

    static let ordinals: UInt64 = 1 << 36
}
