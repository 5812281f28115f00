// SPDX-License-Identifier: Apache-2.0

/// Scenarios that are not what their theory is about.
extension MistakeTests {
    private static func queue(_ model: String) -> String {
        Examples.queue.replacing("duration: 10s", with: "duration: 10s\ntheory: \(model)")
            .replacing("rate: 100/s", with: "rate: 80/s")
            .replacing("concurrency: 2", with: "concurrency: 1")
    }

    private static let pair = Examples.queue.replacing("duration: 10s", with: "duration: 10s\ntheory: tandem")
        .replacing(
            "mean 10ms}]}",
            with: "mean 10ms}, {emit: more}]}\n  last: {reads: more, steps: [{compute: exponential mean 5ms}]}"
        )
        .replacing("{broker: memory}", with: "{broker: memory}\n  more: {broker: memory}")

    static let theory: [Mistake] = [
        Mistake(
            "a theory that there is not", in: queue("M/M/1"), "theory: M/M/1", "theory: ¦M/M/2",
            says: ["'M/M/2'", "M/D/1"], suggests: "M/M/1"),
        Mistake(
            "a curve where theory has a rate", in: queue("M/M/1"), "rate: 80/s",
            "rate: ¦{curve: [[0s, 8/s], [1s, 80/s]]}", says: ["M/M/1 does not fit", "rate is constant"]),
        Mistake(
            "arrivals that are not at random", in: queue("M/M/1"), "rate: 80/s", "rate: 80/s, arrivals: ¦uniform",
            says: ["arrivals are poisson"]),
        Mistake(
            "two sources", in: queue("M/M/1"), "rate: 80/s}", "rate: 10/s}\n  ¦others: {into: line, rate: 10/s}",
            says: ["one source"]),
        Mistake(
            "segments instead of messages", in: queue("M/M/1"), "rate: 80/s", "rate: 80/s, fan-out: ¦2",
            says: ["one message arrives at a time"]),
        Mistake(
            "more servers than one", in: queue("M/M/1"), "concurrency: 1", "concurrency: ¦2", says: ["2 servers"]),
        Mistake(
            "more replicas than one", in: queue("M/D/1").replacing("exponential mean", with: "constant"),
            "replicas: 1, concurrency: 1,", "replicas: ¦3,", says: ["3 servers"]),
        Mistake(
            "another service", in: queue("M/M/1"), "compute: exponential mean 10ms", "compute: ¦constant 10ms",
            says: ["service time is exponential"]),
        Mistake(
            "a service that varies", in: queue("M/D/1"), "compute: exponential", "compute: ¦exponential",
            says: ["service time is constant"]),
        Mistake(
            "a tail without a variance", in: queue("M/G/1"), "compute: exponential mean 10ms",
            "compute: ¦pareto min 1ms alpha 1.5", says: ["no finite variance"]),
        Mistake(
            "a bound in a theory without one", in: queue("M/M/1"), "{broker: memory}", "{broker: memory, capacity: ¦9}",
            says: ["no bound"]),
        Mistake(
            "no bound in a theory of one", in: queue("M/M/c/K"), "  line: {", "  ¦line: {", says: ["no capacity"]),
        Mistake(
            "less room than servers", in: queue("M/M/c/K").replacing("concurrency: 1", with: "concurrency: 3"),
            "{broker: memory}", "{broker: memory, capacity: ¦2}", says: ["less than the 3 servers"]),
        Mistake(
            "a bound that no formula sums to", in: queue("M/M/c/K"),
            "{broker: memory}", "{broker: memory, capacity: ¦1000000000000}", says: ["more than 1M"]),
        Mistake(
            "more load than there is service", in: queue("M/M/1").replacing("80/s", with: "100/s"), "  work:",
            "  ¦work:",
            says: ["100%", "no steady state"]),
        Mistake(
            "a broker that takes time", in: queue("M/M/1").replacing("profile: direct", with: "profile: kafka"),
            "{broker: memory}", "{broker: ¦memory}", says: ["takes time"]),
        Mistake(
            "a fault", in: queue("M/M/1"), "topics:",
            "faults:\n  ¦crash: {at: 1s, for: 1s, stage: work}\ntopics:", says: ["has a fault, 'crash'"]),
        Mistake(
            "two steps of service", in: queue("M/M/1"), "steps: [{compute: exponential mean 10ms}]",
            "steps: [{compute: exponential mean 10ms}, ¦{compute: exponential mean 1ms}]", says: ["one step"]),
        Mistake(
            "one station in tandem", in: queue("tandem"), "  work:", "  ¦work:", says: ["two stages or more"]),
        Mistake(
            "a station that computes twice", in: pair, "steps: [{compute: exponential mean 10ms}, {emit: more}]",
            "steps: ¦[{compute: exponential mean 10ms}, {compute: 1ms}, {emit: more}]",
            says: ["hands on to 'more'"]),
        Mistake(
            "two stations where there is one", in: pair.replacing("tandem", with: "M/M/c"), "  last:", "  ¦last:",
            says: ["one stage"]),
        Mistake(
            "machines with a rate", in: queue("machine-repair"), "  jobs:", "  ¦jobs:", says: ["a population sends"]),
        Mistake(
            "machines that run for a fixed time", in: queue("machine-repair"), "rate: 80/s",
            "population: 9, think: ¦1s",
            says: ["exponential time"]),
        Mistake(
            "a population where theory has a rate", in: queue("M/M/1"), "rate: 80/s", "population: ¦9, think: 1s",
            says: ["not from a population"]),
        Mistake(
            "a bucket that runs over", in: bucket, "limits: {gateway: {rate: 100/s", "limits: ¦{gateway: {rate: 600/s",
            says: ["less is offered"]),
        Mistake(
            "no bucket", in: bucket, "limits: {gateway: {rate: 100/s, burst: 20}}", "limits: ¦{}",
            says: ["limits no provider"]),
        Mistake(
            "a bucket in front of something slow", in: bucket, "  gateway: {dialect: gateway, latency: 0ms",
            "  ¦gateway: {dialect: gateway, latency: 1ms", says: ["accepts everything at once"]),
        Mistake(
            "several buckets", in: bucket, "replicas: 1", "replicas: ¦2", says: ["a share of the limit"]),
        Mistake(
            "a bucket for messages that expire", in: bucket, "ttl: 24h", "ttl: ¦5s", says: ["nothing expires"]),
        Mistake(
            "a bucket with arrivals at random", in: bucket, "arrivals: uniform", "arrivals: ¦poisson",
            says: ["arrivals are uniform"]),
    ]

    private static let bucket = """
        name: bucket
        duration: 10s
        drain: 1min
        theory: token-bucket
        workloads:
          app: {into: outbox, rate: 500/s, arrivals: uniform, channels: {in-app: 100%}, ttl: 24h}
        brokers:
          memory: {profile: direct}
        topics:
          outbox: {broker: memory}
        stages:
          sender: {reads: outbox, replicas: 1, steps: [{deliver: limited}]}
        providers:
          gateway: {dialect: gateway, latency: 0ms, capacity: unbounded}
        policies:
          limited: {routes: {in-app: gateway}, limits: {gateway: {rate: 100/s, burst: 20}}}
        """
}
