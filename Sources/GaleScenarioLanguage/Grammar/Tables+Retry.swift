// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

extension Tables {
    static let retryPresets = RetryPolicy.Preset.allCases.map(\.rawValue)

    static let retry = Table(
        name: "retry", title: "a retry",
        keys: [
            Key(
                "preset", .choice(retryPresets), .optional,
                "What well-known software does; the other keys change it. In short: `retry: grpc`"),
            Key(
                "backoff", .choice(RetryPolicy.Backoff.allCases.map(\.rawValue)), .defaults("exponential"),
                "How delays grow"),
            Key(
                "jitter", .choice(RetryPolicy.Jitter.allCases.map(\.rawValue)), .defaults("full"),
                "How delays are spread"),
            Key("base", .anyDuration, .defaults("1s"), "The first delay"),
            Key("cap", .anyDuration, .defaults("60s"), "The longest delay"),
            Key("multiplier", .decimal(1...1_000), .optional, "Growth of exponential delays; default 2"),
            Key("throttled-base", .anyDuration, .optional, "The first delay after a throttling answer; default `base`"),
            Key(
                "delays", .list(.anyDuration, atLeast: 1), .optional,
                "The delays of `backoff: list`; the last repeats"),
            Key("jitter-share", .anyShare, .optional, "`jitter: proportional`: up and down by this; default 20%"),
            Key("jitter-spread", .anyDuration, .optional, "The spread of `jitter: around` and `growing`; default 0s"),
            Key(
                "attempts", .either([.integer(1...100), .choice(["unlimited"])]), .defaults("5"),
                "Attempts in all, the first included"),
            Key("lifetime", .positiveDuration, .optional, "Given up this long after creation; default: at its expiry"),
            Key(
                "budget", .either([.none, .share(0...10_000_000), .record(budget)]), .defaults("none"),
                "Retries as a share of first attempts (Finagle)"),
            Key("admission", .record(admission), .optional, "Another rule for who may retry, instead of a budget"),
            Key(
                "when-refused", .choice(RetryPolicy.WhenRefused.allCases.map(\.rawValue)), .optional,
                "Who may not retry waits, or gives the channel up; default `wait`, of client libraries `give-up`"),
            Key(
                "scope", .choice(RetryPolicy.Scope.allCases.map(\.rawValue)), .optional,
                "Whether each provider has a budget or admission of its own, or all one; default `per-provider`"),
            Key(
                "retry-after-cap", .either([.none, .anyDuration]), .defaults("10min"),
                "The longest Retry-After that is believed; `none`: it is ignored"),
            Key(
                "retry-after", .choice(RetryPolicy.RetryAfterRule.allCases.map(\.rawValue)), .optional,
                "At least that long, exactly, or at most 5 s more than the delay; default `at-least`"),
            Key(
                "client-rate", .record(clientRate), .optional,
                "A rate limit that follows throttling answers (AWS, retry mode adaptive)"),
            Key("hedge", .record(hedge), .optional, "Further copies of an attempt that takes long"),
            Key(
                "levels", .list(.positiveDuration, atLeast: 1), .optional,
                "Delays of the retry topics, rising, one topic each; for `waiting: retry-topic`"),
            Key(
                "replay", .record(replay), .optional,
                "Dead letters come back once, paced; for `waiting: retry-topic`"),
        ])

    static let budget = Table(
        name: "budget", title: "a retry budget",
        keys: [
            Key("ratio", .share(0...10_000_000), .required, "Retries as a share of first attempts"),
            Key("window", .positiveDuration, .defaults("10s"), "How long a first attempt counts"),
            Key("reserve", .integer(0...1_000_000), .defaults("10"), "Retries per second that are always allowed"),
        ])

    static let admission = Table(
        name: "admission", title: "an admission",
        keys: [
            Key("bucket", .record(retryBucket), .optional, "Retries cost tokens, successes bring some (AWS, Brooker)"),
            Key("throttle", .record(retryThrottle), .optional, "No retries while too much fails (gRPC)"),
            Key("concurrency", .record(retryConcurrency), .optional, "Retries as a share of what is under way (Envoy)"),
            Key("adaptive", .record(adaptiveThrottle), .optional, "Refuses by chance what a provider refuses (Google)"),
        ], exactlyOneOf: [["bucket", "throttle", "concurrency", "adaptive"]])

    static let retryBucket = Table(
        name: "retryBucket", title: "a bucket of retries",
        keys: [
            Key("capacity", .decimal(0...1_000_000), .defaults("500"), "Tokens at first and at most"),
            Key("cost", .decimal(0.001...1_000_000), .defaults("14"), "Tokens that a retry takes"),
            Key(
                "throttled-cost", .decimal(0.001...1_000_000), .optional,
                "The same after a throttling answer; default `cost`"),
            Key(
                "timeout-cost", .decimal(0.001...1_000_000), .optional,
                "The same where nobody knows what became of the attempt; default `cost`"),
            Key("deposit", .decimal(0...1_000_000), .defaults("1"), "Tokens that a success brings"),
            Key("refund", .boolean, .defaults("true"), "A retry that succeeds brings back what it took, instead"),
        ])

    static let retryThrottle = Table(
        name: "retryThrottle", title: "a throttle of retries",
        keys: [
            Key("tokens", .decimal(1...1_000), .defaults("10"), "At first and at most; a failure takes one"),
            Key("ratio", .decimal(0.001...1_000), .defaults("0.1"), "Tokens that a success brings"),
        ])

    static let retryConcurrency = Table(
        name: "retryConcurrency", title: "a share of retries under way",
        keys: [
            Key("ratio", .share(0...100_000_000), .defaults("20%"), "Retries as a share of attempts under way"),
            Key("minimum", .integer(0...1_000_000), .defaults("3"), "Retries that may always be under way"),
        ])

    static let adaptiveThrottle = Table(
        name: "adaptiveThrottle", title: "an adaptive throttle",
        keys: [
            Key("multiplier", .decimal(1...1_000), .defaults("2"), "Requests per accepted one before any is refused"),
            Key("window", .positiveDuration, .defaults("2min"), "How long a request counts"),
        ])

    /// Neither all nor nothing: a rate of 0 never comes back.
    private static let leftOver = Kind.share(10_000...990_000)

    static let clientRate = Table(
        name: "clientRate", title: "a client rate",
        keys: [
            Key("beta", leftOver, .defaults("70%"), "What a throttling answer leaves of the rate"),
            Key("scale", .decimal(0.001...1_000), .defaults("0.4"), "How steeply the rate comes back"),
            Key(
                "smoothing", .share(10_000...1_000_000), .defaults("80%"),
                "The weight of the last half second in the measured rate"),
            Key("least", .positiveRate, .defaults("0.5/s"), "The least rate of one replica"),
        ])

    static let hedge = Table(
        name: "hedge", title: "a hedge",
        keys: [
            Key("after", .positiveDuration, .required, "The next copy goes out this long after the last"),
            Key("copies", .integer(2...5), .defaults("2"), "Attempts under way at once, the first included"),
        ])

    static let replay = Table(
        name: "replay", title: "a replay",
        keys: [
            Key("after", .positiveDuration, .defaults("10min"), "How long a dead letter stays at least"),
            Key("rate", .positiveRate, .required, "Dead letters per second that come back, of the whole fleet"),
        ])
}
