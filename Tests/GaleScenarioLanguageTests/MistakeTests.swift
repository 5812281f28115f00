// SPDX-License-Identifier: Apache-2.0
import GaleScenarioLanguage
import Testing

@Suite("Wrong files, one mistake each")
struct MistakeTests {
    @Test("one mistake gives one diagnostic that names place, finding and remedy", arguments: mistakes)
    func oneDiagnostic(_ mistake: Mistake) throws {
        let wrong = try #require(mistake.wrong, "the original must occur once, with one mark")
        do {
            _ = try ScenarioReader.read(text: wrong.text)
            Issue.record("it was accepted")
        } catch {
            let first = try #require(error.diagnostics.first)
            #expect(error.diagnostics.count == 1, "\(error.text)")
            #expect(first.location.file == "scenario.yaml", "\(first.text)")
            #expect(first.location.line == wrong.line, "\(first.text)")
            #expect(first.location.column == wrong.column, "\(first.text)")
            let said = first.message + " " + (first.remedy ?? "")
            for words in mistake.says { #expect(said.contains(words), "\(first.text)") }
            #expect(first.suggestion == mistake.suggests, "\(first.text)")
            #expect(first.text.contains("scenario.yaml:\(wrong.line):\(wrong.column): error: "))
            #expect(first.text.contains("^"))
        }
    }

    static let mistakes =
        keys + writing + units + values + names + pipeline + closedLoops + faults + expectations + theory + protection
        + safety + meaningless + regressions + elsewhere

    static let keys: [Mistake] = [
        Mistake(
            "a mistyped key", "capacity: 80k/s", "¦capcity: 80k/s", says: ["unknown key 'capcity'", "provider 'apns'"],
            suggests: "capacity"),
        Mistake(
            "a mistyped section", "workloads:", "¦workload:", says: ["unknown key 'workload'"], suggests: "workloads"),
        Mistake(
            "a mistyped key deep down", "on-failure: open", "¦onfailure: open", says: ["unknown key 'onfailure'"],
            suggests: "on-failure"),
        Mistake(
            "a key of another place", "ttl: 5min", "ttl: 5min\n    ¦timeout: 5s",
            says: ["unknown key 'timeout'", "workload 'transactional'"]),
        Mistake(
            "a missing key", "  sender:\n    reads: outbox\n", "  ¦sender:\n", says: ["stage 'sender' has no 'reads'"]),
        Mistake("a key that occurs twice", "seed: 1", "¦seed: 1\nseed: 2", says: ["'seed'", "twice"]),
        Mistake(
            "an unknown channel", "in-app: 2%", "¦inapp: 2%", says: ["unknown channel 'inapp'"], suggests: "in-app"),
        Mistake(
            "a list where a map belongs", "{broker: events, partitions: 96}", "¦[events, 96]",
            says: ["found a list", "a topic"]),
        Mistake(
            "a map where a value belongs", "duration: 6min", "duration: ¦{minutes: 6}",
            says: ["found a map", "a duration"]),
        Mistake("a value that is missing", "duration: 6min", "duration:¦", says: ["found nothing", "a duration"]),
        Mistake(
            "two of which only one may be", "rate: 120k/s", "rate: 120k/s\n    ¦count: 4M",
            says: ["'rate'", "'count'", "exactly one"]),
        Mistake(
            "a step that is nothing", "- deliver: {policy: standard}", "- ¦{}\n      - deliver: {policy: standard}",
            says: ["needs one of", "compute"]),
    ]

    /// Of some the reader only learns lines after them.
    static let writing: [Mistake] = [
        Mistake(
            "a key one column to the left", "    ttl: 5min", "   ¦ttl: 5min",
            says: ["did not find expected key", "begins in one column, that is 3"]),
        Mistake("no colon", "seed: 1", "¦seed 1", says: ["could not find expected ':'", "`seed: 1`"]),
        Mistake("no blank after a colon", "seed: 1", "¦seed:1", says: ["could not find expected ':'", "a blank"]),
        Mistake("a section without a colon", "stages:\n", "¦stages\n", says: ["could not find expected ':'"]),
        Mistake(
            "a quotation mark that opens only", "about: 120k", "about: ¦'120k",
            says: ["unexpected end of stream", "close the quotation mark"]),
        Mistake(
            "a brace that is not closed", "sms: 3%, in-app: 2%}",
            "sms: 3%, in-app: 2%¦  # sums to all\n\n    # and more",
            says: ["expected ',' or '}'", "it begins in line 11, column 15"]),
        Mistake(
            "a brace that is not closed, and a value that goes on", "sms: 3%, in-app: 2%}", "sms: 3%, in-app: 2%¦",
            says: ["expected ',' or '}'", "it begins in line 11, column 15"]),
        Mistake(
            "a missing comma on one line", "sms: 3%, in-app: 2%}", "sms: 3% in-app¦: 2%}", says: ["expected ',' or '}'"]
        ),
    ]

    static let units: [Mistake] = [
        Mistake(
            "a duration without a unit", "timeout: 10s", "timeout: ¦10",
            says: ["'10' has no unit", "ns, us, ms, s, min, h, d"]),
        Mistake("a unit written out", "timeout: 10s", "timeout: ¦10sec", says: ["unknown unit 'sec'"], suggests: "10s"),
        Mistake("m for minutes", "ttl: 5min", "ttl: ¦5m", says: ["unknown unit 'm'"], suggests: "5min"),
        Mistake("a rate without time", "rate: 120k/s", "rate: ¦120k", says: ["'120k' has no unit", "/s"]),
        Mistake(
            "a rate in another case", "rate: 120k/s", "rate: ¦120K/s", says: ["unknown unit 'K/s'"], suggests: "120k/s"),
        Mistake("a share without percent", "budget: 20%", "budget: ¦20", says: ["'20' has no unit", "percent"]),
        Mistake("a negative duration", "base: 1s", "base: ¦-1s", says: ["'-1s' is negative"]),
        Mistake("a duration that is not exact", "base: 1s", "base: ¦0.5ns", says: ["more decimals"]),
        Mistake(
            "a number that is none", "partitions: 96", "partitions: ¦many", says: ["found 'many'", "whole number"]),
        Mistake(
            "a size without a unit", "lognormal median 1KiB p99 4KiB", "lognormal median ¦1024 p99 4KiB",
            says: ["'1024' has no unit", "KiB"]),
        Mistake(
            "a unit of another kind", "lognormal median 1KiB p99 4KiB", "lognormal median 1KiB p99 ¦4ms",
            says: ["unknown unit 'ms'", "KiB"], suggests: "4MB"),
    ]

    static let values: [Mistake] = [
        Mistake("no concurrency", "concurrency: 1024", "concurrency: ¦0", says: ["0 is impossible", "at least 1"]),
        Mistake(
            "a share above everything", "failure-rate: 50%", "failure-rate: ¦150%",
            says: ["impossible", "at most 100%"]),
        Mistake(
            "shares that are not everything", "channels: {push: 80%,", "channels: ¦{push: 70%,",
            says: ["sum to 90%", "100%"]),
        Mistake(
            "platforms that are more than everything", "platforms: {ios: 55%,", "platforms: ¦{ios: 65%,",
            says: ["sum to 110%"]),
        Mistake(
            "a choice that there is not", "waiting: park", "waiting: ¦parked",
            says: ["'parked'", "hold, park, retry-topic"], suggests: "park"),
        Mistake(
            "arrivals that there are not", "arrivals: poisson", "arrivals: ¦poison", says: ["'poison'"],
            suggests: "poisson"),
        Mistake(
            "an unknown distribution", "size: lognormal", "size: ¦lognorm", says: ["unknown distribution 'lognorm'"],
            suggests: "lognormal"),
        Mistake(
            "a percentile below the median", "lognormal median 1KiB p99 4KiB", "lognormal median 4KiB p99 ¦1KiB",
            says: ["p99 must be above the median"]),
        Mistake(
            "a distribution with too little", "lognormal median 1KiB p99 4KiB", "¦lognormal median 1KiB",
            says: ["'lognormal' wants other parameters"]),
        Mistake(
            "a skew that is none", "skew: zipf 1.1", "skew: ¦1.1", says: ["found '1.1'", "zipf"], suggests: "zipf 1.1"),
        Mistake(
            "a skew as a function", "skew: zipf 1.1", "skew: ¦Zipf(1.2)", says: ["found 'Zipf(1.2)'"],
            suggests: "zipf 1.2"),
        Mistake("a skew of another kind", "skew: zipf 1.1", "skew: ¦pareto", says: ["found 'pareto'", "zipf"]),
        Mistake("a cap below the base", "cap: 60s", "cap: ¦500ms", says: ["cap 500ms", "base 1s"]),
        Mistake("more copies than nodes", "nodes: 6", "nodes: ¦2", says: ["replication factor of 3", "2"]),
        Mistake(
            "an answer of another dialect", "excess: 503}", "excess: ¦503 ServiceUnavailabel}",
            says: ["'ServiceUnavailabel'", "apns"], suggests: "ServiceUnavailable"),
        Mistake("an answer that is a success", "excess: 503}", "excess: ¦200}", says: ["200 is a success"]),
    ]

    static let names: [Mistake] = [
        Mistake(
            "a topic that was never declared", "into: outbox", "into: ¦outbux", says: ["unknown topic 'outbux'"],
            suggests: "outbox"),
        Mistake(
            "a policy that was never declared", "deliver: {policy: standard}", "deliver: {policy: ¦standart}",
            says: ["unknown policy 'standart'"], suggests: "standard"),
        Mistake(
            "a store that was never declared", "deduplicate: {store: seen,", "deduplicate: {store: ¦sen,",
            says: ["unknown store 'sen'"], suggests: "seen"),
        Mistake(
            "a provider that was never declared", "ios: [apns]", "ios: [¦apn]", says: ["unknown provider 'apn'"],
            suggests: "apns"),
        Mistake(
            "a profile that there is not", "seen: {profile: redis}", "seen: {profile: ¦rediss}",
            says: ["unknown profile 'rediss'"], suggests: "redis"),
        Mistake(
            "the profile of something else", "seen: {profile: redis}", "seen: {profile: ¦apns}",
            says: ["the profile of a provider", "a store"]),
        Mistake(
            "a name with a space", "seen: {profile: redis}",
            "seen: {profile: redis}\nlinks:\n  ¦long way: {latency: 40ms}", says: ["'long way' is no name for a link"]),
    ]
}
