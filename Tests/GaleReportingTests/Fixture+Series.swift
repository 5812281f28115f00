// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension Fixture {
    /// From 0 to 1: noise that is the same in every run.
    private static func noise(_ a: Int, _ b: Int) -> Double {
        var mixed = UInt64(a) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(b) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 31)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 29)) >> 11) / 9_007_199_254_740_992
    }

    /// How hard the brownout is felt at a second, from 0 to 1; it fades over a minute and a half.
    private static func pain(_ second: Int) -> Double {
        if second < 120 { return 0 }
        if second < 180 { return min(1, Double(second - 118) / 8) }
        return max(0, 1 - Double(second - 180) / 90)
    }

    private static func load(_ second: Int) -> Double {
        second < 360 ? 120_000 * (1 + 0.25 * Double(second % 180) / 180) : 0
    }

    static var channelSeries: [RunResult.ChannelSeries] {
        let shares = [0.8, 0.15, 0.03, 0.02]
        let medians = [0.045, 0.9, 2.4, 0.004]
        return channels.enumerated().map { channel, name in
            let seconds = 0..<slots
            let submitted = seconds.map { Int64(load($0) * shares[channel] * (0.97 + 0.06 * noise($0, channel))) }
            let missed = seconds.map { channel == 0 ? pain($0) * 0.12 : 0 }
            let undelivered = zip(submitted, missed).map { Int64(Double($0) * $1) }
            func percentile(_ factor: Double, _ share: Double, _ salt: Int) -> [Double?] {
                seconds.map { second in
                    // An undelivered message is infinite: the slot has no finite value there.
                    guard second < 360, missed[second] < share else { return nil }
                    let ache = channel == 0 ? 1 + 60 * pain(second) : 1
                    return medians[channel] * factor * ache * (0.9 + 0.2 * noise(second, salt + channel))
                }
            }
            let throughput = seconds.map { second -> Int64 in
                if second >= 360 { return Int64(max(0, 9000 - Double(second - 360) * 300) * shares[channel]) }
                return submitted[second] - undelivered[second]
            }
            return RunResult.ChannelSeries(
                channel: name, submitted: submitted, delivered: zip(submitted, undelivered).map { $0 - $1 },
                undelivered: undelivered, throughput: throughput, p50: percentile(1, 0.5, 10),
                p99: percentile(7, 0.11, 20), p999: percentile(20, 0.01, 30))
        }
    }

    static var providerSeries: [RunResult.ProviderSeries] {
        let shares = [0.44, 0.36, 0.02, 0.018, 0.012, 0.15]
        return providers.enumerated().map { index, name in
            let attempts = (0..<slots).map { second -> Int64 in
                let retries = index == 0 ? 1 + 2.2 * pain(second) : 1
                return Int64(load(second) * shares[index] * retries * (0.96 + 0.08 * noise(second, index + 40)))
            }
            let errors = attempts.enumerated().map { second, count in
                Int64(Double(count) * (index == 0 ? 0.8 * pain(second) : index == 5 ? 0.004 : 0))
            }
            return RunResult.ProviderSeries(
                provider: name, attempts: attempts, errors: errors,
                timeouts: errors.map { index == 0 ? $0 / 12 : 0 })
        }
    }

    static var topicSeries: [RunResult.TopicSeries] {
        [
            .init(topic: "ingest", backlog: (0..<slots).map { Int64(load($0) * 0.01 * noise($0, 90)) }),
            .init(
                topic: "outbox",
                backlog: (0..<slots).map {
                    Int64(900 + 2_300_000 * pain($0) * pain($0) * (0.99 + 0.02 * noise($0, 91)))
                }),
        ]
    }

    static var storeSeries: [RunResult.StoreSeries] {
        [
            .init(
                store: "seen", calls: (0..<slots).map { Int64(load($0)) },
                errors: (0..<slots).map { Int64(load($0) * 0.0001 * noise($0, 92)) })
        ]
    }

    static var breakdown: [RunResult.ChannelBreakdown] {
        let places = [
            "broker", "waiting for a worker", "work", "store", "rate limit", "network", "provider", "backoff",
        ]
        let shares = [
            [4, 60, 1, 2, 5, 22, 60, 240.0], [5, 20, 1, 2, 0, 60, 900, 12], [5, 30, 1, 2, 900, 80, 2400, 40],
        ]
        return channels.enumerated().map { index, name in
            let milliseconds = index < 3 ? shares[index] : [1, 1, 1, 1, 0, 1, 3, 0]
            return .init(
                channel: name,
                spans: zip(places, milliseconds).map { .init(name: $0, meanSeconds: $1 / 1000) })
        }
    }

    static var distributions: [RunResult.LatencyDistribution] {
        (["all"] + channels).enumerated().map { index, name in
            let scale = [1, 1.3, 4, 9, 0.03][index]
            var points: [RunResult.LatencyDistribution.Point] = []
            var distance = 1.0
            while distance > 1e-6 {
                for tick in 0..<5 {
                    let quantile = 1 - distance * Double(10 - tick) / 10
                    let nines = 1 / (1 - quantile)
                    points.append(
                        .init(
                            quantile: quantile, seconds: min(62, 0.01 * nines.squareRoot() + 0.000_6 * nines) * scale,
                            count: Int64(1_000_000 * quantile) + 1))
                }
                distance /= 2
            }
            points.append(.init(quantile: 1, seconds: 62 * scale, count: 1_000_000))
            return .init(name: name, points: points)
        }
    }

    static var checkpoints: [RunResult.Checkpoint] {
        (1...4200).map { index in
            let digits = String(UInt64(index) &* 0x9e37_79b9_7f4a_7c15, radix: 16)
            let digest = String(repeating: "0", count: 32 - digits.count) + digits
            return .init(nanoseconds: Int64(index) * 100_000_000, events: UInt64(index) * 193_415, digest: digest)
        }
    }
}
