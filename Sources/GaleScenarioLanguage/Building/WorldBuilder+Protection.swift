// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

/// What a policy says about protection.
extension WorldBuilder {
    func breaker(_ item: Item?) -> BreakerPolicy? {
        guard let item, item.pairs != nil else { return nil }
        if item["slow-rate"] == nil, let slow = item["slow-after"] {
            diagnostics.error(
                "without a share of slow calls it does not matter what is slow", at: slow.place,
                remedy: "add `slow-rate:`, such as 80%")
        }
        if item["half-open"] == nil, let automatic = item["automatic"], automatic.boolean == true {
            diagnostics.error(
                "without a limit on the half-open time it does not matter when that begins", at: automatic.place,
                remedy: "add `half-open:`, such as 10s")
        }
        checkWindow(item)
        return BreakerPolicy(
            failureRateMicros: item.integer("failure-rate"), window: item.interval("window"),
            windowCalls: item["window-calls"]?.integer.map(Int.init), open: item.interval("open"),
            minimumCalls: item.count("minimum-calls"), halfOpenProbes: item.count("probes"),
            slowCallRateMicros: item["slow-rate"]?.integer,
            slowCallDuration: item["slow-after"]?.integer.map(Interval.init) ?? .seconds(60),
            maximumHalfOpen: item["half-open"]?.integer.map(Interval.init),
            automaticHalfOpen: item["automatic"]?.boolean ?? false)
    }

    /// A breaker looks at a time or at a number of calls, and can count no more calls than there are in the window.
    private func checkWindow(_ item: Item) {
        guard let calls = item["window-calls"], let count = calls.integer else { return }
        if item.gives("window"), let window = item["window"] {
            diagnostics.error(
                "a breaker's window is a time or a number of calls, but there are both 'window: \(window.text)' and "
                    + "'window-calls: \(calls.text)'", at: calls.place,
                remedy: "remove one of them (--set PATH=~ does so from outside)")
        }
        if item.gives("minimum-calls"), let minimum = item["minimum-calls"], let least = minimum.integer, least > count
        {
            diagnostics.error(
                "a window of the last \(count) calls never holds the \(least) that 'minimum-calls' wants",
                at: minimum.place, remedy: "`minimum-calls: \(count)` at most, or more `window-calls`")
        }
    }

    func limits(_ item: Item?) -> [Policy.RateLimit] {
        (item?.pairs ?? []).compactMap { pair in
            guard let provider = providerIndex(pair.key) else { return nil }
            let rate = pair.item.integer ?? pair.item.integer("rate")
            let algorithm = pair.item.choice("algorithm", else: Policy.RateLimit.Algorithm.tokenBucket)
            let tolerance = pair.item["tolerance"]?.integer
            if let place = pair.item["tolerance"]?.place {
                if algorithm != .gcra {
                    diagnostics.error(
                        "a token bucket has a burst, no tolerance", at: place, remedy: "write `algorithm: gcra`")
                } else if pair.item["burst"] != nil {
                    diagnostics.error("the tolerance says how many come at once; it needs no burst", at: place)
                }
            }
            // Without a burst of its own a limit lets through at once what one second allows.
            let early = tolerance.map { 1 + Int128($0) * Int128(rate) / 1_000_000_000_000_000 }
            let burst = pair.item["burst"]?.integer ?? early.map { Int64(clamping: $0) } ?? max(1, rate / 1_000_000)
            return Policy.RateLimit(
                provider: provider, ratePerSecondMicros: rate, burst: burst, algorithm: algorithm,
                tolerance: tolerance.map(Interval.init))
        }
    }

    private func providerIndex(_ name: String) -> ProviderIndex? {
        order.names[.provider]?.firstIndex(of: name).map { ProviderIndex(rawValue: UInt16($0)) }
    }

    func outlierEjection(_ item: Item?) -> OutlierPolicy? {
        guard let item, item.pairs != nil else { return nil }
        if item.interval("max-ejection") < item.interval("ejection") {
            diagnostics.error(
                "the longest ejection, \(item.interval("max-ejection")), is shorter than the first, "
                    + "\(item.interval("ejection"))",
                at: item[item.gives("max-ejection") ? "max-ejection" : "ejection"]?.place ?? item.place)
        }
        let success = item["success-rate"].flatMap { $0.pairs == nil ? nil : $0 }
        let failure = item["failure-percentage"].flatMap { $0.pairs == nil ? nil : $0 }
        return OutlierPolicy(
            consecutive: item.count("consecutive"), interval: item.interval("interval"),
            ejection: item.interval("ejection"), maximumEjection: item.interval("max-ejection"),
            maximumEjectedMicros: item.integer("max-ejected"), panicMicros: item.integer("panic"),
            successRate: success.map {
                OutlierPolicy.SuccessRate(
                    minimumHosts: $0.count("hosts"), minimumCalls: $0.count("calls"),
                    factorThousandths: Int64((($0["factor"]?.decimal ?? 1.9) * 1_000).rounded()))
            },
            failurePercentage: failure.map {
                OutlierPolicy.FailurePercentage(
                    thresholdMicros: $0.integer("threshold"), minimumHosts: $0.count("hosts"),
                    minimumCalls: $0.count("calls"))
            })
    }

    func concurrency(_ item: Item?) -> ConcurrencyPolicy? {
        guard let item, let word = item.word ?? item["algorithm"]?.word,
            let algorithm = ConcurrencyPolicy.Algorithm(rawValue: word)
        else { return nil }
        for pair in item.pairs ?? [] {
            guard let owners = Tables.concurrencyKeys[pair.key], !owners.contains(algorithm) else { continue }
            diagnostics.error(
                "\(algorithm.rawValue) has no \(pair.key); it belongs to "
                    + owners.map(\.rawValue).joined(separator: " and "), at: pair.place)
        }
        var policy = ConcurrencyPolicy(algorithm)
        if let value = item["initial"]?.integer { policy.initial = Int(value) }
        if let value = item["min"]?.integer { policy.minimum = Int(value) }
        if let value = item["max"]?.integer { policy.maximum = Int(value) }
        if let value = item["backoff-ratio"]?.integer { policy.backoffRatioMicros = value }
        if let value = item["slow-after"]?.integer { policy.slowAfter = Interval(nanoseconds: value) }
        if let value = item["tolerance"]?.integer { policy.toleranceMicros = value }
        if let value = item["queue"]?.integer { policy.queue = Int(value) }
        if let value = item["smoothing"]?.integer { policy.smoothingMicros = value }
        if let value = item["long-window"]?.integer { policy.longWindow = Int(value) }
        if let value = item["probe-multiplier"]?.integer { policy.probeMultiplier = Int(value) }
        if let value = item["percentile"]?.integer { policy.percentileMicros = value }
        if let value = item["update"]?.integer { policy.updateInterval = Interval(nanoseconds: value) }
        if let value = item["probe"]?.integer { policy.probeInterval = Interval(nanoseconds: value) }
        if let value = item["probe-jitter"]?.integer { policy.probeJitterMicros = value }
        if let value = item["probe-answers"]?.integer { policy.probeAnswers = Int(value) }
        if let value = item["buffer"]?.integer { policy.bufferMicros = value }
        checkBounds(policy, item)
        return policy
    }

    private func checkBounds(_ policy: ConcurrencyPolicy, _ item: Item) {
        if policy.maximum < policy.minimum {
            diagnostics.error(
                "the concurrency limit's bounds: the most, \(policy.maximum), is less than the least, \(policy.minimum)",
                at: item[item.gives("max") ? "max" : "min"]?.place ?? item.place,
                remedy: "the one that is not given is \(policy.algorithm.rawValue)'s own; give both `min` and `max`")
        } else if let initial = item["initial"], !(policy.minimum...policy.maximum).contains(policy.initial) {
            diagnostics.error(
                "the concurrency limit starts at \(policy.initial), which is not between its least, \(policy.minimum), and its "
                    + "most, \(policy.maximum)", at: initial.place,
                remedy:
                    "another `initial`, or other bounds: `min`, `max` (those not given are \(policy.algorithm.rawValue)'s "
                    + "own)")
        }
    }

    func bulkheads(_ item: Item?) -> BulkheadPolicy? {
        guard let item, item.pairs != nil else { return nil }
        let providers = (item["providers"]?.pairs ?? []).compactMap { pair in
            providerIndex(pair.key).map {
                BulkheadPolicy.Provider(provider: $0, attempts: Int(pair.item.integer ?? 1))
            }
        }
        if item["tenant"] == nil, let queue = item["tenant-queue"] {
            diagnostics.error(
                "nobody waits for a tenant's permits without a limit on them", at: queue.place,
                remedy: "add `tenant:`, such as 64")
        }
        return BulkheadPolicy(
            providers: providers, tenant: item["tenant"]?.integer.map(Int.init),
            tenantQueue: item.count("tenant-queue", else: 10_000))
    }

    func shedding(_ item: Item?) -> SheddingPolicy? {
        guard let item, item.pairs != nil else { return nil }
        if item["overload"] == nil && item["deadline"] == nil {
            diagnostics.error(
                "this sheds nothing", at: item.place, remedy: "add `overload: {delay: 1s}` or `deadline: 100%`")
        }
        let overload = item["overload"].flatMap { $0.pairs == nil ? nil : $0 }
        return SheddingPolicy(
            admission: overload.map {
                SheddingPolicy.Admission(
                    delay: $0.interval("delay"), window: $0.interval("window"),
                    windowNotifications: $0.count("notifications"), decreaseMicros: $0.integer("decrease"),
                    increaseMicros: $0.integer("increase"), sparedPriorities: Self.spared($0["spare"]?.word))
            }, deadlineShareMicros: item["deadline"]?.integer)
    }

    private static func spared(_ name: String?) -> Int {
        (Priority.allCases.firstIndex { $0.name == name }).map { $0 + 1 } ?? 0
    }
}
