// SPDX-License-Identifier: Apache-2.0

/// The choice among a route's providers where more counts than their weights.
extension DispatcherCore {
    /// Sends that money allows now at the provider in this place.
    func affordable(_ place: Int32) -> Int64 {
        guard state.pointee.routing.hasMoney else { return .max / 2 }
        let price = state.pointee.routing.prices[Int(state.pointee.plan.equivalents[Int(place)].provider)]
        if price == 0 || state.pointee.routing.goesOnWithCheapest && state.pointee.routing.isCheapest[Int(place)] {
            return .max / 2
        }
        return state.pointee.routing.money.sends(at: price, now: state.pointee.now)
    }

    /// When money may allow one more; now, where it does.
    func moneyChance(_ place: Int32, _ promised: Int) -> Int64 {
        let now = state.pointee.now
        if affordable(place) > Int64(promised) { return now }
        return state.pointee.routing.money.nextPeriod(after: now)
    }

    /// An available and affordable equivalent: the one the chain is pinned to; otherwise among those not yet tried the
    /// cheapest, if cost counts, and of these one by weight, health and quota; otherwise the same among all.
    func pickSelectively(
        _ members: PlanRoute, _ chain: UnsafeMutablePointer<Chain>, _ usable: UInt32
    ) -> Int32? {
        let now = state.pointee.now
        var candidates: UInt32 = 0
        for offset in 0..<members.count where usable & (1 << UInt32(offset)) != 0 {
            let place = members.first + offset
            guard provider(place).pointee.isAvailable(at: now) else { continue }
            if affordable(place) <= 0 {
                state.pointee.routing.money.refuse()
                continue
            }
            if chain.pointee.flags.contains(.pinned),
                state.pointee.plan.equivalents[Int(place)].provider == chain.pointee.provider
            {
                return place
            }
            candidates |= 1 << UInt32(offset)
        }
        // With `WhenUsedUp.none` a later refusal ends the period for those before it, too.
        if state.pointee.routing.hasMoney {
            for offset in 0..<members.count where affordable(members.first + offset) <= 0 {
                candidates &= ~(1 << UInt32(offset))
            }
        }
        if candidates == 0 { return nil }
        let untried = candidates & ~chain.pointee.tried
        if untried != 0 { candidates = untried }
        if state.pointee.routing.choice.contains(.cost) { candidates = cheapest(members, candidates) }
        return pick(members, candidates) { merit($0) }
    }

    private func cheapest(_ members: PlanRoute, _ candidates: UInt32) -> UInt32 {
        var least = Int64.max
        var chosen: UInt32 = 0
        for offset in 0..<members.count where candidates & (1 << UInt32(offset)) != 0 {
            let provider = state.pointee.plan.equivalents[Int(members.first + offset)].provider
            let price = state.pointee.routing.prices[Int(provider)]
            if price < least {
                least = price
                chosen = 0
            }
            if price == least { chosen |= 1 << UInt32(offset) }
        }
        return chosen
    }

    /// Weight, by health and by the quota that is left, each in 1,024ths. At most 32 of them fit into one sum.
    private func merit(_ place: Int32) -> UInt64 {
        let equivalent = state.pointee.plan.equivalents[Int(place)]
        let provider = state.pointee.providers + Int(equivalent.provider)
        var merit = UInt64(equivalent.weight) << 20
        if state.pointee.routing.choice.contains(.health) {
            merit = (merit >> 10) * (state.pointee.routing.healths[Int(equivalent.provider)].share >> 10)
        }
        if state.pointee.routing.choice.contains(.quota) {
            var share = provider.pointee.bucket.shareLeft(at: state.pointee.now)
            if let guarded = provider.pointee.guarded, guarded.pointee.hasRate {
                share = min(share, guarded.pointee.rate.shareLeft(at: state.pointee.now))
            }
            merit = (merit >> 10) * share
        }
        return equivalent.weight == 0 ? 0 : max(1, merit)
    }
}
