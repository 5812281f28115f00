// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct TokenBucketTests {
    @Test(
        "in any window there are no more than burst + rate · t tokens, and never fewer when all are wanted",
        arguments: 1...30)
    func bound(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let exponent = random.below(10)
        let rate = Int64(1 + random.below(999)) * (0..<exponent).reduce(1) { value, _ in value * 10 }
        let burst = Int64(1 + random.below(50))
        var bucket = TokenBucket(ratePerSecondMicros: rate, burst: burst)
        let perToken = max(1, 1_000_000_000_000_000 / rate)  // nanoseconds
        var taken: [Int64] = []
        var now: Int64 = 0
        let isGreedy = random.chance(50)
        for _ in 0..<3_000 {
            now += Int64(random.below(Int(clamping: perToken * 2) + 1))
            if random.chance(1) { now += perToken * Int64(random.below(200)) }
            while bucket.available(at: now) > 0, isGreedy || random.chance(60) {
                bucket.take()
                taken.append(now)
            }
        }
        #expect(!taken.isEmpty)
        for first in 0..<taken.count {
            for last in [first + Int(burst), first + Int(burst) * 2, first + 100, taken.count - 1]
            where last > first && last < taken.count {
                let count = UInt64(last - first + 1)
                let span = UInt64(taken[last] - taken[first])
                // count ≤ burst + rate · span / 10¹⁵, exactly
                let allowed = span.multipliedFullWidth(by: UInt64(rate))
                guard count > UInt64(burst) else { continue }
                let needed = (count - UInt64(burst)).multipliedFullWidth(by: 1_000_000_000_000_000)
                #expect((needed.high, needed.low) <= (allowed.high, allowed.low))
            }
        }
        if isGreedy {
            // A bucket never full between the first and the last take gives all that came.
            #expect(bucket.available(at: now) == 0)
        }
    }

    @Test("the next token comes at the first nanosecond at which there is one", arguments: 1...20)
    func nextToken(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var bucket = TokenBucket(ratePerSecondMicros: Int64(1 + random.below(2_000_000_000)), burst: 3)
        var now: Int64 = 0
        for _ in 0..<500 {
            now += Int64(random.below(1_000_000))
            while bucket.available(at: now) > 0 { bucket.take() }
            let next = bucket.time(of: 1, after: now)
            #expect(next > now)
            var early = bucket
            #expect(early.available(at: next - 1) == 0)
            #expect(bucket.available(at: next) == 1)
            now = next
        }
    }

    @Test("no time and no rate make it overflow")
    func extremes() {
        var slow = TokenBucket(ratePerSecondMicros: 1, burst: .max / 4)
        #expect(slow.available(at: .max) == .max / 4)
        var fast = TokenBucket(ratePerSecondMicros: .max, burst: 1)
        fast.take()
        #expect(fast.available(at: 1) == 1)
        var dry = TokenBucket(ratePerSecondMicros: 0, burst: 1)
        dry.take()
        #expect(dry.available(at: .max) == 0)
        #expect(dry.time(of: 1, after: 5) == .max)
        var micro = TokenBucket(ratePerSecondMicros: 1, burst: 1)
        micro.take()
        #expect(micro.time(of: 1, after: 0) == 1_000_000_000_000_000)
        #expect(micro.time(of: 2, after: 0) == .max, "it never holds more than its burst")
    }
}
