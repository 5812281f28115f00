// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

extension WorldSpecification {
    /// The same with a retry topic of its own for each stage whose policy wants one and names none: `<topic>-retry`, with as
    /// many partitions as the topic that the stage reads, at the same broker; further levels have `<topic>-retry-2` and so on, dead letters
    /// that come back `<topic>-dead`. A direct topic keeps no offsets: what is parked there holds nothing that a retry topic would
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
        let retry = policy.policy.retry
        let levels = max(1, min(retry.levels.count, Int(RetryLevel.mostLevels)))
        let missing = levels + (retry.replay == nil ? 0 : 1) - policy.retryTopics.count
        var own = policy
        if case .direct = brokers[source.broker].kind {
            own.policy.waiting = .park
            own.retryTopic = nil
        } else if missing > 0 {
            for level in policy.retryTopics.count..<levels {
                let suffix = level == 0 ? "-retry" : "-retry-\(level + 1)"
                let topic = addTopic(like: source, name: unusedName(source.name, suffix))
                if level == 0 { own.retryTopic = topic } else { own.furtherRetryTopics.append(topic) }
            }
            if retry.replay != nil {
                own.furtherRetryTopics.append(addTopic(like: source, name: unusedName(source.name, "-dead")))
            }
        } else {
            return
        }
        own.name += "@" + stages[stage].name
        stages[stage].steps[step] = .deliver(policy: policies.count)
        policies.append(own)
    }

    private mutating func addTopic(like source: TopicSpecification, name: String) -> Int {
        topics.append(TopicSpecification(name: name, broker: source.broker, partitions: source.partitions))
        return topics.count - 1
    }

    private func unusedName(_ topic: String, _ suffix: String) -> String {
        var name = topic
        repeat { name += suffix } while topics.contains { $0.name == name }
        return name
    }
}
