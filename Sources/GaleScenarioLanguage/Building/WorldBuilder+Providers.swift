// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness

extension WorldBuilder {
    func provider(_ pair: Item.Pair) -> ProviderSpecification {
        let item = pair.item
        let dialect = Self.dialect(item["dialect"]?.word) ?? .gateway
        // Without a valid dialect its reasons cannot be judged.
        let known = item["dialect"]?.word != nil
        func response(_ item: Item?) -> ProviderResponse {
            known ? self.response(item, dialect) : ProviderResponse(status: 500)
        }
        func outcome(_ item: Item?) -> ProviderResponse {
            known ? self.response(item, dialect, mayBeSuccess: true) : ProviderResponse(status: 500)
        }
        let profile = ProviderProfile(
            dialect: dialect, latency: item.distribution("latency"), capacityMicros: item["capacity"]?.integer,
            maximumWait: item.interval("maximum-wait"), excess: excess(item["excess"], response) ?? .queue,
            quota: quota(pair, response), outcomes: outcomes(item["outcomes"], dialect, outcome),
            retryAfter: item["retry-after"]?.integer.map(Interval.init), weatherSigma: item["weather"]?.decimal ?? 0,
            errorWeatherSigma: item["error-weather"]?.decimal ?? 0,
            rejectionCostMicros: item.integer("rejection-cost", else: 0),
            rejectionLatencyMicros: item.integer("rejection-latency", else: 0),
            answersOnAdmission: item["answers"]?.word == "on-admission",
            concurrency: item["concurrency"]?["limit"].map {
                ProviderProfile.Concurrency(
                    limit: Int($0.integer ?? 1), response: response(item["concurrency"]?["answer"]))
            }, greylisting: greylisting(item["greylisting"], response))
        return ProviderSpecification(name: pair.key, profile: profile, link: index(.link, item["link"]))
    }

    static func dialect(_ word: String?) -> ProviderDialect? {
        word.flatMap { Tables.dialectNames.firstIndex(of: $0) }.map { ProviderDialect.allCases[$0] }
    }

    /// `503` or `503 ServiceUnavailable`. A bare status stands for the first reason of the dialect that comes with it.
    func response(_ item: Item?, _ dialect: ProviderDialect, mayBeSuccess: Bool = false) -> ProviderResponse {
        guard let item, case .answer(let status, let text) = item.value else { return ProviderResponse(status: 500) }
        var reason = Reason.none
        if text.isEmpty {
            reason = Reason.all(dialect).first { $0.usualStatus == status } ?? .none
        } else if let known = Reason(dialect: dialect, text: text) {
            reason = known
        } else {
            let all = Reason.all(dialect)
            diagnostics.error(
                "'\(text.shortened)' is no reason that \(dialect) gives", at: item.place,
                suggestion: NearestName.of(text, among: all.map(\.text)),
                remedy: Self.reasons(all, status))
        }
        let response = ProviderResponse(status: status, reason: reason)
        if !mayBeSuccess, !response.isError(dialect) {
            diagnostics.error("\(status) is a success; expected an answer that is an error", at: item.place)
        }
        return response
    }

    /// Those that go with a status; where there are none, all of the dialect, each with its own.
    private static func reasons(_ all: [Reason], _ status: UInt16) -> String {
        let fitting = all.filter { $0.usualStatus == status }.map(\.text)
        if !fitting.isEmpty { return "valid with \(status): \(fitting.joined(separator: ", ")); or the bare status" }
        let own = all.compactMap { reason in reason.usualStatus.map { "\($0) \(reason.text)" } }.joined(separator: ", ")
        return own.isEmpty
            ? "write the bare status" : "no reason comes with \(status); valid: \(own); or the bare status"
    }

    func excess(_ item: Item?, _ response: (Item?) -> ProviderResponse) -> ProviderProfile.Excess? {
        guard let item else { return nil }
        switch item.word {
        case "queue": return .queue
        case "reset": return .reset
        default: return .answer(response(item))
        }
    }

    private func quota(_ pair: Item.Pair, _ response: (Item?) -> ProviderResponse) -> ProviderProfile.Quota? {
        guard let item = pair.item["quota"] else { return nil }
        if item.integer != nil {
            diagnostics.error(
                "provider '\(pair.key)': a plain rate changes the quota of a profile, but there is none",
                at: item.place,
                remedy: "write quota: {count: 600k, window: 1min, answer: 429}")
        }
        guard item.pairs != nil else { return nil }
        let count = item.integer("count")
        let steady = item["refill"]?.word != "at-once"
        if let burst = item["burst"], let value = burst.integer {
            if !steady {
                diagnostics.error("a quota that refills at once has no 'burst'", at: burst.place)
            } else if value > count {
                diagnostics.error("the burst \(value) is above the quota's count \(count)", at: burst.place)
            }
        }
        return ProviderProfile.Quota(
            count: count, window: item.interval("window"), refillsAtOnce: !steady, response: response(item["answer"]),
            burst: steady ? item["burst"]?.integer : nil)
    }

    private func outcomes(
        _ item: Item?, _ dialect: ProviderDialect, _ response: (Item?) -> ProviderResponse
    ) -> [ProviderProfile.OutcomeRate] {
        let list = item?.list ?? []
        let rates = list.map { outcome in
            let rate = ProviderProfile.OutcomeRate(
                response: response(outcome["answer"]), micros: outcome.integer("share", else: 0),
                layer: outcome.choice("layer", else: .call), knownFor: outcome.interval("since"))
            checkStamp(outcome["since"], rate.response, dialect)
            return rate
        }
        for layer in ProviderProfile.OutcomeRate.Layer.allCases {
            let sum = rates.filter { $0.layer == layer }.reduce(0) { $0 + $1.micros }
            if sum > 1_000_000, let item {
                diagnostics.error(
                    "the shares of the outcomes by \(layer.rawValue) sum to \(QuantityText.share(micros: sum)), "
                        + "expected 100% at most", at: item.place)
            }
        }
        return rates
    }

    private func greylisting(
        _ item: Item?, _ response: (Item?) -> ProviderResponse
    ) -> ProviderProfile.Greylisting? {
        guard let item, item.pairs != nil else { return nil }
        if item["delay"]?.integer != nil, item["memory"]?.integer != nil,
            item.interval("delay") > item.interval("memory")
        {
            diagnostics.error(
                "a first contact is forgotten before a retry is welcome: 'memory' is below 'delay'",
                at: item["memory"]?.place ?? item.place)
        }
        return ProviderProfile.Greylisting(
            micros: item.integer("share", else: 0), delay: item.interval("delay"), memory: item.interval("memory"),
            response: response(item["answer"]))
    }
}
