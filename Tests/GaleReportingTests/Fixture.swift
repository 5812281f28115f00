// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// Results to draw, made up but plausible: an APNs brownout from 120 s to 180 s of a run that drains at 360 s.
enum Fixture {
    static let channels = ["push", "email", "sms", "in-app"]
    static let providers = ["apns", "fcm", "gateway", "sms-a", "sms-b", "smtp"]
    static let slots = 420

    /// Four channels, six providers, two faults of which one is inert, and an expectation that failed with `inf`.
    static var rich: RunResult {
        RunResult(
            summary: summary, timing: timing,
            about: "120k notifications/s; for one minute APNs serves a fifth of its capacity",
            reproduction: "gale run Scenarios/apns-brownout.yaml --variant naive --seed 18446744073709551615",
            variant: "naive", slotSeconds: 1, loadEndsSeconds: 360, channelSeries: channelSeries,
            providerSeries: providerSeries, topicSeries: topicSeries, storeSeries: storeSeries, breakdown: breakdown,
            distributions: distributions, checkpoints: checkpoints)
    }

    /// A run that was ended before anything happened: no series, no sample, nothing expected.
    static var empty: RunResult {
        var result = rich
        result.summary.ledger = LedgerSummary()
        result.summary.latency = ["all": none]
        result.summary.stages = [:]
        result.summary.providers = [:]
        result.summary.faults = []
        result.summary.expectations = []
        result.summary.amplification = .infinity
        result.summary.verdict = .init(passed: true, partial: true, reason: "interrupted at 0 s")
        result.about = ""
        result.variant = nil
        result.channelSeries = []
        result.providerSeries = []
        result.topicSeries = []
        result.storeSeries = []
        result.breakdown = []
        result.distributions = []
        result.checkpoints = []
        return result
    }

    static let hostileText = "</script><img src=x onerror=alert(1)>\"'&<!--"

    /// Names and texts that try to leave their place on the page.
    static var hostile: RunResult {
        var result = rich
        result.about = hostileText
        result.reproduction += " '\(hostileText)'"
        result.variant = hostileText
        result.summary.scenario.name = hostileText
        result.summary.expectations[0].text = hostileText
        result.summary.expectations[0].value = hostileText
        result.summary.faults[0].name = hostileText
        result.summary.faults[0].what = hostileText
        result.summary.verdict.reason = hostileText
        result.summary.providers["smtp"]?.answers[hostileText] = 7
        result.summary.providers[hostileText] = result.summary.providers["smtp"]
        result.summary.stages[hostileText] = result.summary.stages["sender"]
        result.summary.latency[hostileText] = result.summary.latency["push"]
        result.topicSeries[0].topic = hostileText
        result.storeSeries[0].store = hostileText
        result.providerSeries[0].provider = hostileText
        result.channelSeries[0].channel = hostileText
        result.breakdown[0].channel = hostileText
        result.breakdown[0].spans[0].name = hostileText
        result.distributions[0].name = hostileText
        return result
    }

    private static let none = LatencySummary(
        count: 0, mean: nil, p50: nil, p90: nil, p99: nil, p999: nil, p9999: nil, max: nil)
}
