// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

extension WorldBuilder {
    func policy(_ pair: Item.Pair, providers: [ProviderSpecification]) -> PolicySpecification {
        let item = pair.item
        let deduplicate = item["deduplicate"]?.pairs == nil ? nil : item["deduplicate"]
        let suppress = item["suppress"]?.pairs == nil ? nil : item["suppress"]
        let waiting = item.choice("waiting", else: Policy.Waiting.park)
        let routes = routes(item["routes"], providers)
        let policy = Policy(
            routes: routes, timeout: item.interval("timeout"),
            waiting: waiting, deduplication: deduplicate.map(deduplication),
            retry: retry(item["retry"], waiting: waiting), breaker: breaker(item["breaker"]),
            limits: limits(item["limits"]),
            fallbacks: fallbacks(item["fallback"]), outlierEjection: outlierEjection(item["outlier-ejection"]),
            concurrency: concurrency(item["concurrency"]), bulkheads: bulkheads(item["bulkheads"]),
            shedding: shedding(item["shed"]), routing: routing(pair, routes), suppression: suppression(suppress),
            consent: consent(item["consent"]),
            order: order(item["order"], waiting),
            maximumDeliveries: item["max-deliveries"]?.integer.map { UInt8(clamping: $0) })
        checkAttempts(item, policy)
        if let topic = item["retry-topic"], policy.waiting != .retryTopic {
            diagnostics.error(
                "policy '\(pair.key)' names a retry topic but waits by '\(policy.waiting.rawValue)'", at: topic.place,
                remedy: "write `waiting: retry-topic`")
        }
        var stores: [StateKind: Int] = [:]
        stores[.deduplication] = index(.store, deduplicate?["store"])
        for (kind, store) in routingStores(item) { stores[kind] = store }
        stores[.suppression] = index(.store, suppress?["store"])
        stores[.consent] = index(.store, item["consent"]?["store"])
        return PolicySpecification(
            name: pair.key, policy: policy, stores: stores,
            retryTopic: index(.topic, item["retry-topic"]))
    }

    // MARK: Routes

    private func routes(_ item: Item?, _ providers: [ProviderSpecification]) -> [Policy.Route] {
        var routes: [Policy.Route] = []
        for pair in item?.pairs ?? [] {
            guard let channel = Channel.allCases.first(where: { $0.name == pair.key }) else { continue }
            if let platforms = pair.item.pairs, platforms.contains(where: { Tables.platformNames.contains($0.key) }) {
                if channel != .push {
                    diagnostics.error(
                        "only push has platforms; '\(channel.name)' has a list of providers", at: pair.item.place)
                }
                for entry in platforms {
                    guard let platform = Platform.allCases.first(where: { $0.name == entry.key }) else { continue }
                    routes.append(route(channel, platform, entry.item, providers))
                }
            } else {
                routes.append(route(channel, .none, pair.item, providers))
            }
        }
        return routes
    }

    private func route(
        _ channel: Channel, _ platform: Platform, _ item: Item, _ providers: [ProviderSpecification]
    ) -> Policy.Route {
        var equivalents: [(provider: ProviderIndex, weight: UInt32)] = []
        var dialects: [ProviderDialect] = []
        for (named, weight) in Self.equivalents(item) {
            guard let index = index(.provider, named) else { continue }
            if equivalents.contains(where: { $0.provider.rawValue == UInt16(index) }) {
                diagnostics.error("provider '\(named.word ?? "")' occurs twice in this route", at: named.place)
            }
            equivalents.append((ProviderIndex(rawValue: UInt16(index)), weight))
            let dialect = providers[index].profile.dialect
            checkDialect(dialect, channel, platform, named)
            if let first = dialects.first, first != dialect {
                diagnostics.error(
                    "'\(named.word ?? "")' speaks \(dialect) and is no equivalent of a provider that speaks \(first): "
                        + "a token belongs to one of them", at: named.place,
                    remedy: "give each platform its route, as push: {ios: [apns], android: [fcm]}")
            }
            dialects.append(dialect)
        }
        check(equivalents.map(\.weight), item)
        return Policy.Route(channel: channel, platform: platform, providers: equivalents)
    }

    private func check(_ weights: [UInt32], _ item: Item) {
        if weights.count > Policy.Route.mostProviders {
            diagnostics.error(
                "this route has \(weights.count) providers, and a dispatcher tells \(Policy.Route.mostProviders) apart",
                at: item.place, remedy: "give equivalents that differ in name alone one provider with their capacity")
        }
        if !weights.isEmpty, weights.allSatisfy({ $0 == 0 }) {
            diagnostics.error(
                "every provider of this route is a stand-by, with weight 0, and none that they stand by for",
                at: item.place, remedy: "give at least one a weight, such as 1")
        }
    }

    /// One name, a list of names, or a map of names to weights.
    private static func equivalents(_ item: Item) -> [(Item, UInt32)] {
        if item.word != nil { return [(item, 1)] }
        if let list = item.list { return list.map { ($0, 1) } }
        return (item.pairs ?? []).map { pair in
            (Item(value: .word(pair.key), place: pair.place, text: pair.key), UInt32(pair.item.integer ?? 1))
        }
    }

    private func checkDialect(_ dialect: ProviderDialect, _ channel: Channel, _ platform: Platform, _ item: Item) {
        // A provider whose dialect is wrong or missing has had its diagnostic.
        guard let name = item.word, scenario["providers"]?[name]?["dialect"]?.word != nil else { return }
        let valid: [ProviderDialect] =
            switch (channel, platform) {
            case (.push, .android): [.fcm]
            case (.push, _): [.apns, .fcm]
            case (.email, _): [.smtp]
            case (.sms, _): [.sms]
            case (.inApp, _): [.gateway]
            }
        if valid.contains(dialect) { return }
        let what = platform == .none ? channel.name : "\(channel.name) to \(platform.name)"
        let fitting = (order.names[.provider] ?? []).filter { name in
            Self.dialect(scenario["providers"]?[name]?["dialect"]?.word).map(valid.contains) ?? false
        }
        diagnostics.error(
            "provider '\(name)' speaks \(dialect), which does not deliver \(what); expected a provider that speaks "
                + valid.map { "\($0)" }.joined(separator: " or "), at: item.place, suggestion: fitting.first)
    }

    // MARK: Retry

    private func deduplication(_ item: Item) -> Policy.Deduplication {
        Policy.Deduplication(
            window: item.interval("window"), onFailure: item.choice("on-failure", else: .open),
            timeout: item.interval("timeout"))
    }

    /// A retry topic's header tells the channels of a way apart in one byte.
    private func checkAttempts(_ item: Item, _ policy: Policy) {
        let most = Policy.mostAttemptsWithFallback
        guard !policy.fallbacks.isEmpty, policy.retry.attempts != RetryPolicy.unlimited, policy.retry.attempts > most
        else { return }
        diagnostics.error(
            "\(policy.retry.attempts) attempts a channel are more than the \(most) that a policy with a fallback counts",
            at: item["retry"]?["attempts"]?.place ?? item.place,
            remedy: "`attempts: \(most)`, or `attempts: unlimited`, which ends at the notification's expiry")
    }

    private func fallbacks(_ item: Item?) -> [Policy.Fallback] {
        (item?.pairs ?? []).compactMap { pair in
            guard let from = Channel.allCases.first(where: { $0.name == pair.key }), let target = pair.item["to"],
                let to = Channel.allCases.first(where: { $0.name == target.word })
            else { return nil }
            if from == to {
                diagnostics.error("'\(from.name)' cannot fall back to itself", at: target.place)
            }
            return Policy.Fallback(from: from, to: to, after: pair.item["after"]?.integer.map(Interval.init))
        }
    }
}
