// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels

/// Every key of a scenario. The one place that the checker, the defaults, the JSON Schema and the reference page come
/// from.
package enum Tables {
    static let scenario = Table(
        name: "scenario", title: "a scenario",
        keys: [
            Key(
                "name", .text, .required,
                "Short name: letters, digits, hyphens; the folder of its reports is named after it"),
            Key("about", .text, .defaults(""), "One sentence for people"),
            Key(
                "extends", .text, .optional, "Another scenario's file, relative to this one, that this one is laid over"
            ),
            Key("duration", .positiveDuration, .required, "Load is offered this long"),
            Key(
                "drain", .anyDuration, .defaults("1min"),
                "Time without new work after the load; what is then unfinished counts as undelivered"),
            Key("seed", .integer(0...Int64.max), .defaults("1"), "Draws are a function of it"),
            Key("workloads", .named(.workload, .record(workload)), .required, "What is offered to the pipeline"),
            Key("brokers", .named(.broker, .record(broker)), .defaults("{}"), "What topics live on"),
            Key("topics", .named(.topic, .record(topic)), .required, "Queues between the stages"),
            Key(
                "stores", .named(.store, .record(store)), .defaults("{}"), "What stages and policies look up in"),
            Key("links", .named(.link, .record(link)), .defaults("{}"), "Network paths to stores and providers"),
            Key("stages", .named(.stage, .record(stage)), .required, "Workers that read a topic"),
            Key("providers", .named(.provider, .record(provider)), .defaults("{}"), "Who delivers to recipients"),
            Key("policies", .named(.policy, .record(policy)), .defaults("{}"), "Routing and retry for `deliver` steps"),
            Key("faults", .named(.fault, .record(fault)), .defaults("{}"), "What goes wrong, and when"),
            Key(
                "expect", .list(.expectation, atLeast: 0), .defaults("[]"),
                "What must hold; see the grammar of expectations"),
            Key(
                "theory", .choice(Theory.Model.allCases.map(\.rawValue)), .optional,
                "The closed form that its runs follow, for `gale test`; its parameters are the scenario's"),
            Key(
                "recovery", .either([.none, .record(recovery)]), .optional,
                "How soon it must be in its steady state again after the last fault; `none`: that is not looked at"),
            Key("variants", .named(.variant, .record(variant)), .defaults("{}"), "The same scenario with other values"),
            Key("limits", .record(limits), .defaults("{}"), "When a run stops by itself"),
            Key(
                "ties", .integer(0...Int64.max), .optional,
                "Events that are due at the same instant happen in a random order that follows from this number; "
                    + "default: first in, first out"),
            Key("explore", .exploration, .optional, "What `gale explore` may draw, and from which ranges"),
            Key("regression", .record(regression), .optional, "The failure that it was kept for, see `gale shrink`"),
        ] + hiddenKeys)

    // Only in a build with the package's trait of this name.
    #if PlantedBugs
        private static let hiddenKeys = [
            Key(
                "planted-bug", .choice(PlantedBug.allCases.map(\.rawValue)), .optional,
                "A mistake that the delivery code is to make, in all policies and tables")
        ]
    #else
        private static let hiddenKeys: [Key] = []
    #endif

    static let variant = Table(
        name: "variant", title: "a variant",
        keys: [
            Key("about", .text, .optional, "One sentence for people"),
            Key("set", .assignments, .required, "Paths to values, as with `--set`"),
            Key(
                "violates", .list(.expectation, atLeast: 0), .defaults("[]"),
                "What this variant must violate: expectations of the scenario, invariants by name, or `recovery`"),
        ])

    static let recovery = Table(
        name: "recovery", title: "recovery",
        keys: [
            Key(
                "within", .positiveDuration, .optional,
                "After the last fault's end; default three times as long as the faults lasted, at least 1min"),
            Key("required", .boolean, .defaults("false"), "A run that ends before it can be seen fails"),
        ])

    static let limits = Table(
        name: "limits", title: "limits",
        keys: [
            Key("events", .integer(1...Int64.max), .defaults("50G"), "Events in all"),
            Key("memory", .size((1 << 20)...(1 << 50)), .defaults("20GiB"), "Peak resident memory"),
            Key("wall", .positiveDuration, .defaults("2h"), "Wall-clock time"),
            Key(
                "events-per-instant", .integer(1...Int64.max), .defaults("10M"),
                "Events at one instant after which the run is a livelock"),
        ])

    // MARK: Load

    static let channelNames = Channel.allCases.map(\.name)
    static let platformNames = Platform.allCases.filter { $0 != .none }.map(\.name)

    static let workload = Table(
        name: "workload", title: "a workload",
        keys: [
            Key("into", .reference(.topic), .required, "The topic that it is appended to"),
            Key(
                "rate", .either([.anyRate, .record(rate)]), .optional,
                "Notifications per second: one rate, or a curve"),
            Key("bursts", .list(.record(burst), atLeast: 0), .defaults("[]"), "Added on top of the rate"),
            Key(
                "count", .integer(1...1_000_000_000_000), .optional,
                "A campaign: notifications in all, instead of a rate"),
            Key("at", .anyDuration, .optional, "When the campaign begins; default 0s"),
            Key("over", .positiveDuration, .optional, "How long the campaign is spread over"),
            Key(
                "population", .integer(1...1_000_000), .optional,
                "A closed loop, instead of a rate: users who think, send one message, wait until it is settled, and so on"
            ),
            Key("think", .distribution(.time), .optional, "How long a user thinks before the next message"),
            Key(
                "fan-out", .integer(1...1_000_000), .defaults("1"),
                "Notifications per submission (a campaign's segment); a stage splits them with `emit: {split: true}`"),
            Key(
                "arrivals", .choice(WorkloadSpecification.Arrivals.allCases.map(\.rawValue)), .defaults("poisson"),
                "At random, or evenly spaced"),
            Key(
                "channels", .keyed(channelNames, what: "channel", .anyShare), .optional,
                "Shares; sum 100%; default all push"),
            Key(
                "platforms", .keyed(platformNames, what: "platform", .anyShare), .optional,
                "Shares among push; sum 100%; default all ios"),
            Key("tenants", .record(tenants), .defaults("{}"), "Who sends"),
            Key("recipients", .integer(1...1_000_000_000_000), .defaults("100M"), "How many people there are"),
            Key("size", .distribution(.size), .defaults("constant 1KiB"), "Bytes of one notification"),
            Key("ttl", .positiveDuration, .defaults("24h"), "How long a notification is worth sending"),
        ] + audience, exactlyOneOf: [["rate", "count", "population"]])

    /// Keys of a workload that mean nothing for a population.
    static let rateKeys = ["bursts", "at", "over", "fan-out", "arrivals"]

    static let rate = Table(
        name: "rate", title: "a rate over time",
        keys: [
            Key(
                "curve", .list(.tuple([.anyDuration, .anyRate]), atLeast: 1), .required,
                "Points [time, rate]; linear between them, two at one time make a step, the last one holds")
        ])

    static let burst = Table(
        name: "burst", title: "a burst",
        keys: [
            Key("at", .anyDuration, .required, "When it begins"),
            Key("for", .positiveDuration, .required, "How long it lasts"),
            Key("rate", .positiveRate, .required, "What it adds"),
        ])

    static let tenants = Table(
        name: "tenants", title: "tenants",
        keys: [
            Key("count", .integer(1...10_000_000), .defaults("1"), "How many"),
            Key("skew", .skew, .defaults("none"), "How unequal: a Zipf exponent"),
        ])
}
