// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels

extension WorldSpecification {
    /// What one message costs at a provider, in units of the currency, by the first policy that has prices; nil: none has.
    package func price(ofProvider provider: Int) -> Double? {
        guard let money = policies.lazy.compactMap(\.policy.routing.money).first(where: { !$0.prices.isEmpty }) else {
            return nil
        }
        let price = money.prices.first { Int($0.provider.rawValue) == provider }
        return Double(price?.micros ?? 0) / 1e6
    }
}

extension MeasurementSource {
    /// What a provider was paid, nil: all of them: it charges for all that it took, duplicates as well. nil: no policy has prices.
    package func spent(provider: Int?, in specification: WorldSpecification) -> Double? {
        var sum: Double?
        for place in provider.map({ $0..<$0 + 1 }) ?? specification.providers.indices {
            guard let price = specification.price(ofProvider: place) else { return nil }
            sum = (sum ?? 0) + Double(providerTotals(place).accepted) * price
        }
        return sum
    }
}
