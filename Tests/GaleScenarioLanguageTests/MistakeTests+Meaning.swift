// SPDX-License-Identifier: Apache-2.0

extension MistakeTests {
    private static let twoStages = Examples.queue.replacing(
        "stages:\n",
        with: "  done: {broker: memory}\nstages:\n  late: {reads: done, steps: [{compute: constant 1ms}]}\n"
    ).replacing("{compute: exponential mean 10ms}]", with: "{compute: exponential mean 10ms}, {emit: done}]")

    static let pipeline: [Mistake] = [
        Mistake(
            "a topic that nobody reads", "outbox: {broker: events, partitions: 96}",
            "outbox: {broker: events, partitions: 96}\n  ¦spare: {broker: events}",
            says: ["no stage reads topic 'spare'"]),
        Mistake(
            "a channel without a route", in: Examples.brownout.replacing(", in-app: [gateway]}", with: "}"),
            "in-app: 2%}", "¦in-app: 2%}", says: ["sends in-app", "policy 'standard' has no route"]),
        Mistake(
            "a platform without a route", in: Examples.brownout.replacing(", android: [fcm]}", with: "}"),
            "android: 45%}", "¦android: 45%}", says: ["push to android", "no route"]),
        Mistake(
            "a provider of the wrong dialect", "email: [smtp]", "email: [¦apns]",
            says: ["'apns' speaks apns", "email"], suggests: "smtp"),
        Mistake(
            "providers that are no equivalents", "push: {ios: [apns], android: [fcm]}", "push: [apns, ¦fcm]",
            says: ["no equivalent"]),
        Mistake(
            "a stage that goes round in circles", in: twoStages, "{compute: constant 1ms}]", "{emit: ¦line}]",
            says: ["stage 'late' emits to 'line'", "for ever"]),
        Mistake(
            "a step after the last", in: twoStages, "{emit: done}", "¦{emit: done}, {compute: constant 1ms}",
            says: ["'emit'", "last step"]),
        Mistake(
            "two readers of a topic", in: twoStages, "late: {reads: done,",
            "late: {reads: done, steps: [{compute: 1ms}]}\n  more: {reads: ¦done,", says: ["read by 'late' and 'more'"]),
        Mistake(
            "a setting of Kafka for a direct broker", in: Examples.queue, "{profile: direct}",
            "{profile: direct, ¦linger: 5ms}", says: ["'linger' is a setting of Kafka"]),
        Mistake(
            "a capacity for a topic of Kafka", "{broker: events, partitions: 96}",
            "{broker: events, partitions: 96, capacity: ¦100}", says: ["no capacity"]),
        Mistake(
            "a campaign that is not split", in: Examples.brownout, "rate: 120k/s ", "fan-out: ¦500\n    rate: 120k/s ",
            says: ["fan-out of 500"]),
        Mistake(
            "a burst after the load", in: Examples.queue, "rate: 100/s}",
            "rate: 100/s, bursts: [{at: ¦10s, for: 2s, rate: 5/s}]}",
            says: ["begins after the load", "10s", "--set workloads.jobs.bursts=[]"]),
        Mistake(
            "a campaign that outlasts the load", in: Examples.queue, "rate: 100/s}", "count: 100, at: ¦9s, over: 2s}",
            says: ["ends after the load", "--set workloads.jobs.at="]),
        Mistake(
            "a curve that begins to rise after the load", in: Examples.queue, "rate: 100/s}",
            "rate: ¦{curve: [[0s, 0/s], [10s, 0/s], [20s, 9/s]]}}", says: ["offers nothing in the 10s"]),
        Mistake(
            "more submissions than there are numbers for", in: Examples.queue.replacing("10s\n", with: "100h\n"),
            "rate: 100/s}", "rate: ¦1G/s}", says: ["2^36"]),
        Mistake("a campaign without length", in: Examples.queue, "rate: 100/s}", "count: ¦100}", says: ["no 'over'"]),
        Mistake(
            "a curve that goes back in time", in: Examples.queue, "rate: 100/s}",
            "rate: {curve: [[0s, 1/s], [5s, 9/s], ¦[4s, 1/s]]}}", says: ["order of time"]),
        Mistake(
            "a fallback without a route", in: Examples.brownout, "breaker: {failure-rate",
            "fallback: {email: {to: ¦email}}\n    breaker: {failure-rate", says: ["itself"]),
        Mistake(
            "a retry topic without waiting for it", "waiting: park", "retry-topic: ¦outbox",
            says: ["names a retry topic"]),
    ]

    static let closedLoops: [Mistake] = [
        Mistake(
            "a rate and a population", in: Examples.queue, "rate: 100/s}", "rate: 100/s, ¦population: 5, think: 1s}",
            says: ["'rate'", "'population'", "exactly one"]),
        Mistake(
            "a population that does not think", in: Examples.queue, "rate: 100/s}", "population: ¦5}",
            says: ["no 'think'"]),
        Mistake(
            "thinking without a population", in: Examples.queue, "rate: 100/s}", "rate: 100/s, think: ¦1s}",
            says: ["no population"]),
        Mistake(
            "nobody", in: Examples.queue, "rate: 100/s}", "population: ¦0, think: 1s}", says: ["at least 1"]),
        Mistake(
            "a burst of those who wait", in: Examples.queue, "rate: 100/s}",
            "population: 5, think: 1s, bursts: ¦[{at: 1s, for: 2s, rate: 5/s}]}", says: ["'bursts' is for a rate"]),
        Mistake(
            "users who send segments", in: Examples.queue, "rate: 100/s}",
            "population: 5, think: 1s, fan-out: ¦10}", says: ["'fan-out' is for a rate"]),
    ]

    static let faults: [Mistake] = [
        Mistake(
            "a fault that changes nothing",
            "brownout: {at: 2min, for: 1min, provider: apns, capacity: 20%, excess: 503}",
            "¦brownout: {at: 2min, for: 1min, provider: apns, capacity: 100%}", says: ["changes nothing"]),
        Mistake(
            "a fault after the run", "brownout: {at: 2min,", "brownout: {at: ¦20min,",
            says: ["outside of the run", "10min", "--set faults.brownout.at="]),
        Mistake(
            "a fault that outlasts the run", "for: 1min, provider", "for: ¦20min, provider",
            says: ["outside of the run"]),
        Mistake(
            "a fault without a target", "brownout: {at: 2min, for: 1min, provider: apns, capacity: 20%, excess: 503}",
            "¦brownout: {at: 2min, for: 1min, capacity: 20%}", says: ["fault 'brownout' needs one of", "provider"]),
        Mistake(
            "a fault of two targets", "provider: apns, capacity", "provider: apns, ¦store: seen, capacity",
            says: ["'provider'", "'store'", "exactly one"]),
        Mistake(
            "a key that the target has not", "capacity: 20%, excess: 503}", "capacity: 20%, ¦loss: 5%}",
            says: ["a fault of a provider has no 'loss'"]),
        Mistake(
            "a node that there is not", "provider: apns, capacity: 20%, excess: 503}", "broker: events, node: ¦6}",
            says: ["nodes 0 to 5"]),
        Mistake(
            "replicas that there are not", "provider: apns, capacity: 20%, excess: 503}",
            "stage: sender, replica: ¦20, replicas: 5}", says: ["replicas 0 to 23"]),
        Mistake(
            "the crash of a queue in memory", in: Examples.queue, "topics:",
            "faults:\n  crash: {at: 1s, for: 1s, broker: ¦memory}\ntopics:", says: ["is direct"]),
        Mistake(
            "errors without a share", "capacity: 20%, excess: 503}", "capacity: 20%, answer: ¦503}",
            says: ["no 'errors'"]),
    ]

    static let expectations: [Mistake] = [
        Mistake("an unknown metric", "- lost = 0", "- ¦losst = 0", says: ["unknown metric 'losst'"], suggests: "lost"),
        Mistake(
            "an unknown function", "- lost = 0", "- ¦p9x(latency) < 2s", says: ["unknown metric 'p9x(…)'"],
            suggests: "p90"),
        Mistake(
            "a bound without a unit", "p99(push.latency) < 2s before", "p99(push.latency) < ¦2 before",
            says: ["'2' has no unit"]),
        Mistake(
            "an unknown fault", "2s before brownout", "2s before ¦brownuot", says: ["unknown fault 'brownuot'"],
            suggests: "brownout"),
        Mistake(
            "an unknown channel in a metric", "- lost = 0", "- ¦pussh.lost = 0", says: ["unknown channel 'pussh'"],
            suggests: "push"),
        Mistake(
            "an unknown topic in a metric", "backlog(outbox) < 10k", "backlog(¦outbx) < 10k",
            says: ["unknown topic 'outbx'"], suggests: "outbox"),
        Mistake("a comparison as programmers write it", "- lost = 0", "- lost ¦== 0", says: ["'=='"], suggests: "="),
        Mistake("a comparison without a bound", "- lost = 0", "- lost =¦", says: ["expected a bound", "the end"]),
        Mistake("what can never hold", "- lost = 0", "- lost < ¦0", says: ["can never hold"], suggests: "= 0"),
        Mistake("two conditions in one", "- lost = 0", "- lost = 0 ¦and late = 0", says: ["'and'"]),
        Mistake(
            "a share of a latency", "p99(push.latency) < 2s before", "p99(push.latency) < ¦5% before",
            says: ["unknown unit '%'"]),
        Mistake(
            "an unknown word of time", "2s before brownout", "2s ¦befor brownout", says: ["'befor'"], suggests: "before"
        ),
        Mistake(
            "a variant that violates what is not expected", "violates: [amplification < 1.4]",
            "violates: [¦amplification < 1.5]", says: ["does not expect"]),
        Mistake(
            "a variant with a mistyped path", "policies.standard.retry.budget: none",
            "policies.standard.¦retri.budget: none", says: ["variant 'naive'", "unknown key 'retri'"], suggests: "retry"
        ),
    ]
}
