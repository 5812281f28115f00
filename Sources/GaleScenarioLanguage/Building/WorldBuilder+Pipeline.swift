// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives
import GaleRandomness

extension WorldBuilder {
    func link(_ pair: Item.Pair) -> LinkSpecification {
        LinkSpecification(
            name: pair.key, latency: pair.item.distribution("latency"), lossMicros: pair.item.integer("loss", else: 0))
    }

    func broker(_ pair: Item.Pair) -> BrokerSpecification {
        guard pair.item["kind"]?.word == "kafka" else {
            for key in Tables.kafkaKeys {
                guard let own = pair.item.pairs?.first(where: { $0.key == key.name }), own.item.given else { continue }
                diagnostics.error(
                    "'\(key.name)' is a setting of Kafka; broker '\(pair.key)' is direct", at: own.place,
                    remedy: "remove it, or use `profile: kafka`")
            }
            if let link = pair.item["link"] {
                diagnostics.error("broker '\(pair.key)' is direct, in memory: no link leads to it", at: link.place)
            }
            return BrokerSpecification(name: pair.key, kind: .direct)
        }
        return BrokerSpecification(name: pair.key, kind: .kafka(kafka(pair)), link: index(.link, pair.item["link"]))
    }

    private func kafka(_ pair: Item.Pair) -> KafkaProfile {
        let item = pair.item
        var profile = KafkaProfile()
        profile.nodes = item.count("nodes")
        profile.replicationFactor = item.count("replication-factor")
        profile.minInsyncReplicas = item.count("min-insync-replicas")
        profile.acks = Self.acks(item["acks"]?.word)
        profile.idempotence = item["idempotence"]?.boolean ?? true
        profile.linger = item.interval("linger")
        profile.batchBytes = item.integer("batch-size")
        profile.bufferBytes = item.integer("buffer-memory")
        profile.maxBlock = item.interval("max-block")
        profile.deliveryTimeout = item.interval("delivery-timeout")
        profile.retryBackoff = item.interval("retry-backoff")
        profile.append = item.distribution("append")
        profile.replication = item.distribution("replication")
        profile.brokerSession = item.interval("broker-session")
        profile.election = item.interval("election")
        profile.maxPollRecords = item.count("max-poll-records")
        profile.autoCommit = item.interval("auto-commit")
        profile.session = item.interval("session")
        profile.rebalance = item.interval("rebalance")
        profile.assignor = item.choice("assignor", else: .cooperative)
        profile.staticMembership = item["static-membership"]?.boolean ?? false
        checkKafka(profile, pair)
        return profile
    }

    private static func acks(_ word: String?) -> KafkaProfile.Acks {
        switch word {
        case "0", "none": .none
        case "1", "leader": .leader
        default: .all
        }
    }

    private func checkKafka(_ profile: KafkaProfile, _ pair: Item.Pair) {
        func place(_ key: String) -> Place { pair.item[key]?.place ?? pair.place }
        let complete = ["nodes", "replication-factor", "min-insync-replicas"].allSatisfy {
            pair.item[$0]?.integer != nil
        }
        if complete, profile.replicationFactor > profile.nodes {
            diagnostics.error(
                "broker '\(pair.key)': a replication factor of \(profile.replicationFactor) needs as many nodes; "
                    + "it has \(profile.nodes)", at: place(pair.item.gives("nodes") ? "nodes" : "replication-factor"))
        } else if complete, profile.minInsyncReplicas > profile.replicationFactor {
            diagnostics.error(
                "broker '\(pair.key)': min-insync-replicas \(profile.minInsyncReplicas) is above the "
                    + "replication factor "
                    + "\(profile.replicationFactor), so nothing could ever be written with acks: all",
                at: place("min-insync-replicas"))
        }
    }

    func topic(_ pair: Item.Pair, brokers: [BrokerSpecification]) -> TopicSpecification {
        let item = pair.item
        let broker = index(.broker, item["broker"])
        let capacity = item["capacity"]?.integer
        if let broker, case .kafka = brokers[broker].kind, capacity != nil, let place = item["capacity"]?.place {
            diagnostics.error(
                "topic '\(pair.key)' is on the Kafka broker '\(brokers[broker].name)', whose topics have no capacity",
                at: place, remedy: "only topics on a direct broker shed what is beyond their capacity")
        }
        return TopicSpecification(
            name: pair.key, broker: broker ?? 0, partitions: item.count("partitions"), capacity: capacity)
    }

    func store(_ pair: Item.Pair) -> StoreSpecification {
        let item = pair.item
        return StoreSpecification(
            name: pair.key, latency: item.distribution("latency"), capacityMicros: item.integer("capacity"),
            maximumWait: item.interval("maximum-wait"), errorMicros: item.integer("errors", else: 0),
            shards: item.count("shards"), link: index(.link, item["link"]))
    }

    func stage(_ pair: Item.Pair) -> StageSpecification {
        let item = pair.item
        let steps = item["steps"]?.list ?? []
        for step in steps.dropLast() {
            guard let key = ["emit", "deliver"].first(where: { step[$0] != nil }) else { continue }
            diagnostics.error(
                "'\(key)' hands the message over, so it is the last step of a stage; stage '\(pair.key)' "
                    + "goes on after it",
                at: step.place, remedy: "move the steps after it into a stage that reads the topic")
        }
        checkWork(pair, steps)
        return StageSpecification(
            name: pair.key, topic: index(.topic, item["reads"]) ?? 0, replicas: item.count("replicas"),
            concurrency: item.count("concurrency"), steps: steps.compactMap(step),
            maximumUncommitted: item.count("maximum-uncommitted"))
    }

    private func step(_ item: Item) -> StepSpecification? {
        if let compute = item["compute"] { return .compute(compute.distribution ?? .constant(0)) }
        if let call = item["call"] { return .call(self.call(call)) }
        if let emit = item["emit"] {
            return .emit(
                EmitSpecification(
                    topic: index(.topic, emit.word == nil ? emit["to"] : emit) ?? 0,
                    split: emit["split"]?.boolean ?? false))
        }
        if let work = item["work"] { return .work(self.work(work)) }
        guard let deliver = item["deliver"] else { return nil }
        return .deliver(policy: index(.policy, deliver.word == nil ? deliver["policy"] : deliver) ?? 0)
    }

    private func call(_ item: Item) -> CallSpecification {
        if item.word != nil {
            // As the table's defaults say.
            return CallSpecification(
                store: index(.store, item) ?? 0, timeout: .seconds(1), attempts: 1, backoff: .milliseconds(100),
                onFailure: .deadLetter)
        }
        return CallSpecification(
            store: index(.store, item["store"]) ?? 0, timeout: item.interval("timeout"),
            attempts: item.count("attempts"),
            backoff: item.interval("backoff"), onFailure: item.choice("on-failure", else: .deadLetter))
    }
}
