// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

extension Policy {
    /// Push by provider 0, without jitter, budget, breaker or limit: each test adds what it is about.
    static func plain(
        providers: [(provider: Int, weight: UInt32)] = [(0, 1)], waiting: Waiting = .park,
        retry: RetryPolicy = RetryPolicy(jitter: .none, attempts: 4)
    ) -> Policy {
        Policy(
            routes: [
                Route(
                    channel: .push, platform: .none,
                    providers: providers.map { (ProviderIndex(rawValue: UInt16($0.provider)), $0.weight) })
            ], waiting: waiting, retry: retry)
    }

    func adding(_ channel: Channel, provider: Int) -> Policy {
        var policy = self
        policy.routes.append(
            Route(
                channel: channel, platform: .none, providers: [(ProviderIndex(rawValue: UInt16(provider)), 1)]))
        return policy
    }
}

extension ProviderDescription {
    static func gateways(_ count: Int) -> [ProviderDescription] {
        (0..<count).map { ProviderDescription(name: "p\($0)", dialect: .gateway) }
    }
}

extension ProviderResponse {
    static let overloaded = ProviderResponse(status: 503)
    static let refused = ProviderResponse(status: 400)
    static let gone = ProviderResponse(status: 410)
    static let forbidden = ProviderResponse(status: 403)
    static let notConnected = ProviderResponse(status: 404, reason: .named("NotConnected", in: .gateway))
}
