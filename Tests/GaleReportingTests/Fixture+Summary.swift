// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension Fixture {
    static var summary: RunSummary {
        RunSummary(
            schema: "gale.summary.1",
            scenario: .init(name: "apns-brownout", fingerprint: "3f0c5a9be2d14478a1c09d6e5b7f2204"), seed: .max,
            version: "1", simulatedSeconds: 420,
            digest: .init(
                trajectory: "9c1f3f7e0a5d4b2e8f6071829304a5b6", outcome: "00ffee1122334455667788990aabbccd"),
            events: 812_345_678, ledger: ledger, attempts: 99_876_543, amplification: 2.312_345_678_9,
            latency: [
                "all": latency(42_000_000, scale: 1), "push": latency(33_600_000, scale: 1.3),
                "email": latency(6_300_000, scale: 4), "sms": latency(1_260_000, scale: 9),
                "in-app": latency(840_000, scale: 0.03),
            ],
            stages: [
                "router": StageSummary(
                    consumed: 43_200_000, redelivered: 1200, completed: 43_198_800, deadLettered: 0,
                    latency: latency(43_198_800, scale: 0.02), utilisation: 0.4312),
                "sender": StageSummary(
                    consumed: 44_100_000, redelivered: 901_200, completed: 43_100_800, deadLettered: 1_234,
                    latency: latency(43_100_800, scale: 1.1), utilisation: 0.999_95),
            ],
            providers: providerSummaries, faults: faults, expectations: expectations,
            verdict: .init(passed: false, partial: false, reason: nil),
            operations: .init(queue: 431_234_567, lanes: 912_345_678), peakUnsettled: 2_345_678)
    }

    static var ledger: LedgerSummary {
        LedgerSummary(
            submitted: 43_200_000, delivered: 41_992_000, deliveredLate: 8_000, expired: 1_150_000, suppressed: 40_000,
            deadLettered: 1_234, shed: 0, lost: 0, inFlight: 8_766, duplicates: 4_321)
    }

    static let timing = RunTiming(
        wallSeconds: 141.52, eventsPerSecond: 5_740_147.5, messagesPerSecond: 305_257.2, peakMemoryBytes: 512_345_678,
        idleMemoryBytes: 41_234_567)

    static func latency(_ count: Int64, scale: Double) -> LatencySummary {
        LatencySummary(
            count: count, mean: 0.412_3 * scale, p50: 0.046_001_234 * scale, p90: 0.31 * scale, p99: 2.412_9 * scale,
            p999: 31.4 * scale, p9999: 58.123_4 * scale, max: 61.987_654_321 * scale)
    }

    private static var expectations: [ExpectationSummary] {
        [
            ("lost = 0", true, "0", true), ("undelivered < 0.1%", false, "2.69 %", false),
            ("p99(push.latency) < 2s before brownout", true, "412 ms", false),
            (
                "within 2min after brownout: p99(push.latency) < 2s and backlog(outbox) < 10k", false, "inf", false
            ),
            ("amplification < 1.4", false, "2.31", false), ("errors(smtp) < 5%", true, "0.41 %", false),
        ].map { ExpectationSummary(text: $0.0, held: $0.1, value: $0.2, implied: $0.3) }
    }

    private static var faults: [FaultSummary] {
        [
            FaultSummary(
                name: "brownout", what: "provider apns: capacity 20%, excess 503", atSeconds: 120, lengthSeconds: 60,
                decisionsChanged: 5_812_345, inert: false),
            FaultSummary(
                name: "slow-sms", what: "provider sms-b: latency × 3", atSeconds: 240, lengthSeconds: 30.5,
                decisionsChanged: 0, inert: true),
        ]
    }

    private static var providerSummaries: [String: ProviderSummary] {
        let answers: [String: [String: Int64]] = [
            "apns": ["200": 21_000_000, "503 ServiceUnavailable": 55_876_543, "410 Unregistered": 40_000],
            "fcm": ["200": 15_120_000, "429 QUOTA_EXCEEDED": 12_000],
            "gateway": ["200": 864_000], "sms-a": ["accepted": 700_000, "throttled": 1_000],
            "sms-b": ["accepted": 560_000],
            "smtp": ["250 2.0.0": 6_280_000, "421 4.7.0": 20_000, "550 5.1.1": 3_000],
        ]
        var summaries: [String: ProviderSummary] = [:]
        for (index, name) in providers.enumerated() {
            let own = answers[name] ?? [:]
            let total = own.values.reduce(0, +)
            let accepted = own.filter { ["200", "accepted", "250 2.0.0"].contains($0.key) }.values.reduce(0, +)
            summaries[name] = ProviderSummary(
                attempts: total + 9, accepted: accepted, errors: total - accepted, timeouts: 9, answers: own,
                latency: latency(total, scale: 0.1 * Double(index + 1)))
        }
        return summaries
    }
}
