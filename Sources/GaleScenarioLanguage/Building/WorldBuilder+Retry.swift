// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

extension WorldBuilder {
    func retry(_ item: Item?, waiting: Policy.Waiting) -> RetryPolicy {
        guard let item, item.pairs != nil else { return RetryPolicy(backoff: .none, jitter: .none, attempts: 1) }
        var retry = RetryPolicy(
            backoff: item.choice("backoff", else: .exponential), jitter: item.choice("jitter", else: .full),
            base: item.interval("base"), cap: item.interval("cap"),
            attempts: item["attempts"]?.word == "unlimited" ? RetryPolicy.unlimited : item.count("attempts"),
            budget: budget(item["budget"]), retryAfterCap: item["retry-after-cap"]?.integer.map(Interval.init))
        if let multiplier = item["multiplier"]?.decimal { retry.multiplierMicros = Self.whole(multiplier, 1_000_000) }
        retry.throttledBase = item["throttled-base"]?.integer.map(Interval.init)
        retry.delays = intervals(item["delays"])
        if let share = item["jitter-share"]?.integer { retry.jitterShareMicros = share }
        if let spread = item["jitter-spread"]?.integer { retry.jitterSpread = Interval(nanoseconds: spread) }
        retry.lifetime = item["lifetime"]?.integer.map(Interval.init)
        if let admission = admission(item["admission"]) { retry.admission = admission }
        retry.whenRefused = item.choice("when-refused", else: .wait)
        retry.scope = item.choice("scope", else: .perProvider)
        retry.retryAfter = item.choice("retry-after", else: .atLeast)
        retry.hedging = item["hedge"].map {
            HedgingPolicy(copies: $0.count("copies", else: 2), delay: $0.interval("after"))
        }
        retry.clientRate = item["client-rate"].map { rate in
            ClientRatePolicy(
                betaMicros: rate.integer("beta"), scaleMicros: Self.whole(rate["scale"]?.decimal ?? 0.4, 1_000_000),
                smoothingMicros: rate.integer("smoothing"), leastPerSecondMicros: rate.integer("least"))
        }
        retry.levels = intervals(item["levels"])
        retry.replay = item["replay"].map {
            DeadLetterReplay(after: $0.interval("after"), ratePerSecondMicros: $0.integer("rate"))
        }
        check(retry, item, waiting)
        return retry
    }

    private func intervals(_ item: Item?) -> [Interval] {
        (item?.list ?? []).map { Interval(nanoseconds: $0.integer ?? 0) }
    }

    private static func whole(_ number: Double, _ unit: Double) -> Int64 { Int64((number * unit).rounded()) }

    private func budget(_ item: Item?) -> RetryBudgetPolicy? {
        guard let item else { return nil }
        if let share = item.integer { return RetryBudgetPolicy(ratioMicros: share) }
        guard item.pairs != nil else { return nil }
        return RetryBudgetPolicy(
            ratioMicros: item.integer("ratio", else: 0), window: item.interval("window"),
            reservePerSecond: item.integer("reserve", else: 0))
    }

    private func admission(_ item: Item?) -> RetryAdmission? {
        func millis(_ item: Item, _ key: String) -> Int64? { item[key]?.decimal.map { Self.whole($0, 1_000) } }
        if let bucket = item?["bucket"] {
            return .bucket(
                RetryBucketPolicy(
                    capacityMillis: millis(bucket, "capacity") ?? 0, costMillis: millis(bucket, "cost") ?? 1,
                    throttledCostMillis: millis(bucket, "throttled-cost"),
                    timeoutCostMillis: millis(bucket, "timeout-cost"), depositMillis: millis(bucket, "deposit") ?? 0,
                    refundsCost: bucket["refund"]?.boolean ?? true))
        }
        if let throttle = item?["throttle"] {
            return .throttle(
                RetryThrottlePolicy(
                    maximumMillis: millis(throttle, "tokens") ?? 0, ratioMillis: millis(throttle, "ratio") ?? 0))
        }
        if let concurrency = item?["concurrency"] {
            return .concurrency(
                RetryConcurrencyPolicy(
                    ratioMicros: concurrency.integer("ratio"), minimum: concurrency.integer("minimum")))
        }
        return item?["adaptive"].map { adaptive in
            .adaptive(
                AdaptiveThrottlePolicy(
                    multiplierMicros: Self.whole(adaptive["multiplier"]?.decimal ?? 2, 1_000_000),
                    window: adaptive.interval("window")))
        }
    }
}
