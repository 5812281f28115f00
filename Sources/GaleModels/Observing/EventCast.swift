// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel

/// Which messages take part in certain events of a run, and in what way. All records are looked at before and after each of them: so
/// the events have to be known, from a run of the same seed before (`RiseWatch`).
package final class EventCast: WorldObserver {
    package struct Part: Equatable, Sendable {
        package var message: MessageID
        package var role: Role
        /// By intended send time; nil: its record is not known.
        package var phase: Int?
        package var slot: Int?
    }

    package enum Role: Equatable, Sendable {
        /// Its line in the ledger is this one from here on.
        case became(MessageStep.Entry)
        /// It is sent though a provider has it already.
        case again
        case sent(provider: Int)
        /// Its record is gone, and with it what became of it.
        case gone
        /// The event is about it.
        case subject
    }

    /// By event, in the order of the numbers.
    package private(set) var parts: [[Part]] = []
    private let events: [Int]
    private var event = 0
    private var before: [Record] = []
    private var current: [Part]?

    private struct Record {
        var identity: UInt64
        var state: Message.State
        var calls: UInt16
    }

    /// - Parameter events: their numbers, from 1, ascending.
    package init(_ events: [Int]) { self.events = events }

    /// Nothing more is to come.
    package var isOver: Bool { parts.count == events.count }

    override package func willHandle(_ event: Event) {
        self.event += 1
        guard !isOver, self.event == events[parts.count] else { return }
        current = line(event).message.map { [Part(message: $0, role: .subject)] } ?? []
        before = records
    }

    override func dispatched(
        _ input: Input, _ actions: UnsafeMutablePointer<Actions>, stage: Int, replica: Int
    ) {
        guard current != nil else { return }
        for place in 0..<actions.pointee.count {
            guard let reference = actions.pointee[place].reference else { continue }
            let job = world.parts.stages[stage].handle.job(UInt32(truncatingIfNeeded: reference))
            let message = world.core.message(job.pointee.message)
            switch actions.pointee[place] {
            case .settle(_, let outcome) where message.pointee.state == .pending:
                if let entry = MessageStep.Entry(outcome) { add(.became(entry), message) }
            case .send(_, _, _, _, _, let provider, _):
                add(.sent(provider: Int(provider.rawValue)), message)
                if [.delivered, .late].contains(message.pointee.state) { add(.again, message) }
            default: break
            }
        }
    }

    override package func didHandle(_ event: Event, entity: UInt64) {
        guard current != nil else { return }
        let after = records
        for (place, now) in after.enumerated() {
            let then = place < before.count ? before[place] : nil
            compare(then, now, world.core.message(UInt32(place)))
        }
        // Into a direct topic each arrival is an event; one that is turned away is gone with it.
        if case .workload(let workload) = roles[Int(event.target)], entity >> 56 == UInt64(workload) {
            let ordinal = entity & MessageID.lastOrdinal
            current?.append(Part(message: MessageID(workload: workload, ordinal: ordinal), role: .subject))
        }
        parts.append(current ?? [])
        current = nil
    }

    private var records: [Record] {
        (0..<world.core.state.pointee.messages.extent).map {
            let message = world.core.message($0).pointee
            return Record(identity: message.identity, state: message.state, calls: message.calls)
        }
    }

    private func compare(_ then: Record?, _ now: Record, _ message: UnsafeMutablePointer<Message>) {
        let isSame = then.map { $0.identity == now.identity && $0.state != .free } ?? false
        if let then, then.state == .pending, !isSame || now.state == .free {
            current?.append(Part(message: MessageID(rawValue: then.identity), role: .gone))
        }
        guard now.state != .free else { return }
        if !isSame || then?.state != now.state, let entry = MessageStep.Entry(now.state) {
            add(.became(entry), message)
        }
        if isSame, let then, [.delivered, .late].contains(then.state), now.calls > then.calls { add(.again, message) }
    }

    private func add(_ role: Role, _ message: UnsafeMutablePointer<Message>) {
        current?.append(
            Part(
                message: MessageID(rawValue: message.pointee.identity), role: role, phase: Int(message.pointee.phase),
                slot: Int(message.pointee.slot)))
    }
}

extension MessageStep.Entry {
    /// nil: what a provider says counts.
    fileprivate init?(_ outcome: Outcome) {
        switch outcome {
        case .delivered, .duplicate: return nil
        case .expired: self = .expired
        case .suppressed: self = .suppressed
        case .deadLettered: self = .deadLettered
        case .shed: self = .shed
        }
    }
}
