// SPDX-License-Identifier: Apache-2.0
import GaleModels

extension Tables {
    static let profileKey = Key("profile", .text, .optional, "A profile's name: profiles/NAME.yaml, or one built in")

    static let broker = Table(
        name: "broker", title: "a broker",
        keys: [
            profileKey,
            Key("kind", .choice(["kafka", "direct"]), .fromProfile, "What it is; from the profile"),
        ] + kafkaKeys + [
            Key(
                "link", .reference(.link), .optional,
                "Kafka: the path between clients and nodes; default a local one of 250us")
        ])

    /// By Kafka's documented names; defaults are Kafka 4's.
    static let kafkaKeys = [
        Key("nodes", .integer(1...1_000), .defaults("3"), "Broker nodes, numbered from 0"),
        Key("replication-factor", .integer(1...100), .defaults("3"), "Copies of each partition"),
        Key("min-insync-replicas", .integer(1...100), .defaults("2"), "Copies that must be in sync for acks=all"),
        Key("acks", .choice(["all", "leader", "none", "1", "0"]), .defaults("all"), "What a producer waits for"),
        Key("idempotence", .boolean, .defaults("true"), "Producer retries make no duplicates"),
        Key("linger", .anyDuration, .defaults("5ms"), "How long a producer waits for a batch to fill"),
        Key("batch-size", .size(1...(1 << 30)), .defaults("16KiB"), "Bytes at which a batch is sent"),
        Key("buffer-memory", .size(1...(1 << 40)), .defaults("32MiB"), "Bytes a producer keeps before it blocks"),
        Key("max-block", .anyDuration, .defaults("60s"), "How long a full producer blocks"),
        Key("delivery-timeout", .positiveDuration, .defaults("120s"), "When a producer gives a batch up"),
        Key("retry-backoff", .anyDuration, .defaults("100ms"), "Between a producer's retries"),
        Key(
            "append", .distribution(.time), .defaults("lognormal median 500us sigma 0.6"),
            "A broker's time to append a batch"),
        Key(
            "replication", .distribution(.time), .defaults("lognormal median 2ms sigma 0.6"),
            "From the leader's append until a follower has it"),
        Key("broker-session", .positiveDuration, .defaults("9s"), "From a node's crash until it is fenced"),
        Key("election", .anyDuration, .defaults("500ms"), "From fencing until clients use the new leader"),
        Key("max-poll-records", .integer(1...1_000_000), .defaults("500"), "Records of one poll"),
        Key("auto-commit", .positiveDuration, .defaults("5s"), "Between commits of offsets"),
        Key("session", .positiveDuration, .defaults("45s"), "From a consumer's crash until the group notices"),
        Key("rebalance", .anyDuration, .defaults("3s"), "How long a rebalance takes"),
        Key(
            "assignor", .choice(KafkaProfile.Assignor.allCases.map(\.rawValue)), .defaults("cooperative"),
            "Who stops while the group rebalances"),
        Key("static-membership", .boolean, .defaults("false"), "A restarted consumer keeps its partitions"),
    ]

    static let topic = Table(
        name: "topic", title: "a topic",
        keys: [
            Key("broker", .reference(.broker), .required, "Where it lives"),
            Key("partitions", .integer(1...100_000), .defaults("1"), "Partitions"),
            Key(
                "capacity", .either([.integer(1...1_000_000_000_000), .none]), .defaults("none"),
                "Of a direct topic: the most messages it holds, waiting and in service; the excess is shed"),
        ])

    static let storeKeys = [
        Key("latency", .distribution(.time), .fromProfile, "Time of one operation when nothing waits"),
        Key("capacity", .positiveRate, .fromProfile, "Operations per second; the excess waits"),
        Key("maximum-wait", .anyDuration, .defaults("1s"), "A longer wait is answered with an error"),
        Key("errors", .anyShare, .defaults("0%"), "Share of operations that fail without any fault"),
        Key("shards", .integer(1...10_000), .defaults("1"), "Independent shards; a key belongs to one"),
    ]

    static let linkKey = Key(
        "link", .reference(.link), .optional, "The network path to it; without one there is no delay")

    static let store = Table(name: "store", title: "a store", keys: [profileKey] + storeKeys + [linkKey])

    static let link = Table(
        name: "link", title: "a link",
        keys: [
            Key("latency", .distribution(.time), .required, "Each way"),
            Key("loss", .anyShare, .defaults("0%"), "Share of requests, and of answers, that vanish"),
        ])

    static let stage = Table(
        name: "stage", title: "a stage",
        keys: [
            Key("reads", .reference(.topic), .required, "The topic that it takes messages from"),
            Key("replicas", .integer(1...10_000), .defaults("1"), "Workers"),
            Key("concurrency", .integer(1...1_000_000), .defaults("1"), "Messages that one worker works on at once"),
            Key("steps", .list(.record(step), atLeast: 1), .required, "What happens to each message, in order"),
            Key(
                "maximum-uncommitted", .integer(1...100_000_000), .defaults("1M"),
                "Uncommitted messages of one worker at which it stops reading"),
        ])

    static let step = Table(
        name: "step", title: "a step",
        keys: [
            Key("compute", .distribution(.time), .optional, "Work that takes this long"),
            Key("call", .either([.reference(.store), .record(call)]), .optional, "Ask a store"),
            Key(
                "emit", .either([.reference(.topic), .record(emit)]), .optional,
                "Hand the message to a topic; the last step"),
            Key(
                "deliver", .either([.reference(.policy), .record(deliver)]), .optional,
                "Deliver by a policy (the real code); the last step"),
            Key("work", .record(work), .optional, "Messages are tasks that workers lease; the only step"),
        ], exactlyOneOf: [["compute", "call", "emit", "deliver", "work"]])

    static let call = Table(
        name: "call", title: "a call",
        keys: [
            Key("store", .reference(.store), .required, "Whom"),
            Key("timeout", .positiveDuration, .defaults("1s"), "Time that one call may take"),
            Key("attempts", .integer(1...100), .defaults("1"), "Calls in all"),
            Key("backoff", .anyDuration, .defaults("100ms"), "Between two calls"),
            Key(
                "on-failure", .choice(CallSpecification.OnFailure.allCases.map(\.rawValue)), .defaults("dead-letter"),
                "What becomes of the message when every call failed"),
        ])

    static let emit = Table(
        name: "emit", title: "an emit",
        keys: [
            Key("to", .reference(.topic), .required, "The topic"),
            Key("split", .boolean, .defaults("false"), "Make one message of each notification of a submission"),
        ])

    static let deliver = Table(
        name: "deliver", title: "a deliver",
        keys: [Key("policy", .reference(.policy), .required, "The policy")])
}
