// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels

extension Tables {
    static let work = Table(
        name: "work", title: "a work",
        keys: [
            Key("duration", .distribution(.time), .required, "Time of one attempt"),
            Key("failures", .anyShare, .defaults("0%"), "Share of attempts that fail at their end"),
            Key(
                "attempts", .either([.integer(1...10_000), .choice(["unlimited"])]), .optional,
                "Attempts in all; a lease that runs out is one. `unlimited`: until it expires. Default: those of the "
                    + "preset, without one 26"),
            Key(
                "retry", .either([.choice(workRetryPresets), .record(workRetry)]), .defaults("sidekiq"),
                "How long a failed task waits"),
            Key("lease", .positiveDuration, .defaults("30s"), "How long a worker has a task without a heartbeat"),
            Key(
                "heartbeat", .either([.positiveDuration, .none]), .defaults("10s"),
                "Between two heartbeats, each of which renews the lease"),
            Key(
                "unique", .choice(WorkSpecification.UniqueKey.allCases.map(\.rawValue)), .defaults("message"),
                "What may be there once at a time: a message, or any task of a recipient (the rest is suppressed)"),
            Key(
                "unique-until", .choice(JobPolicy.Uniqueness.allCases.map(\.rawValue)), .defaults("end"),
                "Until when: a task's end, or its start"),
            Key("fair", .boolean, .defaults("true"), "Tenants take turns (deficit round robin)"),
            Key("quantum", .integer(1...1_000_000), .defaults("1"), "Tasks of a tenant in one turn"),
            Key(
                "fencing", .boolean, .defaults("true"),
                "What the work writes to refuses who no longer has the lease; `false`: whoever finishes has an effect"),
            Key(
                "when-fenced", .choice(WorkSpecification.WhenFenced.allCases.map(\.rawValue)), .defaults("stop"),
                "What a worker does that hears that its lease is gone"),
            Key(
                "link", .reference(.link), .optional,
                "The path between workers and table; default a local one of 250us"),
        ])

    static let workRetryPresets = ["sidekiq", "temporal"]

    static let workRetry = Table(
        name: "workRetry", title: "a retry of tasks",
        keys: [
            Key(
                "backoff", .choice(["none", "fixed", "exponential", "polynomial"]), .defaults("exponential"),
                "How delays grow"),
            Key("jitter", .choice(["none", "full", "equal"]), .defaults("full"), "How delays are spread"),
            Key("base", .anyDuration, .defaults("1s"), "The first delay"),
            Key("cap", .anyDuration, .defaults("60s"), "The longest delay"),
        ])
}
