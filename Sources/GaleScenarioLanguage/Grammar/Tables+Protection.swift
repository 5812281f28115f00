// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

extension Tables {
    static let breakerPresets = BreakerPolicy.Preset.allCases.map(\.rawValue)

    static let breaker = Table(
        name: "breaker", title: "a breaker",
        keys: [
            Key(
                "preset", .choice(breakerPresets), .optional,
                "What well-known software does; the other keys change it. In short: `breaker: polly`"),
            Key("failure-rate", .share(1...1_000_000), .defaults("50%"), "Share of failures that opens it"),
            Key("window", .positiveDuration, .defaults("10s"), "Over this time"),
            Key("window-calls", .integer(1...1_000_000), .optional, "Over this many calls instead"),
            Key("open", .positiveDuration, .defaults("30s"), "How long it stays open before it lets probes through"),
            Key(
                "minimum-calls", .integer(1...1_000_000), .defaults("100"),
                "Calls in the window below which it never opens"),
            Key("probes", .integer(1...1_000_000), .defaults("10"), "Calls let through while half-open"),
            Key("slow-rate", .share(1...1_000_000), .optional, "Share of slow calls that opens it; default: none does"),
            Key("slow-after", .positiveDuration, .optional, "A call that took longer is slow; default 60s"),
            Key(
                "half-open", .positiveDuration, .optional,
                "How long it may be half-open undecided before it opens again; default: without limit"),
            Key(
                "automatic", .boolean, .optional,
                "It becomes half-open by itself, not at the next call that asks; default false"),
        ], notTogether: [["window", "window-calls"]])

    static let limit = Table(
        name: "limit", title: "a limit",
        keys: [
            Key("rate", .positiveRate, .required, "Attempts per second"),
            Key(
                "burst", .integer(1...1_000_000_000), .optional,
                "Attempts at once after a pause; default: what one second allows"),
            Key(
                "algorithm", .choice(Policy.RateLimit.Algorithm.allCases.map(\.rawValue)), .optional,
                "How it is kept; default token-bucket"),
            Key(
                "tolerance", .anyDuration, .optional,
                "gcra: how far ahead of its time an attempt may come, instead of a burst"),
        ])

    static let outlierEjection = Table(
        name: "outlierEjection", title: "an outlier ejection",
        keys: [
            Key("consecutive", .integer(0...1_000_000), .defaults("5"), "Failures in a row that eject; 0: none do"),
            Key("interval", .positiveDuration, .defaults("10s"), "Between sweeps, which judge rates and let return"),
            Key("ejection", .positiveDuration, .defaults("30s"), "The first ejection; the nth lasts n times as long"),
            Key("max-ejection", .positiveDuration, .defaults("300s"), "The longest ejection"),
            Key(
                "max-ejected", .anyShare, .defaults("10%"),
                "Share of the equivalents that may be ejected at once; one always may"),
            Key("panic", .anyShare, .defaults("50%"), "With a smaller share of them left, all are used"),
            Key(
                "success-rate", .either([.none, .record(successRate)]), .defaults("{}"),
                "Ejects those whose share of successes is far below the mean"),
            Key(
                "failure-percentage", .either([.none, .record(failurePercentage)]), .defaults("none"),
                "Ejects those with too large a share of failures"),
        ])

    static let successRate = Table(
        name: "successRate", title: "a rule on success rates",
        keys: [
            Key("hosts", .integer(1...1_000), .defaults("5"), "Equivalents with enough calls, at least"),
            Key("calls", .integer(1...1_000_000_000), .defaults("100"), "Calls in an interval that are enough"),
            Key("factor", .decimal(0...100), .defaults("1.9"), "Standard deviations below the mean"),
        ])

    static let failurePercentage = Table(
        name: "failurePercentage", title: "a rule on failure percentages",
        keys: [
            Key("threshold", .share(1...1_000_000), .defaults("85%"), "Share of failures that ejects"),
            Key("hosts", .integer(1...1_000), .defaults("5"), "Equivalents with enough calls, at least"),
            Key("calls", .integer(1...1_000_000_000), .defaults("50"), "Calls in an interval that are enough"),
        ])

    static let concurrencyNames = ConcurrencyPolicy.Algorithm.allCases.map(\.rawValue)

    static let concurrencyLimit = Table(
        name: "concurrencyLimit", title: "a concurrency limit",
        keys: [
            Key("algorithm", .choice(concurrencyNames), .required, "How it follows the answers"),
            Key("initial", .integer(1...1_000_000), .optional, "At the start; default 20, aimd 10, envoy-gradient 3"),
            Key("min", .integer(1...1_000_000), .optional, "Never below; default 1, gradient2 20, envoy-gradient 3"),
            Key("max", .integer(1...1_000_000), .optional, "Never above; default 200, vegas and envoy-gradient 1000"),
            Key("backoff-ratio", .share(500_000...999_999), .optional, "aimd: what a drop leaves of it; default 90%"),
            Key("slow-after", .positiveDuration, .optional, "aimd: a longer round trip is a drop; default 5s"),
            Key(
                "tolerance", .factor(1...1_000_000_000), .optional,
                "gradient2: of the long-term round trip, before it falls; default 1.5x"),
            Key("queue", .integer(0...1_000_000), .optional, "gradient2: attempts that may queue; default 4"),
            Key(
                "smoothing", .share(1...1_000_000), .optional,
                "gradient2, vegas: the weight of a new estimate; default 20%, vegas 100%"),
            Key("long-window", .integer(1...1_000_000), .optional, "gradient2: answers averaged over; default 600"),
            Key(
                "probe-multiplier", .integer(1...1_000_000), .optional,
                "vegas: times the limit answers until it looks for the least round trip anew; default 30"),
            Key("percentile", .share(1...1_000_000), .optional, "envoy-gradient: of the round trips; default 50%"),
            Key("update", .positiveDuration, .optional, "envoy-gradient: from one limit to the next; default 100ms"),
            Key(
                "probe", .positiveDuration, .optional,
                "envoy-gradient: the least round trip is measured so often, with `min` attempts under way; default 60s"),
            Key("probe-jitter", .anyShare, .optional, "envoy-gradient: and up to this share of it later; default 15%"),
            Key(
                "probe-answers", .integer(1...1_000_000), .optional,
                "envoy-gradient: over so many answers; default 50"),
            Key(
                "buffer", .share(0...10_000_000), .optional,
                "envoy-gradient: what the least round trip may grow before the limit falls; default 25%"),
        ])

    /// The keys of a concurrency limit that only some algorithms have.
    static let concurrencyKeys: [String: [ConcurrencyPolicy.Algorithm]] = [
        "backoff-ratio": [.aimd], "slow-after": [.aimd], "tolerance": [.gradient2], "queue": [.gradient2],
        "smoothing": [.gradient2, .vegas], "long-window": [.gradient2], "probe-multiplier": [.vegas],
        "percentile": [.envoyGradient], "update": [.envoyGradient], "probe": [.envoyGradient],
        "probe-jitter": [.envoyGradient], "probe-answers": [.envoyGradient], "buffer": [.envoyGradient],
    ]

    static let bulkheads = Table(
        name: "bulkheads", title: "bulkheads",
        keys: [
            Key(
                "providers", .keyedBy(.provider, .integer(1...1_000_000_000)), .defaults("{}"),
                "Attempts at a provider"),
            Key("tenant", .integer(1...1_000_000_000), .optional, "Attempts of each tenant; default: without limit"),
            Key(
                "tenant-queue", .integer(0...1_000_000_000), .optional,
                "Notifications of a tenant that may wait; what is beyond is shed; default 10k"),
        ])

    static let shed = Table(
        name: "shed", title: "a shedding",
        keys: [
            Key("overload", .record(overload), .optional, "By priority, when notifications have waited too long"),
            Key(
                "deadline", .share(1...100_000_000), .optional,
                "By deadline: no attempt with less than this share of the provider's usual latency left"),
        ])

    static let overload = Table(
        name: "overload", title: "an overload rule",
        keys: [
            Key("delay", .positiveDuration, .required, "Notifications have waited longer than this on average"),
            Key("window", .positiveDuration, .defaults("1s"), "Over this time"),
            Key("notifications", .integer(1...1_000_000_000), .defaults("2000"), "Or over so many, if they come first"),
            Key("decrease", .share(1...1_000_000), .defaults("5%"), "Fewer are let in after a window of overload"),
            Key("increase", .share(1...1_000_000), .defaults("1%"), "More are let in after a window without"),
            Key(
                "spare", .choice(["none"] + Priority.allCases.dropLast().map(\.name)), .defaults("critical"),
                "This priority and those above it are never shed"),
        ])
}
