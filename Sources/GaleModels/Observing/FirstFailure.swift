// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Finds the first message that a run should have delivered and did not: given up by the pipeline, turned away, lost, or in flight
/// at the end. What is suppressed is not to be delivered.
package final class FirstFailure: WorldObserver {
    package private(set) var message: MessageID?
    package private(set) var time: Int64 = 0
    private var handled: MessageID?
    private var count: Int64 = 0

    private static let failures: [Recorder.Entry] = [.expired, .deadLettered, .shed, .lost]

    override package func willHandle(_ event: Event) {
        if message == nil { handled = line(event).message }
    }

    override package func didHandle(_ event: Event, entity: UInt64) {
        guard message == nil else { return }
        let now = failures
        if now > count, let handled { note(handled) }
        count = now
    }

    override func dispatched(
        _ input: Input, _ actions: UnsafeMutablePointer<Actions>, stage: Int, replica: Int
    ) {
        for place in 0..<actions.pointee.count where message == nil {
            guard case .settle(let reference, let outcome) = actions.pointee[place],
                [.expired, .deadLettered, .shed].contains(outcome)
            else { continue }
            let job = world.parts.stages[stage].handle.job(UInt32(truncatingIfNeeded: reference))
            note(MessageID(rawValue: world.core.message(job.pointee.message).pointee.identity))
        }
    }

    private func note(_ message: MessageID) {
        self.message = message
        time = now
    }

    private var failures: Int64 {
        let state = world.core.recorder.state
        var sum: Int64 = 0
        for block in 0..<state.pointee.phaseCount * Recorder.channels {
            for entry in Self.failures {
                sum += state.pointee.phaseCounters[block * Recorder.Entry.count + entry.rawValue]
            }
        }
        return sum
    }

    /// After the run: what is not settled has not been delivered either.
    package func finish() {
        guard message == nil else { return }
        let messages = world.core.state.pointee.messages
        for index in 0..<messages.extent where messages[index].pointee.state == .pending {
            let identity = MessageID(rawValue: messages[index].pointee.identity)
            if message.map({ identity < $0 }) ?? true { note(identity) }
        }
    }
}
