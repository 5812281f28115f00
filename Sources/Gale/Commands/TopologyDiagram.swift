// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// A pipeline as text: what flows into each topic, who reads it, and what its stage does.
package struct TopologyDiagram {
    private let name: String
    private let specification: WorldSpecification

    package init(_ scenario: Scenario) {
        name = scenario.name
        specification = scenario.specification
    }

    package var text: String {
        var lines = ["\(name): load for \(specification.duration), drain for at most \(specification.drain)", ""]
        for topic in specification.topics.indices { lines += block(topic) + [""] }
        if !specification.faults.isEmpty {
            lines.append("faults")
            lines += specification.faults.map { fault in
                "  \(fault.at) to \(fault.at + fault.length)  \(fault.name): \(fault.effect.text(in: specification))"
            }
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    private func block(_ topic: Int) -> [String] {
        let topicName = specification.topics[topic].name
        var lines: [String] = []
        for workload in specification.workloads where workload.topic == topic {
            lines.append("\(workload.name) (\(rate(workload)); \(mix(workload))) ──► \(topicName)")
        }
        for stage in specification.stages where stage.emits(to: topic) {
            lines.append("\(stage.name) ──► \(topicName)")
        }
        let retrying = specification.stages.filter { retryTopics(of: $0).contains(topic) }
        for stage in retrying { lines.append("\(stage.name) ──► \(topicName), what is to be tried again") }
        lines.append("[\(topicName)] \(place(specification.topics[topic]))")
        let readers = specification.stages.filter { $0.topic == topic }
        for stage in readers {
            lines.append(
                "  └─► \(stage.name): \(count(stage.replicas, "replica")) × \(count(stage.concurrency, "slot"))")
            lines += stage.steps.flatMap(step).map { "        " + $0 }
        }
        for stage in retrying { lines.append("  └─► \(stage.name), when its time has come") }
        if readers.isEmpty, retrying.isEmpty { lines.append("  (nobody reads it)") }
        return lines
    }

    private func retryTopics(of stage: StageSpecification) -> [Int] {
        guard case .deliver(let policy)? = stage.steps.last else { return [] }
        return specification.policies[policy].retryTopics
    }

    private func step(_ step: StepSpecification) -> [String] {
        switch step {
        case .compute: return ["compute"]
        case .call(let call):
            return [
                "call \(specification.stores[call.store].name), at most \(count(call.attempts, "time")) for \(call.timeout)"
            ]
        case .emit(let emit):
            return ["emit ──► \(specification.topics[emit.topic].name)" + (emit.split ? ", split" : "")]
        case .deliver(let index): return deliver(specification.policies[index])
        case .work(let work): return [self.work(work)]
        }
    }

    private func work(_ work: WorkSpecification) -> String {
        "work: leases of \(work.policy.lease), " + (work.heartbeat.map { "a heartbeat each \($0)" } ?? "no heartbeats")
            + ", \(attempts(work.policy.attempts))" + (work.isFair ? ", tenants in turns" : "")
    }

    private func deliver(_ specified: PolicySpecification) -> [String] {
        let policy = specified.policy
        var lines = [
            "deliver by \(specified.name): \(attempts(policy.retry.attempts)), waiting: \(policy.waiting.rawValue)"
        ]
        for kind in StateKind.allCases {
            guard let store = specified.stores[kind] else { continue }
            let what = kind == .deduplication ? "de-duplication" : kind.name
            lines.append("  \(what) in \(specification.stores[store].name)")
        }
        for route in policy.routes {
            let platform = route.platform == .none ? "" : "/\(route.platform.name)"
            let names = route.providers.map { provider in
                specification.providers[Int(provider.provider.rawValue)].name
                    + (provider.weight == 1 ? "" : " ×\(provider.weight)")
            }
            lines.append("  \(route.channel.name)\(platform) ──► \(names.joined(separator: " or "))")
        }
        for fallback in policy.fallbacks {
            lines.append(
                "  \(fallback.from.name) falls back to \(fallback.to.name)"
                    + (fallback.after.map { " after \($0)" } ?? ""))
        }
        return lines
    }

    private func place(_ topic: TopicSpecification) -> String {
        let broker = specification.brokers[topic.broker]
        switch broker.kind {
        case .direct:
            return "in memory" + (topic.capacity.map { ", at most \($0)" } ?? "")
        case .kafka(let profile):
            return "on \(broker.name): Kafka, \(count(profile.nodes, "node")), \(count(topic.partitions, "partition"))"
        }
    }

    private func rate(_ workload: WorkloadSpecification) -> String {
        let rates = workload.rate.points.map(\.perSecondMicros)
        let low = Readable.significant(Double(rates.min() ?? 0) / 1e6)
        let high = Readable.significant(Double(rates.max() ?? 0) / 1e6)
        return low == high ? "\(low)/s" : "\(low)/s to \(high)/s"
    }

    private func mix(_ workload: WorkloadSpecification) -> String {
        workload.channelMicros.filter { $0.share > 0 }
            .map { "\($0.channel.name) \(Readable.share(Double($0.share) / 1e6))" }.joined(separator: ", ")
    }

    private func attempts(_ most: Int) -> String {
        most == RetryPolicy.unlimited ? "attempts until it expires" : "at most \(count(most, "attempt"))"
    }

    private func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}

extension StageSpecification {
    fileprivate func emits(to topic: Int) -> Bool {
        steps.contains { step in
            if case .emit(let emit) = step { emit.topic == topic } else { false }
        }
    }
}
