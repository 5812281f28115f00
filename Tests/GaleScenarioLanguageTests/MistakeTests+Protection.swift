// SPDX-License-Identifier: Apache-2.0

extension MistakeTests {
    private static func policy(_ name: String, _ line: String, says: [String], suggests: String? = nil) -> Mistake {
        Mistake(name, "waiting: park", "waiting: park\n    \(line)", says: says, suggests: suggests)
    }

    private static let breaker = "breaker: {failure-rate: 50%, window: 10s, open: 30s}"

    static let protection: [Mistake] = [
        Mistake(
            "slow calls of no share", breaker, "breaker: {slow-after: ¦2s}", says: ["share of slow calls", "slow-rate"]),
        Mistake(
            "an automatic half-open without end", breaker, "breaker: {automatic: ¦true}", says: ["half-open"]),
        policy(
            "a tolerance of a token bucket", "limits: {apns: {rate: 1k/s, tolerance: ¦5ms}}",
            says: ["a token bucket has a burst", "algorithm: gcra"]),
        policy(
            "a tolerance and a burst", "limits: {apns: {rate: 1k/s, burst: 5, algorithm: gcra, tolerance: ¦5ms}}",
            says: ["needs no burst"]),
        policy(
            "an algorithm that there is not", "limits: {apns: {rate: 1k/s, algorithm: ¦grca}}",
            says: ["token-bucket, gcra"], suggests: "gcra"),
        policy(
            "a longest ejection shorter than the first", "outlier-ejection: {ejection: 40s, max-ejection: ¦30s}",
            says: ["longest ejection, 30s", "40s"]),
        policy("an unknown concurrency limit", "concurrency: ¦vega", says: ["vegas"], suggests: "vegas"),
        policy(
            "a key of another concurrency limit", "concurrency: {algorithm: aimd, ¦tolerance: 2x}",
            says: ["aimd has no tolerance", "gradient2"]),
        policy(
            "a probe of another concurrency limit", "concurrency: {algorithm: gradient2, ¦probe-answers: 5}",
            says: ["gradient2 has no probe-answers", "envoy-gradient"]),
        Mistake(
            "a client rate that never comes back", "attempts: 6, budget: 20%}", "client-rate: {scale: ¦0}}",
            says: ["0.001"]),
        policy(
            "bounds the wrong way round", "concurrency: {algorithm: vegas, min: 30, max: ¦20}",
            says: ["the most, 20, is less than the least, 30"]),
        policy(
            "a start beyond the bounds", "concurrency: {algorithm: gradient2, initial: ¦10}",
            says: ["starts at 10", "its least, 20", "its most, 200"]),
        policy(
            "a queue without a limit", "bulkheads: {tenant-queue: ¦5}", says: ["permits", "tenant:"]),
        policy(
            "a bulkhead of a provider that there is not", "bulkheads: {providers: {¦apsn: 5}}", says: ["apsn"],
            suggests: "apns"),
        policy("a shedding of nothing", "shed: ¦{}", says: ["sheds nothing", "deadline"]),
        policy("an overload without a delay", "shed: {¦overload: {spare: none}}", says: ["delay"]),
    ]
}
