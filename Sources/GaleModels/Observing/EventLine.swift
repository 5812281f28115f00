// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// An event of a run in words.
package struct EventLine: Equatable, Sendable {
    /// Nanoseconds.
    package var time: Int64
    /// The component that handles it.
    package var component: String
    package var what: String
    /// What the trajectory digest keeps of it.
    package var entity: UInt64
    package var kind: UInt32
    /// The message that it is about.
    package var message: MessageID?

    /// Whether the trajectories of two runs are the same in it.
    package func isSame(_ other: EventLine) -> Bool {
        time == other.time && component == other.component && kind == other.kind && entity == other.entity
    }
}

extension WorldObserver {
    /// An event that is about to be handled.
    func line(_ event: Event) -> EventLine {
        let component = world.kernel.componentNames[Int(event.target)]
        var line = EventLine(
            time: event.time.nanoseconds, component: component, what: "", entity: 0, kind: event.kind, message: nil)
        let low = UInt32(truncatingIfNeeded: event.payload)
        let high = UInt32(truncatingIfNeeded: event.payload &>> 32)
        switch roles[Int(event.target)] {
        case .workload: line.what = "submits"
        case .broker(let place): line.what = words(event.kind, low, broker: place)
        case .stage(let place): (line.what, line.message) = words(event.kind, low, high, stage: place)
        case .jobs(let place): (line.what, line.message) = words(event.kind, low, jobs: place)
        case .store:
            line.what = "an operation arrives"
            line.message = identity(ofExchange: low)
        case .provider:
            line.what = event.kind == ProviderHost.accepts ? "takes a message" : "a request arrives"
            line.message =
                event.kind == ProviderHost.accepts
                ? MessageID(rawValue: world.core.message(low).pointee.identity) : identity(ofExchange: low)
        case .faults:
            let name = world.specification.faults[Int(event.payload)].name
            line.what = event.kind == FaultSchedule.Kind.begin ? "'\(name)' begins" : "'\(name)' ends"
        }
        return line
    }

    private func identity(ofExchange index: UInt32) -> MessageID {
        MessageID(rawValue: world.core.message(world.core.exchange(index).pointee.message).pointee.identity)
    }

    private func words(_ kind: UInt32, _ low: UInt32, broker place: Int) -> String {
        guard let broker = world.parts.brokers[place]?.handle else { return "" }
        switch kind {
        case KafkaBroker.Kind.linger: return "linger is over"
        case KafkaBroker.Kind.send: return "a batch is sent"
        case KafkaBroker.Kind.append:
            let batch = broker.batch(low).pointee
            return "\(partition(batch.partition, broker)) gets a batch of \(batch.count)"
        case KafkaBroker.Kind.replicated: return "a follower has caught up with \(partition(low, broker))"
        case KafkaBroker.Kind.acknowledged: return "a batch is acknowledged"
        case KafkaBroker.Kind.fetch: return "\(partition(low, broker)) is fetched from"
        case KafkaBroker.Kind.commit: return "a commit arrives"
        case KafkaBroker.Kind.elect: return "the session of node \(low) has expired"
        case KafkaBroker.Kind.retry: return "what waits for \(partition(low, broker)) is sent again"
        default: return "an acknowledgement is sent again"
        }
    }

    private func partition(_ number: UInt32, _ broker: KafkaHandle) -> String {
        let topic = broker.state.pointee.topics[Int(broker.partition(number).pointee.topic)]
        return "\(world.specification.topics[Int(topic.index)].name)-\(number - topic.firstPartition)"
    }

    private func words(_ kind: UInt32, _ low: UInt32, _ high: UInt32, stage place: Int) -> (String, MessageID?) {
        let stage = world.parts.stages[place].handle
        let answer = kind & 0xFF == Stage.Kind.replied ? AnswerPayload(rawValue: UInt64(high) << 32 | UInt64(low)) : nil
        func message(_ what: String) -> (String, MessageID?) {
            let job = stage.job(answer?.index ?? low)
            guard job.pointee[.live], answer?.isAwaited(by: job) ?? (job.pointee.generation == high) else {
                return (what, nil)
            }
            return (what, MessageID(rawValue: world.core.message(job.pointee.message).pointee.identity))
        }
        switch kind & 0xFF {
        case Stage.Kind.computed: return message("work is done")
        case Stage.Kind.answered: return ("an answer is back", identity(ofExchange: low))
        case Stage.Kind.timedOut: return ("a time-out is over", identity(ofExchange: low))
        case Stage.Kind.woken: return ("the dispatcher of replica \(kind >> 8 & 0xFFFF) is woken", nil)
        case Stage.Kind.callAgain: return message("a store is called again")
        case Stage.Kind.commitDue: return ("replica \(low) commits", nil)
        case Stage.Kind.rebalance: return ("the group rebalances", nil)
        case Stage.Kind.due: return ("a message of a retry topic is due", nil)
        case Stage.Kind.produceAgain: return message("starts again: the broker did not take it")
        case Stage.Kind.replied:
            let job = stage.job(answer?.index ?? low)
            return message(job.pointee[.timedOut] ? "no answer in time" : "an answer is back")
        default: return ("records arrive", nil)
        }
    }

    private func words(_ kind: UInt32, _ slot: UInt32, jobs place: Int) -> (String, MessageID?) {
        guard kind != JobPool.Kind.due, let pool = world.parts.stages[place].pool else {
            return ("a deadline is due", nil)
        }
        let index = pool.slots[Int(slot)]
        let message = index.isHolding ? MessageID(rawValue: world.core.message(index.message).pointee.identity) : nil
        switch kind {
        case JobPool.Kind.finished: return ("slot \(slot) has done its work", message)
        case JobPool.Kind.beat: return ("slot \(slot) sends a heartbeat", message)
        case JobPool.Kind.stop: return ("slot \(slot) is told to stop", message)
        case JobPool.Kind.reported: return ("the end of slot \(slot)'s task is reported", message)
        case JobPool.Kind.beatArrived: return ("the heartbeat of slot \(slot) is here", message)
        case JobPool.Kind.asked: return ("slot \(slot) has asked for a task", nil)
        default: return ("slot \(slot) asks for a task", nil)
        }
    }
}
