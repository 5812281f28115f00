// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
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
