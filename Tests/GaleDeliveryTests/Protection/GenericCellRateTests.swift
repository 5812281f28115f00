// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct GenericCellRateTests {
    @Test("in any window of t no more than 1 + (tolerance + t) · rate calls conform, exactly", arguments: 1...30)
    func bound(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let rate = Int64(1 + random.below(999)) * (0..<random.below(10)).reduce(1) { value, _ in value * 10 }
        let perCall = max(1, 1_000_000_000_000_000 / rate)
        let tolerance = Int64(random.below(Int(clamping: perCall * 20)))
        var limiter = GenericCellRate(ratePerSecondMicros: rate, burst: 1, tolerance: tolerance)
        var made: [Int64] = []
        var now: Int64 = 0
        let isGreedy = random.chance(50)
        for _ in 0..<2_000 {
            now += Int64(random.below(Int(clamping: perCall * 2) + 1))
            if random.chance(1) { now += perCall * Int64(random.below(200)) }
            while limiter.conforms(at: now), isGreedy || random.chance(60) {
                limiter.take()
                made.append(now)
            }
        }
        #expect(made.count > 100)
        for first in made.indices {
            for last in [first + 1, first + 2, first + 21, first + 100, made.count - 1]
            where last > first && last < made.count {
                let allowed = Int128(tolerance + made[last] - made[first]) * Int128(rate)
                #expect(Int128(last - first) * 1_000_000_000_000_000 <= allowed)
            }
        }
    }

    @Test("with a burst it lets through exactly what a token bucket of that burst does", arguments: 1...20)
    func equalsTokenBucket(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let rate = Int64(1_000 + random.below(2_000_000_000))
        let burst = Int64(1 + random.below(20))
        var limiter = GenericCellRate(ratePerSecondMicros: rate, burst: burst)
        var bucket = TokenBucket(ratePerSecondMicros: rate, burst: burst)
        var now: Int64 = 0
        for _ in 0..<3_000 {
            now += Int64(random.below(Int(2_000_000_000_000_000 / rate)))
            #expect(limiter.available(at: now) == bucket.available(at: now))
            #expect(limiter.conforms(at: now) == (bucket.available(at: now) > 0))
            for count in 1...3 as ClosedRange<Int64> {
                #expect(limiter.time(of: count, after: now) == bucket.time(of: count, after: now))
            }
            if limiter.conforms(at: now), random.chance(80) {
                limiter.take()
                bucket.take()
            }
        }
    }

    @Test("no time and no rate make it overflow")
    func extremes() {
        var slow = GenericCellRate(ratePerSecondMicros: 1, burst: .max)
        #expect(slow.available(at: .max) == .max)
        var fast = GenericCellRate(ratePerSecondMicros: .max, burst: 1, tolerance: .max)
        #expect(fast.conforms(at: .max) == true)
        fast.take()
        var dry = GenericCellRate(ratePerSecondMicros: 0, burst: 1)
        #expect(dry.conforms(at: 0) == true)
        dry.take()
        #expect(dry.conforms(at: .max) == false)
        #expect(dry.time(of: 1, after: .max) == .max)
        #expect(dry.timeToFill == .max)
        var micro = GenericCellRate(ratePerSecondMicros: 1, burst: 1)
        micro.take()
        #expect(micro.time(of: 1, after: 0) == 1_000_000_000_000_000)
        #expect(micro.time(of: 2, after: 0) == .max, "it never lets more through at once than its burst")
    }
}
