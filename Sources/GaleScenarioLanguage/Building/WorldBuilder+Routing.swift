// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

/// Where and when a notification goes, and before whom; and what workloads say of that.
extension WorldBuilder {
    func routing(_ pair: Item.Pair, _ routes: [Policy.Route]) -> RoutingPolicy {
        let item = pair.item
        let chosen = (item["choose-by"]?.list ?? []).compactMap(\.word)
        let routing = RoutingPolicy(
            choice: ProviderChoice(Tables.choices.filter { chosen.contains($0.name) }.map(\.choice)),
            money: money(pair), deadlines: deadlines(item["deadlines"]), presence: presence(item["presence"]),
            quietHours: quietHours(item["quiet-hours"]), cap: cap(item["cap"]),
            collapses: item["collapse"]?.boolean ?? false, lanes: lanes(item["lanes"]),
            isFair: item["fair"]?.boolean ?? false)
        if let presence = item["presence"], routing.presence != nil, !routes.contains(where: { $0.channel == .inApp }) {
            diagnostics.error(
                "policy '\(pair.key)' has a presence and no route in the app", at: presence.place,
                remedy: "add in-app: [PROVIDER] to policies.\(pair.key).routes")
        }
        return routing
    }

    /// The stores of a policy's routing, by kind.
    func routingStores(_ item: Item) -> [(StateKind, Int?)] {
        [
            (.presence, index(.store, item["presence"]?["store"])), (.cap, index(.store, item["cap"]?["store"])),
        ]
    }

    private func money(_ pair: Item.Pair) -> MoneyPolicy? {
        let item = pair.item
        let prices = (item["prices"]?.pairs ?? []).compactMap { entry -> MoneyPolicy.Price? in
            guard let provider = order.names[.provider]?.firstIndex(of: entry.key) else { return nil }
            return MoneyPolicy.Price(
                provider: ProviderIndex(rawValue: UInt16(provider)), micros: Self.micros(entry.item.decimal))
        }
        let budget = item["money"]?.pairs == nil ? nil : item["money"]
        let byCost = item["choose-by"]?.list?.first { $0.word == "cost" }
        if item["prices"] == nil, let needs = budget ?? byCost {
            diagnostics.error(
                "policy '\(pair.key)' looks at what messages cost and has no prices", at: needs.place,
                remedy: "add prices: {PROVIDER: 0.0075}")
        }
        guard budget != nil || !prices.isEmpty else { return nil }
        return MoneyPolicy(
            prices: prices, budgetMicros: budget.map { Self.micros($0["budget"]?.decimal) },
            period: budget?.interval("period") ?? .hours(24),
            whenUsedUp: budget?.choice("when-used-up", else: .onlyCheaper) ?? .onlyCheaper)
    }

    /// Millionths, rounded.
    private static func micros(_ units: Double?) -> Int64 { Int64(((units ?? 0) * 1_000_000).rounded()) }

    private func deadlines(_ item: Item?) -> TierDeadlines {
        guard let item else { return .none }
        if item.word == "courier" { return .courier }
        func tier(_ key: String) -> Interval? { item[key]?.integer.map(Interval.init) }
        let tiers = TierDeadlines(provider: tier("provider"), channel: tier("channel"), message: tier("message"))
        let lengths = [tiers.provider, tiers.channel, tiers.message].compactMap(\.self)
        if lengths != lengths.sorted() {
            diagnostics.error(
                "deadlines are nested: a provider's within a channel's within the message's", at: item.place)
        }
        return tiers
    }

    private func presence(_ item: Item?) -> PresencePolicy? {
        guard let item, item.pairs != nil else { return nil }
        return PresencePolicy(
            channels: channelList(item["channels"], else: [.push]), recency: item.interval("recency"),
            seenWithin: item["seen-within"]?.integer.map(Interval.init),
            onFailure: item.choice("on-failure", else: .open), timeout: item.interval("timeout"))
    }

    private func cap(_ item: Item?) -> FrequencyCap? {
        guard let item, item.pairs != nil else { return nil }
        return FrequencyCap(
            limit: item.count("limit"), window: item.interval("window"),
            channels: channelList(item["channels"], else: Channel.allCases),
            bypass: priority(item["bypass"]), onFailure: item.choice("on-failure", else: .open),
            timeout: item.interval("timeout"))
    }

    private func lanes(_ item: Item?) -> PriorityLanes.Discipline? {
        guard let item, !item.isNone, !item.isWrong else { return nil }
        guard item.pairs != nil else { return .standard }
        if let weights = item["weights"]?.pairs {
            if let ageing = item["ageing"] {
                diagnostics.error("lanes by weights need no ageing: none of them starves", at: ageing.place)
            }
            return .weighted(
                Tables.priorityNames.map { name in
                    UInt32(clamping: weights.first { $0.key == name }?.item.integer ?? 1)
                })
        }
        guard let ageing = item["ageing"] else { return .standard }
        return .strict(ageing: ageing.integer.map(Interval.init))
    }

    private func channelList(_ item: Item?, else standard: [Channel]) -> [Channel] {
        guard let item else { return standard }
        let names = (item.list ?? []).compactMap(\.word)
        return Channel.allCases.filter { names.contains($0.name) }
    }

    private func priority(_ item: Item?) -> Priority? { Priority.allCases.first { $0.name == item?.word } }

    // MARK: Quiet hours

    private func quietHours(_ item: Item?) -> QuietHours? {
        guard let item, item.pairs != nil else { return nil }
        let begin = minute(item["begin"])
        let end = minute(item["end"])
        if let begin, begin == end {
            diagnostics.error("quiet hours that end when they begin are none", at: item.place)
        }
        return QuietHours(
            begin: begin ?? 0, end: end ?? 0, channels: channelList(item["channels"], else: [.push, .sms]),
            bypass: priority(item["bypass"]),
            spread: item.interval("spread"),
            zone: item["zone"]?.word.flatMap(TimeZoneTable.iana.zone(named:)) ?? .unknown,
            epoch: epoch(item["starts"]) ?? 0)
    }

    /// Minutes after midnight.
    private func minute(_ item: Item?) -> Int? { item?.word.flatMap(ClockText.minute) }

    private func epoch(_ item: Item?) -> Int64? { item?.word.flatMap(ClockText.second) }

    // MARK: Workloads

    /// What a workload says of its notifications and recipients.
    func describeAudience(_ item: Item, _ workload: inout WorkloadSpecification) {
        if let word = item["priority"]?.word, let priority = Priority.allCases.first(where: { $0.name == word }) {
            workload.priorityMicros = [(priority, 1_000_000)]
        } else if let shares = item["priority"]?.pairs {
            checkSum(shares, of: "priority", at: item["priority"]?.place)
            workload.priorityMicros = shares.compactMap { pair in
                Priority.allCases.first { $0.name == pair.key }.map { ($0, pair.item.integer ?? 0) }
            }
        }
        if let shares = item["zones"]?.pairs {
            checkSum(shares, of: "zones", at: item["zones"]?.place)
            workload.zoneMicros = shares.compactMap { pair in
                TimeZoneTable.iana.zone(named: pair.key).map { ($0, pair.item.integer ?? 0) }
            }
        }
        workload.collapseKeys = item["collapse-keys"]?.integer ?? 0
        workload.isOrdered = item["ordered"]?.boolean ?? false
        if workload.isOrdered && workload.fanOut > 1 {
            diagnostics.error(
                "a workload with a fan-out is not ordered: one record stands for \(workload.fanOut) recipients",
                at: item["ordered"]?.place ?? item.place, remedy: "leave out `ordered`, or the fan-out")
        }
        if let renewals = item["renewals"], renewals.pairs != nil {
            workload.renewals = RenewalSpecification(
                shareMicros: renewals.integer("share", else: 0), within: renewals.interval("within"))
        }
        if let visits = item["in-app"], visits.pairs != nil {
            workload.visits = VisitSpecification(
                presentMicros: visits.integer("share"), visit: visits.interval("visit"),
                glance: visits.interval("glance"))
        }
    }
}
