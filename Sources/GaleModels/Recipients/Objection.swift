// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

/// A share of recipients who object to a channel, as long as a fault lasts.
struct Objection {
    /// The fault's place in the specification: who objects is drawn for each anew.
    var fault: Int
    var stage: Int
    var shareMicros: Int64
    /// nil: to every channel.
    var channel: Channel?

    func isOf(_ recipient: UInt64, _ draws: Draws) -> Bool {
        Int64(draws.uniform(.objection, recipient, UInt64(fault)).below(1_000_000)) < shareMicros
    }
}

extension Core {
    /// The objection in force that a stage's consent look-up finds, if there is one. An objection is to what one stage sends.
    func objection(of message: UnsafeMutablePointer<Message>, key: UInt64, stage: Int) -> Objection? {
        if state.pointee.objections.isEmpty { return nil }
        let recipient = recipient(of: message)
        return state.pointee.objections.first { objection in
            objection.stage == stage && objection.isOf(recipient, draws)
                && (objection.channel.map { StateKind.key(recipient: recipient, $0) == key } ?? true)
        }
    }
}

extension StageHandle {
    /// Recipients object, or no longer do: every replica that has something for one of them is told.
    func consentChanges(_ objection: Objection, isGranted: Bool) {
        for index in 0..<state.pointee.jobs.extent {
            let job = job(index)
            guard job.pointee[.live], job.pointee[.delivering] else { continue }
            let message = core.message(job.pointee.message)
            let recipient = core.recipient(of: message)
            guard objection.isOf(recipient, core.draws) else { continue }
            let number = Int(job.pointee.replica)
            let before = revoked(number)
            dispatch(
                .consentChanged(recipient: recipient, channel: objection.channel, isGranted: isGranted), of: nil,
                named: message.pointee.identity, to: number)
            state.pointee.decisions[objection.fault] += revoked(number) - before
            guard isGranted else { continue }
            // What another objection says still holds.
            for other in core.state.pointee.objections
            where other.stage == objection.stage && other.isOf(recipient, core.draws) {
                dispatch(
                    .consentChanged(recipient: recipient, channel: other.channel, isGranted: false), of: nil,
                    named: message.pointee.identity, to: number)
            }
        }
        for number in 0..<state.pointee.replicaCount { pump(number) }
    }

    /// Notifications that a replica's dispatcher has ended or moved because of an objection.
    private func revoked(_ number: Int) -> Int64 {
        let watched = state.pointee.watch?.takeUnretainedValue().dispatchers[number]
        return watched?.counters.revoked
            ?? state.pointee.dispatchers[number]?._withUnsafeGuaranteedRef { $0.counters.revoked } ?? 0
    }
}
