// SPDX-License-Identifier: Apache-2.0

extension MistakeTests {
    private static func policy(_ name: String, _ line: String, says: [String], suggests: String? = nil) -> Mistake {
        Mistake(name, "waiting: park", "waiting: park\n    \(line)", says: says, suggests: suggests)
    }

    private static func retry(_ name: String, _ keys: String, says: [String]) -> Mistake {
        Mistake(
            name, "retry: {backoff: exponential, jitter: full, base: 1s, cap: 60s, attempts: 6, budget: 20%}",
            "retry: {\(keys)}", says: says)
    }

    private static func breaker(_ name: String, _ keys: String, says: [String]) -> Mistake {
        Mistake(name, "breaker: {failure-rate: 50%, window: 10s, open: 30s}", "breaker: {\(keys)}", says: says)
    }

    private static func expecting(_ name: String, _ text: String, says: [String]) -> Mistake {
        Mistake(name, "- lost = 0", "- \(text)", says: says)
    }

    /// What could be read, but can't mean anything.
    static let meaningless: [Mistake] = [
        policy(
            "a cap that lets nothing through", "cap: {store: seen, limit: ¦0}", says: ["0 is impossible", "at least 1"]),
        policy("a choice by nothing", "choose-by: ¦[]", says: ["is empty", "at least 1"]),
        policy(
            "a choice by the same twice", "choose-by: [health, quota, ¦health]",
            says: ["'health' occurs twice", "'choose-by'"]),
        policy(
            "a channel twice", "quiet-hours: {channels: [sms, ¦sms]}", says: ["'sms' occurs twice", "'channels'"]),
        retry(
            "a share of another jitter", "jitter: full, jitter-share: ¦10%",
            says: ["'jitter: proportional'", "the jitter is 'full'", "remove `jitter-share`"]),
        retry(
            "a share of the usual jitter", "jitter-share: ¦10%",
            says: ["'jitter: proportional'", "the jitter is 'full'"]),
        retry(
            "a share of a preset's other jitter", "preset: polly, jitter-share: ¦10%", says: ["the jitter is 'none'"]),
        retry(
            "a spread of another jitter", "jitter: equal, jitter-spread: ¦3s",
            says: ["'jitter: around' and 'jitter: growing'", "the jitter is 'equal'"]),
        retry("a jitter that spreads nothing", "jitter: ¦around", says: ["'jitter-spread'", "spreads nothing"]),
        retry(
            "a bucket that never pays a retry", "admission: {bucket: {capacity: 10, cost: ¦20}}",
            says: ["holds 10 tokens", "never pay", "20", "retry: none"]),
        retry(
            "a bucket that never pays the usual cost", "admission: {bucket: {capacity: ¦10}}",
            says: ["holds 10 tokens", "14"]),
        retry(
            "a share of nothing and a minimum of nothing", "admission: {concurrency: ¦{ratio: 0%, minimum: 0}}",
            says: ["no retry through", "retry: none"]),
        retry("a budget of nothing", "budget: ¦{ratio: 0%, reserve: 0}", says: ["no retry through", "retry: none"]),
        retry("a rate that falls to nothing", "client-rate: {beta: ¦0%}", says: ["0% is impossible", "at least 1%"]),
        retry("a rate that does not fall", "client-rate: {beta: ¦100%}", says: ["100% is impossible", "at most 99%"]),
        retry(
            "a rate that is never measured anew", "client-rate: {smoothing: ¦0%}",
            says: ["0% is impossible", "at least 1%"]),
        breaker(
            "a window of time and of calls", "window: 10s, window-calls: ¦100",
            says: ["'window: 10s'", "'window-calls: 100'", "remove one"]),
        breaker(
            "a window that is too small", "window-calls: 10, minimum-calls: ¦100",
            says: ["the last 10 calls", "100", "minimum-calls: 10"]),
        breaker(
            "a preset with both windows", "preset: resilience4j, window: 5s, window-calls: ¦9", says: ["'window: 5s'"]),
        expecting("a share that none exceeds", "undelivered < ¦120%", says: ["above 100%", "never fail"]),
        expecting("a share that all may have", "late <= ¦100%", says: ["above 100%", "never fail"]),
        expecting("a share that none has", "push.delivered >= ¦101%", says: ["above 100%", "never hold"]),
        expecting("a share of errors that none has", "errors(apns) > ¦100%", says: ["above 100%", "never hold"]),
        expecting("what is never negative", "lost >= ¦0", says: ["below 0", "never fail", "> 0"]),
        Mistake(
            "a share in a recovery that none exceeds", "p99(push.latency) < 2s and", "undelivered < ¦150% and",
            says: ["never fail"]),
    ]

    /// What people look for and the language has no key for.
    static let elsewhere: [Mistake] = [
        Mistake(
            "a sweep", "seed: 1", "seed: 1\n¦vary: {a: [1, 2]}", says: ["unknown key 'vary'", "variants:", "--set"]),
        Mistake(
            "a day", "rate: 120k/s ", "rate: {¦diurnal: {peak: 200k/s}} ",
            says: ["unknown key 'diurnal'", "rate: {curve:"]),
        Mistake(
            "a trace", "rate: 120k/s ", "rate: {¦trace: day.csv} ", says: ["unknown key 'trace'", "rate: {curve:"]),
        Mistake(
            "a trace beside the rate", "arrivals: poisson", "¦trace: day.csv",
            says: ["unknown key 'trace'", "rate: {curve:"]),
        Mistake("a burst in the rate", "rate: 120k/s ", "rate: {¦burst: 3} ", says: ["bursts: [{at:"]),
        policy(
            "a time of the day with one digit", "quiet-hours: {begin: ¦8:00}", says: ["'8:00' is no time of the day"],
            suggests: "08:00"),
        policy("half a day", "quiet-hours: {end: ¦8 pm}", says: ["'8 pm' is no time of the day"], suggests: "20:00"),
        policy(
            "a time of the day to the base of 60", "quiet-hours: {begin: ¦1260}", says: ["hours and minutes"],
            suggests: "21:00"),
        policy(
            "midnight at the end", "quiet-hours: {end: ¦'24:00'}", says: ["'24:00' is no time"], suggests: "00:00"),
        policy("no time at all", "quiet-hours: {end: ¦noon}", says: ["'noon' is no time", "21:00"]),
        policy(
            "a date and time as people write it", "quiet-hours: {starts: ¦2026-03-28 20:00}",
            says: ["no date and time", "2026-03-28T20:00Z"], suggests: "2026-03-28T20:00Z"),
        Mistake(
            "a status that the dialect has no reason for", "sms-a: {profile: sms}",
            "sms-a: {profile: sms, excess: ¦410 Gone}",
            says: ["'Gone' is no reason that sms gives", "no reason comes with 410", "429 20429", "bare status"]),
        policy(
            "a start beyond the algorithm's own bounds", "concurrency: {algorithm: vegas, initial: ¦5000}",
            says: ["the concurrency limit starts at 5000", "1000", "`max`"]),
        policy(
            "a bound beyond the algorithm's own", "concurrency: {algorithm: gradient2, max: ¦10}",
            says: ["the most, 10, is less than the least, 20", "gradient2's own", "both `min` and `max`"]),
    ]
}
