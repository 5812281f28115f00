// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Envoy's adaptive concurrency.
struct EnvoyGradientTests {
    private let millisecond: Int64 = 1_000_000

    /// A limit whose least round trip has been found to be about 10 ms, at 100 ms.
    private func probed(_ change: (inout ConcurrencyPolicy) -> Void = { _ in }) -> ConcurrencyLimit {
        var policy = ConcurrencyPolicy(.envoyGradient)
        change(&policy)
        var limit = ConcurrencyLimit(policy)
        limit.renewJitter(0)
        for _ in 0..<policy.probeAnswers {
            limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 3, at: 100 * millisecond)
        }
        return limit
    }

    private func update(_ limit: inout ConcurrencyLimit, roundTrip: Int64, at now: Int64) {
        for _ in 0..<20 { limit.record(.answered, roundTrip: roundTrip, inFlight: 3, at: now) }
        // The first answer of the next interval ends this one; it is one of many there.
        limit.record(.answered, roundTrip: roundTrip, inFlight: 3, at: now + 100 * millisecond)
    }

    @Test("the published defaults")
    func defaults() {
        let policy = ConcurrencyPolicy(.envoyGradient)
        #expect([policy.initial, policy.minimum, policy.maximum, policy.probeAnswers] == [3, 3, 1_000, 50])
        #expect(
            [policy.percentileMicros, policy.probeJitterMicros, policy.bufferMicros] == [500_000, 150_000, 250_000])
    }

    @Test("it begins by measuring the least round trip: three calls under way, fifty answers")
    func begins() {
        var limit = ConcurrencyLimit(ConcurrencyPolicy(.envoyGradient))
        for _ in 0..<49 { limit.record(.answered, roundTrip: millisecond, inFlight: 3, at: 5 * millisecond) }
        #expect(limit.isProbing && limit.limit == 3)
        limit.record(.ignored, roundTrip: millisecond, inFlight: 3, at: 5 * millisecond)
        #expect(limit.isProbing)
        limit.record(.answered, roundTrip: millisecond, inFlight: 3, at: 5 * millisecond)
        #expect(!limit.isProbing)
    }

    @Test("limit ← g · limit + √(g · limit), with g = (minRTT + 25 %)/sampleRTT between ½ and 2")
    func gradient() {
        var limit = probed { $0.initial = 100 }
        #expect(limit.limit == 100)
        // g = 12.5/25, within the width of a bin: 50 + √50
        update(&limit, roundTrip: 25 * millisecond, at: 150 * millisecond)
        #expect((56...58).contains(limit.limit), "\(limit.limit)")
        // g = 2 at most: 2 · 57 + √114
        let before = Double(limit.limit)
        update(&limit, roundTrip: 2 * millisecond, at: 250 * millisecond)
        #expect(limit.limit == Int64(2 * before + (2 * before).squareRoot()))
        // g = ½ at least
        let high = Double(limit.limit)
        update(&limit, roundTrip: 900 * millisecond, at: 350 * millisecond)
        #expect(limit.limit == Int64(high / 2 + (high / 2).squareRoot()))
    }

    @Test("while the round trip stays below the least one and a quarter, the limit rises to its maximum")
    func rises() {
        var limit = probed { $0.maximum = 40 }
        for round in 0..<100 {
            update(&limit, roundTrip: 11 * millisecond, at: Int64(200 + round * 200) * millisecond)
        }
        #expect(limit.limit == 40)
    }

    @Test("every probe interval, with jitter, the limit is three until fifty new calls are answered, then as before")
    func probes() {
        var limit = probed { $0.initial = 100 }
        limit.renewJitter(.max)
        // 60 s and 15 % after 100 ms, less one step of the jitter that was drawn before: 0.
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 3, at: 60_099 * millisecond)
        #expect(limit.limit != 3)
        let before = limit.limit
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 3, at: 60_100 * millisecond)
        #expect(limit.isProbing && limit.limit == 3)
        for _ in 0..<100 { limit.record(.answered, roundTrip: 30 * millisecond, inFlight: 3, at: 60_120 * millisecond) }
        #expect(limit.isProbing, "they began before")
        for _ in 0..<50 { limit.record(.answered, roundTrip: 20 * millisecond, inFlight: 3, at: 60_130 * millisecond) }
        #expect(!limit.isProbing && limit.limit == before)
        #expect(limit.wantsJitter)
        // Now 20 ms is the least round trip: 25 ms is g = 1, and the limit grows by its root.
        update(&limit, roundTrip: 25 * millisecond, at: 60_300 * millisecond)
        #expect(limit.limit > before)
        // The next is 69 s after the last.
        limit.record(.answered, roundTrip: 20 * millisecond, inFlight: 3, at: 129_120 * millisecond)
        #expect(!limit.isProbing)
        limit.record(.answered, roundTrip: 20 * millisecond, inFlight: 3, at: 129_131 * millisecond)
        #expect(limit.isProbing)
    }

    @Test("when the limit has been at its least for five updates, the least round trip is measured anew at once")
    func stuck() {
        var limit = probed()
        for round in 0..<4 {
            update(&limit, roundTrip: 100 * millisecond, at: Int64(200 + round * 100) * millisecond)
            #expect(!limit.isProbing && limit.limit == 3)
        }
        for round in 4..<7 { update(&limit, roundTrip: 100 * millisecond, at: Int64(200 + round * 100) * millisecond) }
        #expect(limit.isProbing)
    }

    @Test("in a dispatcher it lets so many attempts go out at once")
    func dispatcher() {
        var policy = Policy.plain()
        policy.concurrency = ConcurrencyPolicy(.envoyGradient)
        let host = TestHost(policy)
        var mostAtOnce = 0
        host.onSend = { [unowned host] _ in
            mostAtOnce = max(mostAtOnce, host.underWay.count)
            #expect(host.underWay.count <= host.dispatcher.concurrencyLimit(ProviderIndex(rawValue: 0))!)
        }
        host.respond = { _ in (.milliseconds(10), .ok) }
        for _ in 0..<4_000 { host.consume() }
        host.drain()
        #expect(host.settled.values.allSatisfy { $0 == .delivered } && host.settled.count == 4_000)
        #expect(mostAtOnce > 6, "it rises from three")
    }
}
