// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct ConcurrencyLimitTests {
    private let millisecond: Int64 = 1_000_000

    private func vegas() -> ConcurrencyLimit {
        var policy = ConcurrencyPolicy(.vegas)
        policy.initial = 10
        policy.maximum = 20
        var limit = ConcurrencyLimit(policy)
        limit.renewJitter(.max)
        return limit
    }

    @Test("the published defaults")
    func defaults() {
        #expect(ConcurrencyLimit(ConcurrencyPolicy(.aimd)).limit == 10)
        #expect(ConcurrencyLimit(ConcurrencyPolicy(.vegas)).limit == 20)
        let gradient = ConcurrencyPolicy(.gradient2)
        #expect([gradient.initial, gradient.minimum, gradient.maximum, gradient.queue] == [20, 20, 200, 4])
        #expect(ConcurrencyPolicy(.vegas).maximum == 1_000)
    }

    @Test("AIMD: 1 more while at least half is in use, nine tenths after a drop or a round trip of more than 5 s")
    func aimd() {
        var limit = ConcurrencyLimit(ConcurrencyPolicy(.aimd))
        limit.record(.answered, roundTrip: millisecond, inFlight: 4)
        #expect(limit.limit == 10, "less than half in use")
        limit.record(.answered, roundTrip: millisecond, inFlight: 5)
        #expect(limit.limit == 11)
        limit.record(.dropped, roundTrip: millisecond, inFlight: 1)
        #expect(limit.limit == 9)
        limit.record(.answered, roundTrip: 5_000_000_000, inFlight: 9)
        #expect(limit.limit == 10)
        limit.record(.answered, roundTrip: 5_000_000_001, inFlight: 9)
        #expect(limit.limit == 9)
        limit.record(.ignored, roundTrip: 9_000_000_000, inFlight: 9)
        #expect(limit.limit == 9)
        for _ in 0..<100 { limit.record(.dropped, roundTrip: 1, inFlight: 1) }
        #expect(limit.limit == 1)
        for _ in 0..<1_000 { limit.record(.answered, roundTrip: 1, inFlight: 500) }
        #expect(limit.limit == 200)
    }

    @Test("Vegas: no queue +6, some +1, a long one or a drop −1 (limits of 10 to 99)")
    func vegasSteps() {
        var limit = vegas()
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 10)
        #expect(limit.limit == 10, "the first round trip is the least one")
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 10)
        #expect(limit.limit == 16, "q = 0")
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 7)
        #expect(limit.limit == 16, "less than half in use")
        // q = ⌈16 · (1 − 10/11)⌉ = 2: below 3
        limit.record(.answered, roundTrip: 11 * millisecond, inFlight: 10)
        #expect(limit.limit == 17)
        // q = ⌈17 · (1 − 10/14)⌉ = 5: between 3 and 6
        limit.record(.answered, roundTrip: 14 * millisecond, inFlight: 10)
        #expect(limit.limit == 17)
        // q = ⌈17 · (1 − 10/20)⌉ = 9
        limit.record(.answered, roundTrip: 20 * millisecond, inFlight: 10)
        #expect(limit.limit == 16)
        limit.record(.dropped, roundTrip: 11 * millisecond, inFlight: 1)
        #expect(limit.limit == 15)
        for _ in 0..<10 { limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 20) }
        #expect(limit.limit == 20, "its maximum")
    }

    @Test("Vegas: after half to one times 30 · limit answers it looks for the least round trip anew")
    func vegasProbe() {
        for (word, after) in [(UInt64.max, 300), (0, 150)] {
            var policy = ConcurrencyPolicy(.vegas)
            policy.initial = 10
            policy.maximum = 10
            var limit = ConcurrencyLimit(policy)
            #expect(limit.wantsJitter)
            limit.renewJitter(word)
            limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 10)
            for _ in 2..<after { limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 10) }
            #expect(!limit.wantsJitter)
            limit.record(.answered, roundTrip: 20 * millisecond, inFlight: 10)
            #expect(limit.wantsJitter, "probed at answer \(after)")
            #expect(limit.limit == 10)
            limit.renewJitter(word)
            limit.record(.answered, roundTrip: 40 * millisecond, inFlight: 10)
            #expect(limit.limit == 10, "q = 5 from 20 ms; from 10 ms it were 8")
        }
    }

    @Test(
        "Gradient2: 0.8 · L + 0.2 · (g · L + 4), with g between a half and one, 1.5 times the long-term time tolerated")
    func gradient2() {
        var policy = ConcurrencyPolicy(.gradient2)
        policy.initial = 100
        var limit = ConcurrencyLimit(policy)
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 49)
        #expect(limit.limit == 100, "less than half in use")
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 50)
        #expect(limit.limit == 100, "100.8")
        limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 100)
        #expect(limit.limit == 101, "101.6")
        // long = (10 + 10 + 10 + 130)/4 = 40; g = max(½, 1.5 · 40/130) = ½
        limit.record(.answered, roundTrip: 130 * millisecond, inFlight: 100)
        #expect(limit.limit == 92, "101.6 · 0.9 + 0.8 = 92.24")
        for _ in 0..<200 { limit.record(.answered, roundTrip: 10_000 * millisecond, inFlight: 100) }
        #expect(limit.limit >= 20)
        for _ in 0..<5_000 { limit.record(.answered, roundTrip: 10 * millisecond, inFlight: 200) }
        #expect(limit.limit == 200)
    }

    @Test(
        "whatever the answers, the limit stays within its bounds", arguments: ConcurrencyPolicy.Algorithm.allCases,
        1...20)
    func bounds(algorithm: ConcurrencyPolicy.Algorithm, seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var policy = ConcurrencyPolicy(algorithm)
        policy.minimum = 1 + random.below(30)
        policy.maximum = policy.minimum + random.below(300)
        policy.initial = random.below(400)
        policy.smoothingMicros = Int64(random.below(1_000_001))
        var limit = ConcurrencyLimit(policy)
        var moved: Set<Int64> = []
        for step in 0..<5_000 {
            if limit.wantsJitter { limit.renewJitter(random.next()) }
            let isBad = step / 500 % 2 == 1
            let sample: ConcurrencyLimit.Sample = random.chance(isBad ? 40 : 2) ? .dropped : .answered
            limit.record(
                sample, roundTrip: Int64(random.below(isBad ? 6_000_000_000 : 20_000_000)),
                inFlight: Int64(1 + random.below(Int(limit.limit))))
            #expect(limit.limit >= Int64(policy.minimum) && limit.limit <= Int64(policy.maximum))
            moved.insert(limit.limit)
        }
        if algorithm == .aimd { #expect(moved.count > min(5, policy.maximum - policy.minimum)) }
    }
}
