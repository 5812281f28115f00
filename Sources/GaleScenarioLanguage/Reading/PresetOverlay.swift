// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Writes out the presets that `retry:` names, as what they stand for, and puts the policy's own keys over them.
struct PresetOverlay {
    func apply(to tree: Tree) -> Tree {
        guard case .map(var sections) = tree.content,
            let index = sections.firstIndex(where: { $0.key == Entity.policy.section }),
            case .map(var policies) = sections[index].value.content
        else { return tree }
        for place in policies.indices {
            guard case .map(var keys) = policies[place].value.content,
                let retry = keys.firstIndex(where: { $0.key == "retry" })
            else { continue }
            keys[retry].value = expanded(keys[retry].value)
            policies[place].value.content = .map(keys)
        }
        sections[index].value.content = .map(policies)
        return Tree(.map(sections), at: tree.place)
    }

    private func expanded(_ tree: Tree) -> Tree {
        let name = tree.scalar ?? tree["preset"]?.scalar
        guard let preset = name.flatMap(RetryPolicy.Preset.init(rawValue:)) else { return tree }
        var own = (tree.entries ?? []).filter { $0.key != "preset" }
        if let most = preset.mostAttempts, let index = own.firstIndex(where: { $0.key == "attempts" }),
            let attempts = own[index].value.scalar.flatMap({ Int($0) }), attempts > most
        {
            own[index].value.content = .scalar("\(most)")
        }
        // Who says who may retry takes the preset's own rule away.
        let isAdmitting = own.contains { ["budget", "admission"].contains($0.key) }
        let standard = RetryText(RetryPolicy(preset), place: tree.place).entries.filter {
            !isAdmitting || !["budget", "admission"].contains($0.key)
        }
        return Tree(.map(standard), at: tree.place).overlaid(with: Tree(.map(own), at: tree.place))
    }
}

/// A retry policy as a scenario writes it.
private struct RetryText {
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

    private func share(_ micros: Int64) -> String { "\(Double(micros) / 10_000)%" }
    private func tokens(_ millis: Int64) -> String { "\(Double(millis) / 1_000)" }

    private func entry(_ key: String, _ text: String) -> Tree.Entry {
        Tree.Entry(key: key, place: place, value: Tree(.scalar(text), at: place))
    }

    private func map(_ key: String, _ entries: [Tree.Entry]) -> Tree.Entry {
        Tree.Entry(key: key, place: place, value: Tree(.map(entries), at: place))
    }
}
