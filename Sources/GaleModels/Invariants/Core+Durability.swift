// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives

extension WorldSpecification {
    /// Whether all brokers that a workload's messages may pass promise not to lose what they have acknowledged: Kafka with
    /// `acks=all` and at least two in-sync replicas of at least two. (An unclean election never takes place here.) A direct
    /// topic lives in a process and dies with it.
    func isDurable(workload: Int) -> Bool {
        var seen = Set<Int>()
        var next = [workloads[workload].topic]
        while let topic = next.popLast() {
            guard seen.insert(topic).inserted else { continue }
            guard case .kafka(let profile) = brokers[topics[topic].broker].kind, profile.acks == .all,
                profile.minInsyncReplicas >= 2, profile.replicationFactor >= profile.minInsyncReplicas
            else { return false }
            for stage in stages where stage.topic == topic {
                for step in stage.steps {
                    switch step {
                    case .emit(let emit): next.append(emit.topic)
                    case .deliver(let policy): next += policies[policy].retryTopics
                    case .compute, .call, .work: break
                    }
                }
            }
        }
        return true
    }
}

extension Core {
    /// A message is lost: nothing holds it any more, and nobody has settled it. What a producer can't hand over is shed, so that
    /// whatever is lost had been acknowledged.
    func noteLoss(_ message: UnsafeMutablePointer<Message>) {
        let workload = Int(message.pointee.workload)
        guard let log = state.pointee.violations?.takeUnretainedValue(), workload < state.pointee.isDurable.count,
            state.pointee.isDurable[workload]
        else { return }
        log.note(
            .durability, message: message.pointee.identity, at: now, key: "acknowledged and lost",
            cause: "lost, with \(message.pointee.calls) attempts made, although a broker had acknowledged it")
    }
}
