// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Writes out the presets that `retry:` and `breaker:` name, as what they stand for, and puts the policy's own keys over them.
struct PresetOverlay {
    func apply(to tree: Tree) -> Tree {
        guard case .map(var sections) = tree.content,
            let index = sections.firstIndex(where: { $0.key == Entity.policy.section }),
            case .map(var policies) = sections[index].value.content
        else { return tree }
        for place in policies.indices {
            guard case .map(var keys) = policies[place].value.content else { continue }
            for index in keys.indices {
                switch keys[index].key {
                case "retry": keys[index].value = retry(keys[index].value)
                case "breaker": keys[index].value = breaker(keys[index].value)
                default: break
                }
            }
            policies[place].value.content = .map(keys)
        }
        sections[index].value.content = .map(policies)
        return Tree(.map(sections), at: tree.place)
    }

    private func name(_ tree: Tree) -> String? { tree.scalar ?? tree["preset"]?.scalar }

    /// What the policy says itself.
    private func own(_ tree: Tree) -> [Tree.Entry] { (tree.entries ?? []).filter { $0.key != "preset" } }

    private func breaker(_ tree: Tree) -> Tree {
        guard let preset = name(tree).flatMap(BreakerPolicy.Preset.init(rawValue:)) else { return tree }
        let own = own(tree)
        var policy = BreakerPolicy(preset)
        // Who says over which time takes the preset's number of calls away, and the other way round.
        let isTimed = own.contains { $0.key == "window" }
        if isTimed { policy.windowCalls = nil }
        let calls = own.first { $0.key == "window-calls" }?.value.scalar.flatMap { try? Quantity.count($0) }
        if let calls, calls > 0, calls < policy.minimumCalls { policy.minimumCalls = Int(calls) }
        let isCounted = policy.windowCalls != nil || own.contains { $0.key == "window-calls" }
        let standard = BreakerText(policy, place: tree.place).entries.filter { !isCounted || $0.key != "window" }
        return Tree(.map(standard), at: tree.place).overlaid(with: Tree(.map(own), at: tree.place))
    }

    /// Whether `attempts` are more than `most`; what is no number at all is told of elsewhere.
    private func exceeds(_ attempts: String?, _ most: Int) -> Bool {
        guard let attempts, attempts != "unlimited" else { return attempts != nil }
        return (try? Quantity.count(attempts)).map { $0 > Int64(most) } ?? false
    }

    private func retry(_ tree: Tree) -> Tree {
        guard let preset = name(tree).flatMap(RetryPolicy.Preset.init(rawValue:)) else { return tree }
        var own = own(tree)
        if let most = preset.mostAttempts, let index = own.firstIndex(where: { $0.key == "attempts" }),
            exceeds(own[index].value.scalar, most)
        {
            own[index].value.content = .scalar("\(most)")
        }
        // Who says who may retry takes the preset's own rule away.
        let isAdmitting = own.contains { ["budget", "admission"].contains($0.key) }
        // Another jitter has no use for the preset's spread.
        let jitter = own.first { $0.key == "jitter" }?.value.scalar
        let isSpread = jitter.map { ["around", "growing"].contains($0) } ?? true
        let standard = RetryText(RetryPolicy(preset), place: tree.place).entries.filter {
            !(isAdmitting && ["budget", "admission"].contains($0.key)) && (isSpread || $0.key != "jitter-spread")
        }
        return Tree(.map(standard), at: tree.place).overlaid(with: Tree(.map(own), at: tree.place))
    }
}

/// A policy as a scenario writes it.
private protocol PolicyText {
    var place: Place { get }
}

extension PolicyText {
    fileprivate func share(_ micros: Int64) -> String { "\(Double(micros) / 10_000)%" }

    fileprivate func entry(_ key: String, _ text: String) -> Tree.Entry {
        Tree.Entry(key: key, place: place, value: Tree(.scalar(text), at: place))
    }

    fileprivate func map(_ key: String, _ entries: [Tree.Entry]) -> Tree.Entry {
        Tree.Entry(key: key, place: place, value: Tree(.map(entries), at: place))
    }
}

private struct BreakerText: PolicyText {
    let policy: BreakerPolicy
    let place: Place

    init(_ policy: BreakerPolicy, place: Place) {
        self.policy = policy
        self.place = place
    }

    var entries: [Tree.Entry] {
        var entries = [
            entry("failure-rate", share(policy.failureRateMicros)), entry("window", policy.window.description),
            entry("open", policy.open.description), entry("minimum-calls", "\(policy.minimumCalls)"),
            entry("probes", "\(policy.halfOpenProbes)"),
        ]
        if let calls = policy.windowCalls { entries.append(entry("window-calls", "\(calls)")) }
        if let slow = policy.slowCallRateMicros {
            entries += [entry("slow-rate", share(slow)), entry("slow-after", policy.slowCallDuration.description)]
        }
        if let most = policy.maximumHalfOpen { entries.append(entry("half-open", most.description)) }
        if policy.automaticHalfOpen { entries.append(entry("automatic", "true")) }
        return entries
    }
}

private struct RetryText: PolicyText {
    let policy: RetryPolicy
    let place: Place

    init(_ policy: RetryPolicy, place: Place) {
        self.policy = policy
        self.place = place
    }

    var entries: [Tree.Entry] {
        var entries = [
            entry("backoff", policy.backoff.rawValue), entry("jitter", policy.jitter.rawValue),
            entry("base", policy.base.description), entry("cap", policy.cap.description),
            entry("attempts", policy.attempts == RetryPolicy.unlimited ? "unlimited" : "\(policy.attempts)"),
            entry("retry-after-cap", policy.retryAfterCap?.description ?? "none"),
        ]
        if let base = policy.throttledBase { entries.append(entry("throttled-base", base.description)) }
        if !policy.delays.isEmpty {
            let delays = policy.delays.map { Tree(.scalar($0.description), at: place) }
            entries.append(Tree.Entry(key: "delays", place: place, value: Tree(.list(delays), at: place)))
        }
        if policy.jitterSpread > .zero { entries.append(entry("jitter-spread", policy.jitterSpread.description)) }
        if let lifetime = policy.lifetime { entries.append(entry("lifetime", lifetime.description)) }
        if policy.whenRefused != .wait { entries.append(entry("when-refused", policy.whenRefused.rawValue)) }
        if policy.scope != .perProvider { entries.append(entry("scope", policy.scope.rawValue)) }
        if policy.retryAfter != .atLeast { entries.append(entry("retry-after", policy.retryAfter.rawValue)) }
        if let rate = policy.clientRate {
            entries.append(
                map(
                    "client-rate",
                    [
                        entry("beta", share(rate.betaMicros)),
                        entry("scale", "\(Double(rate.scaleMicros) / 1_000_000)"),
                        entry("smoothing", share(rate.smoothingMicros)),
                        entry("least", "\(Double(rate.leastPerSecondMicros) / 1_000_000)/s"),
                    ]))
        }
        return entries + admission
    }

    private var admission: [Tree.Entry] {
        switch policy.admission {
        case .unlimited: return []
        case .budget(let budget):
            return [
                map(
                    "budget",
                    [
                        entry("ratio", share(budget.ratioMicros)), entry("window", budget.window.description),
                        entry("reserve", "\(budget.reservePerSecond)"),
                    ])
            ]
        case .bucket(let bucket):
            return other(
                "bucket",
                [
                    entry("capacity", tokens(bucket.capacityMillis)), entry("cost", tokens(bucket.costMillis)),
                    entry("throttled-cost", tokens(bucket.throttledCostMillis)),
                    entry("timeout-cost", tokens(bucket.timeoutCostMillis)),
                    entry("deposit", tokens(bucket.depositMillis)), entry("refund", "\(bucket.refundsCost)"),
                ])
        case .throttle(let throttle):
            return other(
                "throttle",
                [entry("tokens", tokens(throttle.maximumMillis)), entry("ratio", tokens(throttle.ratioMillis))])
        case .concurrency(let concurrency):
            return other(
                "concurrency",
                [entry("ratio", share(concurrency.ratioMicros)), entry("minimum", "\(concurrency.minimum)")])
        case .adaptive(let adaptive):
            return other(
                "adaptive",
                [
                    entry("multiplier", "\(Double(adaptive.multiplierMicros) / 1_000_000)"),
                    entry("window", adaptive.window.description),
                ])
        }
    }

    private func other(_ kind: String, _ entries: [Tree.Entry]) -> [Tree.Entry] {
        [map("admission", [map(kind, entries)])]
    }

    private func tokens(_ millis: Int64) -> String { "\(Double(millis) / 1_000)" }
}
