// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels

/// What must hold of a pipeline as a whole: every topic is read, nothing goes round in circles, every channel has a
/// route.
struct PipelineChecks {
    let scenario: Item
    let order: PipelineOrder
    let world: WorldSpecification
    let diagnostics: Diagnostics

    func run() {
        checkReaders()
        checkCycles()
        checkRoutes()
        checkRetryTopics()
        checkOrder()
        checkShares()
        checkReach()
        checkOverlaps()
        checkUnused()
    }

    func pair(_ entity: Entity, _ name: String) -> Item.Pair? {
        scenario[entity.section]?.pairs?.first { $0.key == name }
    }

    func place(_ entity: Entity, _ name: String) -> Place { pair(entity, name)?.place ?? scenario.place }

    /// Stages by the topic that they read.
    private var readers: [String: [String]] {
        var readers: [String: [String]] = [:]
        for name in order.names[.stage] ?? [] {
            if let topic = pair(.stage, name)?.item["reads"]?.word { readers[topic, default: []].append(name) }
        }
        return readers
    }

    // MARK: Topics

    private func checkReaders() {
        let readers = readers
        let retryTopics = Set(world.policies.compactMap(\.retryTopic))
        // A stage whose topic is wrong has had its diagnostic; it may be the reader that seems to be missing.
        let complete = (scenario["stages"]?.pairs ?? []).allSatisfy { $0.item["reads"]?.word != nil }
        for (index, topic) in (order.names[.topic] ?? []).enumerated() {
            let stages = readers[topic] ?? []
            if stages.isEmpty {
                // The stage that delivers reads its policy's retry topic.
                if retryTopics.contains(index) || !complete { continue }
                diagnostics.error(
                    "no stage reads topic '\(topic)': what is appended to it would wait for ever",
                    at: place(.topic, topic),
                    remedy: "add a stage with `reads: \(topic)`, or remove the topic")
            } else if stages.count > 1, let second = pair(.stage, stages[1]) {
                diagnostics.error(
                    "topic '\(topic)' is read by '\(stages[0])' and '\(stages[1])'; a topic has one reading stage",
                    at: second.item["reads"]?.place ?? second.place,
                    remedy: "to scale a stage, give it more replicas")
            }
        }
    }

    // MARK: Cycles

    /// An emit is unconditional, so any way back to an earlier topic never ends.
    private func checkCycles() {
        var finished: Set<String> = []
        for name in order.names[.stage] ?? [] where !finished.contains(name) {
            var onPath: Set<String> = []
            visit(name, &onPath, &finished)
        }
    }

    private func visit(_ stage: String, _ onPath: inout Set<String>, _ finished: inout Set<String>) {
        onPath.insert(stage)
        for emit in pair(.stage, stage).map({ PipelineOrder.emits($0.item) }) ?? [] {
            for next in readers[emit.topic] ?? [] {
                if onPath.contains(next) {
                    diagnostics.error(
                        "stage '\(stage)' emits to '\(emit.topic)', which leads back to it: messages "
                            + "would go round for ever",
                        at: emit.place)
                } else if !finished.contains(next) {
                    visit(next, &onPath, &finished)
                }
            }
        }
        onPath.remove(stage)
        finished.insert(stage)
    }

    // MARK: Routes

    /// Follows each workload to the policies that deliver it.
    private func checkRoutes() {
        for (index, name) in (order.names[.workload] ?? []).enumerated() {
            guard let workload = pair(.workload, name), let topic = workload.item["into"]?.word else { continue }
            follow(topic, world.workloads[index], workload, split: false, visited: [])
        }
    }

    private func follow(
        _ topic: String, _ workload: WorkloadSpecification, _ pair: Item.Pair, split: Bool, visited: Set<String>
    ) {
        if visited.contains(topic) { return }
        for name in readers[topic] ?? [] {
            guard let stage = self.pair(.stage, name) else { continue }
            for step in stage.item["steps"]?.list ?? [] {
                guard let deliver = step["deliver"], let policy = deliver.word ?? deliver["policy"]?.word else {
                    continue
                }
                checkRoutes(of: workload, pair, policy)
                if workload.fanOut > 1, !split {
                    diagnostics.error(
                        "workload '\(workload.name)' has a fan-out of \(workload.fanOut), but its "
                            + "submissions reach stage "
                            + "'\(name)', which delivers single notifications",
                        at: pair.item["fan-out"]?.place ?? pair.place,
                        remedy: "let an earlier stage split them: emit: {to: TOPIC, split: true}")
                }
            }
            for emit in PipelineOrder.emits(stage.item) {
                follow(emit.topic, workload, pair, split: split || emit.split, visited: visited.union([topic]))
            }
        }
    }

    private func checkRoutes(of workload: WorkloadSpecification, _ pair: Item.Pair, _ policy: String) {
        guard let routesItem = self.pair(.policy, policy)?.item["routes"]?.pairs else { return }
        let sent = workload.channelMicros.filter { $0.share > 0 }.map(\.channel)
        for channel in sent {
            let place =
                pair.item["channels"]?.pairs?.first { $0.key == channel.name }?.place ?? pair.item["channels"]?.place
                ?? pair.place
            guard let route = routesItem.first(where: { $0.key == channel.name }) else {
                diagnostics.error(
                    "workload '\(workload.name)' sends \(channel.name), but policy '\(policy)' has no route for it",
                    at: place, remedy: "add \(channel.name): [PROVIDER] to policies.\(policy).routes")
                continue
            }
            guard channel == .push, let platforms = route.item.pairs?.map(\.key),
                platforms.contains(where: { Tables.platformNames.contains($0) })
            else { continue }
            for (platform, share) in workload.platformMicros where share > 0 && !platforms.contains(platform.name) {
                diagnostics.error(
                    "workload '\(workload.name)' sends push to \(platform.name), but policy '\(policy)' "
                        + "has no route for it",
                    at: pair.item["platforms"]?.pairs?.first { $0.key == platform.name }?.place ?? place,
                    remedy: "add \(platform.name): [PROVIDER] to policies.\(policy).routes.push")
            }
        }
        for fallback in self.pair(.policy, policy)?.item["fallback"]?.pairs ?? [] {
            guard let to = fallback.item["to"], let word = to.word, !routesItem.contains(where: { $0.key == word })
            else {
                continue
            }
            diagnostics.error("policy '\(policy)' falls back to \(word), but has no route for it", at: to.place)
        }
    }

    // MARK: Retry topics

    /// A retry topic is read by the stage that delivers by its policy, from the broker that the stage reads anyway.
    private func checkRetryTopics() {
        for policy in order.names[.policy] ?? [] {
            guard let own = pair(.policy, policy)?.item, own["waiting"]?.word == "retry-topic",
                let item = own["retry-topic"], let topic = item.word
            else { continue }
            let stages = (order.names[.stage] ?? []).filter { delivers($0, by: policy) }
            if stages.count > 1 {
                diagnostics.error(
                    "'\(stages[0])' and '\(stages[1])' both deliver by policy '\(policy)', but one retry "
                        + "topic has one reader",
                    at: item.place, remedy: "give each stage a policy of its own, or leave 'retry-topic' out")
            }
            if let reader = readers[topic]?.first {
                diagnostics.error(
                    "topic '\(topic)' is read by stage '\(reader)'; a retry topic is read by the stage that delivers",
                    at: item.place, remedy: "declare a topic of its own for retries")
            }
            for stage in stages {
                guard let own = pair(.stage, stage)?.item["reads"]?.word, let broker = broker(own),
                    let other = self.broker(topic), other != broker
                else { continue }
                diagnostics.error(
                    "retry topic '\(topic)' is on broker '\(other)', but stage '\(stage)' reads from '\(broker)'",
                    at: item.place, remedy: "put both topics on one broker")
            }
        }
    }

    // MARK: Order

    /// A dispatcher keeps the order of what it is given: a recipient's notifications must all come to the same one.
    private func checkOrder() {
        for stage in world.stages {
            guard case .deliver(let policy)? = stage.steps.last, world.policies.indices.contains(policy),
                world.policies[policy].policy.order == .key, let topic = world.topics[safely: stage.topic],
                let broker = world.brokers[safely: topic.broker], stage.replicas > 1
            else { continue }
            var isKeyed = topic.partitions == 1
            if case .direct = broker.kind { isKeyed = false }
            let emits = world.stages.flatMap(\.steps).contains { step in
                if case .emit(let emit) = step { emit.topic == stage.topic } else { false }
            }
            if case .kafka = broker.kind, !emits {
                isKeyed = isKeyed || world.workloads.allSatisfy { $0.topic != stage.topic || $0.isOrdered }
            }
            if isKeyed { continue }
            diagnostics.warning(
                "stage '\(stage.name)' keeps order by recipient in each of its \(stage.replicas) replicas, but a "
                    + "recipient's notifications come to several: `ordered: true` in a workload into a Kafka topic "
                    + "keys partitions by recipient", at: place(.stage, stage.name))
        }
    }

    /// A replica's share of a limit is one attempt at least.
    private func checkShares() {
        for (index, policy) in world.policies.enumerated() {
            let stages = world.stages.filter {
                if case .deliver(let number)? = $0.steps.last { number == index } else { false }
            }
            let replicas = stages.reduce(0) { $0 + $1.replicas }
            for limit in policy.policy.limits where limit.burst < replicas {
                guard let provider = world.providers[safely: Int(limit.provider.rawValue)]?.name else { continue }
                let limits = pair(.policy, policy.name)?.item["limits"]
                let names = stages.map { "'\($0.name)'" }.joined(separator: " and ")
                diagnostics.warning(
                    "the limit at '\(provider)' lets \(limit.burst) attempts through at once, but each of the "
                        + "\(replicas) replicas of \(stages.count == 1 ? "stage" : "stages") \(names) may always make "
                        + "one: up to \(replicas) go out at once after a pause",
                    at: limits?.pairs?.first { $0.key == provider }?.place ?? place(.policy, policy.name),
                    remedy: "fewer replicas; or a burst of \(replicas), if the provider can bear it")
            }
        }
    }

    private func delivers(_ stage: String, by policy: String) -> Bool {
        (pair(.stage, stage)?.item["steps"]?.list ?? []).contains { step in
            step["deliver"].map { ($0.word ?? $0["policy"]?.word) == policy } ?? false
        }
    }

    private func broker(_ topic: String) -> String? { pair(.topic, topic)?.item["broker"]?.word }

    // MARK: Faults

    /// The most faults of one target that may be in force at once; the models keep fixed tables of them.
    static let overlapLimit = 16

    private func checkOverlaps() {
        for entity in [Entity.provider, .store, .link] {
            for name in order.names[entity] ?? [] {
                let faults = (scenario["faults"]?.pairs ?? []).filter { $0.item[entity.rawValue]?.word == name }
                for fault in faults {
                    let at = fault.item["at"]?.integer ?? 0
                    let count = faults.count { other in
                        let start = other.item["at"]?.integer ?? 0
                        return start <= at && at < start + (other.item["for"]?.integer ?? 0)
                    }
                    if count <= Self.overlapLimit { continue }
                    diagnostics.error(
                        "\(count) faults of \(entity.rawValue) '\(name)' are in force at once; expected "
                            + "\(Self.overlapLimit) at most",
                        at: fault.place)
                    break
                }
            }
        }
    }

    // MARK: Unused

    private func checkUnused() {
        var used: [Entity: Set<String>] = [:]
        for stage in scenario["stages"]?.pairs ?? [] {
            for step in stage.item["steps"]?.list ?? [] {
                if let call = step["call"], let name = call.word ?? call["store"]?.word {
                    used[.store, default: []].insert(name)
                }
                guard let deliver = step["deliver"], let name = deliver.word ?? deliver["policy"]?.word else {
                    continue
                }
                used[.policy, default: []].insert(name)
            }
        }
        for policy in world.policies {
            for route in policy.policy.routes {
                used[.provider, default: []].formUnion(
                    route.providers.map { world.providers[Int($0.provider.rawValue)].name })
            }
            used[.store, default: []].formUnion(policy.stores.values.map { world.stores[$0].name })
        }
        for topic in world.topics where world.brokers.indices.contains(topic.broker) {
            used[.broker, default: []].insert(world.brokers[topic.broker].name)
        }
        let works = world.stages.flatMap(\.steps).compactMap { if case .work(let work) = $0 { work.link } else { nil } }
        for link in works + world.stores.compactMap(\.link) + world.providers.compactMap(\.link)
            + world.brokers.compactMap(\.link)
        {
            used[.link, default: []].insert(world.links[link].name)
        }
        for entity in [Entity.policy, .provider, .store, .broker, .link] {
            for name in order.names[entity] ?? [] where !(used[entity] ?? []).contains(name) {
                diagnostics.warning("\(entity.rawValue) '\(name)' is never used", at: place(entity, name))
            }
        }
    }
}

extension Array {
    /// Placeholders for what is wrong may point nowhere.
    fileprivate subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
