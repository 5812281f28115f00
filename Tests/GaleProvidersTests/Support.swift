// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness

/// A profile of which the tests say only what they are about.
func plain(
    capacity: Int64? = nil, maximumWait: Interval = .milliseconds(100),
    excess: ProviderProfile.Excess = .answer(ProviderResponse(status: 503)),
    latency: DistributionSpecification = .constant(10_000_000)
) -> ProviderProfile {
    var profile = ProviderProfile(dialect: .apns, latency: latency, excess: excess)
    profile.capacityMicros = capacity.map { $0 * 1_000_000 }
    profile.maximumWait = maximumWait
    return profile
}

/// A provider that is fed one call after the other.
struct Feed: ~Copyable {
    let provider: Provider
    let draws: Draws
    var now = Instant.zero
    var sent: UInt64 = 0

    init(_ profile: ProviderProfile, index: Int = 0, seed: UInt64 = 1) {
        draws = Draws(seed: seed)
        provider = Provider(profile: profile, index: index, draws: draws)
    }

    deinit { provider.deallocate() }

    /// One call after a gap; by default of a new notification to a new recipient.
    mutating func call(
        after gap: Interval = .zero, recipient: UInt64? = nil, key: UInt64? = nil, attempt: UInt32 = 1
    ) -> ProviderAnswer {
        now += gap
        sent += 1
        let request = ProviderRequest(recipient: recipient ?? sent, key: key ?? sent, attempt: attempt)
        return provider.answer(request, at: now)
    }

    /// Calls at a Poisson rate; what `count` says of each answer, summed.
    mutating func poisson(
        rate: Double, calls: Int, stream: UInt16 = 1, count: (ProviderAnswer, Instant) -> Int = { _, _ in 0 }
    ) -> Int {
        let gaps = Distribution(.exponential(mean: 1e9 / rate))
        let purpose = Purpose(layer: .workload, id: stream)
        var sum = 0
        for _ in 0..<calls {
            let gap = gaps.sample(draws.uniform(purpose, sent))
            let answer = call(after: .nanoseconds(gap))
            sum += count(answer, now)
        }
        return sum
    }
}

func isExcess(_ answer: ProviderAnswer, _: Instant) -> Int { answer.response.status == 503 ? 1 : 0 }
func isChanged(_ answer: ProviderAnswer, _: Instant) -> Int { answer.decisionsChangedBy == 0 ? 0 : 1 }
