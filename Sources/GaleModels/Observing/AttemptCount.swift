// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

/// Finds the message with the most attempts; of several the one that had so many first.
package final class AttemptCount: WorldObserver {
    package struct Attempt {
        package var provider: Int
        /// Nanoseconds.
        package var time: Int64
        /// Of the message's intended send time.
        package var phase, slot: Int
    }

    package private(set) var message: MessageID?
    package private(set) var most = 0
    private let counts: (Attempt) -> Bool
    /// By identity; looked up, never walked.
    private var attempts: [UInt64: Int] = [:]

    /// - Parameter counts: whether an attempt does.
    package init(_ counts: @escaping (Attempt) -> Bool) { self.counts = counts }

    override func dispatched(
        _ input: Input, _ actions: UnsafeMutablePointer<Actions>, stage: Int, replica: Int
    ) {
        for place in 0..<actions.pointee.count {
            guard case .send(_, _, let reference, _, _, let provider, _) = actions.pointee[place] else { continue }
            let job = world.parts.stages[stage].handle.job(UInt32(truncatingIfNeeded: reference))
            let message = world.core.message(job.pointee.message).pointee
            let attempt = Attempt(
                provider: Int(provider.rawValue), time: now, phase: Int(message.phase), slot: Int(message.slot))
            guard counts(attempt) else { continue }
            let number = attempts[message.identity, default: 0] + 1
            attempts[message.identity] = number
            if number > most { (self.message, most) = (MessageID(rawValue: message.identity), number) }
        }
    }
}
