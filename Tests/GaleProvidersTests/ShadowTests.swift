// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

/// What a fault changed is compared with a twin of the provider that never had that fault.
@Suite("A shadow is what would have been")
struct ShadowTests {
    private static let purpose = Purpose(layer: .workload, id: 3)

    private func randomProfile(_ draws: Draws) -> ProviderProfile {
        func pick(_ n: UInt64, _ count: UInt64) -> Int64 {
            Int64(draws.uniform(Self.purpose, n).below(count))
        }
        let excesses: [ProviderProfile.Excess] = [.queue, .reset, .answer(ProviderResponse(status: 503))]
        var profile = plain(
            capacity: 600 + pick(0, 900), maximumWait: .milliseconds(pick(1, 300)), excess: excesses[Int(pick(2, 3))],
            latency: .lognormal(median: 20_000_000, sigma: 0.5))
        profile.weatherSigma = 0.3
        profile.answersOnAdmission = pick(3, 3) == 0
        profile.outcomes = [
            .init(response: ProviderResponse(status: 500), micros: 20_000, layer: .call),
            .init(response: ProviderResponse(status: 410), micros: 20_000, layer: .recipient),
        ]
        if pick(4, 2) == 0 {
            profile.quota = .init(
                count: 500 + pick(5, 500), window: .seconds(1), refillsAtOnce: pick(6, 2) == 0,
                response: ProviderResponse(status: 429))
        }
        if pick(7, 2) == 0 {
            profile.concurrency = .init(limit: Int(20 + pick(8, 80)), response: ProviderResponse(status: 429))
        }
        return profile
    }

    private func randomFault(_ draws: Draws, _ slot: UInt64) -> ProviderFault {
        func pick(_ n: UInt64, _ count: UInt64) -> Int64 {
            Int64(draws.uniform(Self.purpose, 100 + n, slot).below(count))
        }
        var fault = ProviderFault()
        if pick(0, 2) == 0 { fault.capacityMicros = pick(1, 1_000_000) }
        if pick(2, 3) == 0 { fault.errorMicros = pick(3, 1_000_000) }
        if pick(4, 3) == 0 { fault.latencyFactorMicros = 1_000_000 + pick(5, 5_000_000) }
        if pick(6, 4) == 0 { fault.excess = .answer(ProviderResponse(status: 421)) }
        fault.blackout = pick(7, 8) == 0
        return fault
    }

    @Test("a fault changed exactly the answers in which the provider differs from its twin", arguments: 1...20)
    func twins(seed: Int) {
        let draws = Draws(seed: UInt64(seed))
        let profile = randomProfile(draws)
        let slots = 0..<3
        let faults = slots.map { randomFault(draws, UInt64($0)) }
        // Each from one second on for two seconds, overlapping.
        func apply(_ provider: Provider, call: Int, at now: Instant, without: Int?) {
            for slot in slots where slot != without {
                if call == 700 * (slot + 1) { provider.begin(faults[slot], slot: slot, at: now) }
                if call == 700 * (slot + 1) + 1_500 { provider.end(slot: slot, at: now) }
            }
        }
        let actual = Provider(profile: profile, index: 1, draws: draws)
        let twins = slots.map { _ in Provider(profile: profile, index: 1, draws: draws) }
        defer {
            actual.deallocate()
            twins.forEach { $0.deallocate() }
        }
        // A tenth of the mean latency, as the provider reckons it.
        let material = Int64(Distribution(profile.latency).mean / 10)
        let gaps = Distribution(.exponential(mean: 1_000_000))
        var now = Instant.zero
        for call in 0..<8_000 {
            now += .nanoseconds(gaps.sample(draws.uniform(Self.purpose, 1_000, UInt64(call))))
            apply(actual, call: call, at: now, without: nil)
            let request = ProviderRequest(recipient: UInt64(call), key: UInt64(call), attempt: 1)
            let answer = actual.answer(request, at: now)
            for slot in slots {
                apply(twins[slot], call: call, at: now, without: slot)
                let other = twins[slot].answer(request, at: now)
                let differs =
                    answer.response != other.response
                    || abs((answer.departs - other.departs).nanoseconds) > material
                    || abs((answer.forwarded - other.forwarded).nanoseconds) > material
                let said = answer.decisionsChangedBy & 1 << UInt32(slot) != 0
                if said != differs {
                    Issue.record("call \(call), slot \(slot): \(answer) against \(other)")
                    return
                }
            }
        }
    }
}
