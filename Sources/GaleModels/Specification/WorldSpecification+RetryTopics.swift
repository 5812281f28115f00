// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

extension WorldSpecification {
    /// The same with a retry topic of its own for each stage whose policy wants one and names none: `<topic>-retry`, with as
    /// many partitions as the topic that the stage reads, at the same broker. A direct topic keeps no offsets: what is parked there holds nothing that a retry topic would
    /// give back, so that `retry-topic` is `park`.
    package func withRetryTopics() -> WorldSpecification {
        var world = self
        for stage in stages.indices {
            for step in stages[stage].steps.indices {
                guard case .deliver(let policy) = stages[stage].steps[step] else { continue }
                world.addRetryTopic(stage: stage, step: step, policy: policies[policy])
            }
        }
        return world
    }

    private mutating func addRetryTopic(stage: Int, step: Int, policy: PolicySpecification) {
        guard policy.policy.waiting == .retryTopic else { return }
        let source = topics[stages[stage].topic]
        var own = policy
        if case .direct = brokers[source.broker].kind {
            own.policy.waiting = .park
            own.retryTopic = nil
        } else if policy.retryTopic == nil {
            own.retryTopic = topics.count
            topics.append(
                TopicSpecification(
                    name: retryName(source.name), broker: source.broker, partitions: source.partitions))
        } else {
            return
        }
        own.name += "@" + stages[stage].name
        stages[stage].steps[step] = .deliver(policy: policies.count)
        policies.append(own)
    }

    private func retryName(_ topic: String) -> String {
        var name = topic
        repeat { name += "-retry" } while topics.contains { $0.name == name }
        return name
    }
}
