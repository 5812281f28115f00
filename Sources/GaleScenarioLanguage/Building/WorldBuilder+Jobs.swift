// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

/// Steps that are work leased from a table of tasks.
extension WorldBuilder {
    func work(_ item: Item) -> WorkSpecification {
        let lease = item.interval("lease")
        let heartbeat = item["heartbeat"]?.integer.map(Interval.init)
        if let heartbeat, item["lease"]?.integer != nil, heartbeat >= lease {
            diagnostics.error(
                "a heartbeat each \(heartbeat) does not keep a lease of \(lease)",
                at: item[item.gives("heartbeat") ? "heartbeat" : "lease"]?.place ?? item.place,
                remedy: "a third of the lease is usual; `heartbeat: none` sends none")
        }
        return WorkSpecification(
            duration: item.distribution("duration"), failureMicros: item.integer("failures", else: 0),
            policy: JobPolicy(
                lease: lease, attempts: workAttempts(item), quantum: UInt32(clamping: item.integer("quantum")),
                uniqueUntil: item.choice("unique-until", else: .end)),
            heartbeat: heartbeat, retry: workRetry(item["retry"]), unique: item.choice("unique", else: .message),
            isFair: item["fair"]?.boolean ?? true, isFenced: item["fencing"]?.boolean ?? true,
            whenFenced: item.choice("when-fenced", else: .stop), link: index(.link, item["link"]))
    }

    /// Those that are given, those of the preset, or those of a work that says nothing of its retries.
    private func workAttempts(_ item: Item) -> Int {
        if let attempts = item["attempts"] {
            return attempts.word == "unlimited" ? RetryPolicy.unlimited : Int(attempts.integer ?? 1)
        }
        let preset = item["retry"]?.word.flatMap(RetryPolicy.Preset.init(rawValue:))
        return preset.map { RetryPolicy($0).attempts } ?? JobPolicy().attempts
    }

    private func workRetry(_ item: Item?) -> RetryPolicy {
        guard let item, item.pairs != nil else {
            return RetryPolicy(item?.word.flatMap(RetryPolicy.Preset.init(rawValue:)) ?? .sidekiq)
        }
        let retry = RetryPolicy(
            backoff: item.choice("backoff", else: .exponential), jitter: item.choice("jitter", else: .full),
            base: item.interval("base"), cap: item.interval("cap"))
        if item["base"]?.integer != nil, item["cap"]?.integer != nil, retry.cap < retry.base {
            diagnostics.error(
                "the longest delay, cap \(retry.cap), is below the first, base \(retry.base)",
                at: item[item.gives("cap") ? "cap" : "base"]?.place ?? item.place)
        }
        return retry
    }

    /// Each keeps a lease's state from the start.
    private static let mostWorkSlots = 1_000_000

    /// A table of tasks is the queue of its stage: nothing comes before or after the work, and the topic is in memory.
    func checkWork(_ pair: Item.Pair, _ steps: [Item]) {
        guard let step = steps.first(where: { $0["work"] != nil }) else { return }
        if steps.count > 1 {
            diagnostics.error(
                "'work' is the only step of its stage; stage '\(pair.key)' has \(steps.count) steps", at: step.place,
                remedy: "move the others into stages of their own")
        }
        let slots = pair.item.integer("replicas", else: 1).multipliedReportingOverflow(
            by: pair.item.integer("concurrency", else: 1))
        if slots.overflow || slots.partialValue > Self.mostWorkSlots {
            diagnostics.error(
                "stage '\(pair.key)' has more than \(Self.mostWorkSlots) slots for work, replicas by concurrency",
                at: pair.item["concurrency"]?.place ?? pair.place, remedy: "lower `concurrency`")
        }
        guard let topic = pair.item["reads"], let name = topic.word,
            let broker = scenario["topics"]?.pairs?.first(where: { $0.key == name })?.item["broker"]?.word,
            scenario["brokers"]?.pairs?.first(where: { $0.key == broker })?.item["kind"]?.word == "kafka"
        else { return }
        diagnostics.error(
            "stage '\(pair.key)' works, so its tasks are kept in a table, but topic '\(name)' is on the Kafka broker "
                + "'\(broker)'", at: topic.place,
            remedy: "let it read a topic of a direct broker, and an earlier stage `emit` to that")
    }
}
