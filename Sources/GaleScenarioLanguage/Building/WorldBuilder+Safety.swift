// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

/// What a policy says about dead recipients, order and poison.
extension WorldBuilder {
    func suppression(_ item: Item?) -> SuppressionPolicy? {
        guard let item, item.pairs != nil else { return nil }
        return SuppressionPolicy(
            strikes: item.count("strikes"), graylist: item.interval("graylist"), retention: item.interval("retention"),
            ceilingMicros: item.integer("ceiling"), window: item.interval("window"),
            minimumAnswers: item.count("minimum-answers"), onFailure: item.choice("on-failure", else: .open),
            timeout: item.interval("timeout"))
    }

    func consent(_ item: Item?) -> ConsentPolicy? {
        guard let item, item.pairs != nil else { return nil }
        return ConsentPolicy(
            onFailure: item.choice("on-failure", else: .closed), timeout: item.interval("timeout"))
    }

    /// Recipients who object: only a stage that asks for consent would notice.
    func objections(
        _ pair: Item.Pair, _ share: Item, _ stage: Int, _ world: WorldSpecification
    ) -> FaultEffect {
        for key in ["replica", "replicas", "pause"] {
            guard let own = pair.item.pairs?.first(where: { $0.key == key }) else { continue }
            diagnostics.error("objections are recipients', and have no '\(key)'", at: own.place)
        }
        let asks = world.stages[stage].steps.contains { step in
            guard case .deliver(let policy) = step, world.policies.indices.contains(policy) else { return false }
            return world.policies[policy].policy.consent != nil
        }
        let isOfReplicas = ["replica", "replicas", "pause"].contains { pair.item[$0] != nil }
        if !asks && !isOfReplicas {
            diagnostics.error(
                "stage '\(world.stages[stage].name)' does not ask for consent", at: share.place,
                remedy: "let it deliver by a policy with consent: {store: STORE}")
        }
        return .objections(
            stage: stage, shareMicros: share.integer ?? 0,
            channel: Channel.allCases.first { $0.name == pair.item["channel"]?.word })
    }

    /// Only APNs' 410 has a time stamp.
    func checkStamp(_ item: Item?, _ response: ProviderResponse?, _ dialect: ProviderDialect) {
        guard let item, dialect != .apns || response?.status != 410 else { return }
        diagnostics.error(
            "'since' is the time stamp of APNs' 410; this answer has none", at: item.place,
            remedy: "write answer: 410 Unregistered, or remove it")
    }

    func order(_ item: Item?, _ waiting: Policy.Waiting) -> OrderPolicy {
        guard let item, let word = item.word, let order = OrderPolicy(rawValue: word) else { return .none }
        if order == .key && waiting == .retryTopic {
            diagnostics.error(
                "a retry topic takes a notification out of its place, so that order can't be kept", at: item.place,
                remedy: "write `waiting: park` or `waiting: hold`")
        }
        return order
    }
}
