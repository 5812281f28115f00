// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct RetryBucketTests {
    private func retriesFromFull(_ policy: RetryBucketPolicy, _ cause: RetryBucket.Cause = .other) -> Int {
        var bucket = RetryBucket(policy)
        var count = 0
        while bucket.available(cause) > 0 {
            bucket.withdraw(cause)
            count += 1
        }
        return count
    }

    @Test("from a full bucket AWS 2.0 gives 100 failing retries, 50 after time-outs")
    func standard20() {
        #expect(retriesFromFull(.awsStandard20) == 100)
        #expect(retriesFromFull(.awsStandard20, .throttled) == 100)
        #expect(retriesFromFull(.awsStandard20, .timeout) == 50)
    }

    @Test("from a full bucket AWS 2.1 gives 35 failing retries, 100 after throttling")
    func standard21() {
        #expect(retriesFromFull(.awsStandard21) == 35)
        #expect(retriesFromFull(.awsStandard21, .timeout) == 35)
        #expect(retriesFromFull(.awsStandard21, .throttled) == 100)
    }

    @Test("failing retries go on at 20 % of successes with 2.0, at 7 % with 2.1, at 10 % with Brooker's bucket")
    func sustained() {
        func share(_ policy: RetryBucketPolicy) -> Double {
            var bucket = RetryBucket(policy)
            while bucket.available(.other) > 0 { bucket.withdraw(.other) }
            var retries = 0
            for _ in 0..<14_000 {
                bucket.succeeded(paid: nil)
                if bucket.available(.other) > 0 {
                    bucket.withdraw(.other)
                    retries += 1
                }
            }
            return Double(retries) / 14_000
        }
        #expect(abs(share(.awsStandard20) - 0.2) < 0.001)
        #expect(abs(share(.awsStandard21) - 1.0 / 14) < 0.001)
        #expect(abs(share(.brooker) - 0.1) < 0.001)
    }

    @Test("a success after a retry brings back what the retry cost, one without brings the deposit")
    func refund() {
        var bucket = RetryBucket(.awsStandard21)
        bucket.withdraw(.other)
        bucket.withdraw(.throttled)
        #expect(bucket.tokensMillis == 481_000)
        bucket.succeeded(paid: .throttled)
        #expect(bucket.tokensMillis == 486_000)
        bucket.succeeded(paid: nil)
        #expect(bucket.tokensMillis == 487_000)
        for _ in 0..<100 { bucket.succeeded(paid: .other) }
        #expect(bucket.tokensMillis == 500_000, "never above the capacity")
        var brooker = RetryBucket(.brooker)
        brooker.withdraw(.other)
        brooker.succeeded(paid: .other)
        #expect(brooker.tokensMillis == 9_100)
    }

    @Test("over any sequence, retries never cost more than the capacity and what came back", arguments: 1...20)
    func bound(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let policy = RetryBucketPolicy(
            capacityMillis: Int64(random.below(200_000)), costMillis: Int64(1 + random.below(20_000)),
            throttledCostMillis: Int64(1 + random.below(20_000)), timeoutCostMillis: Int64(1 + random.below(20_000)),
            depositMillis: Int64(random.below(2_000)), refundsCost: random.chance(50))
        var bucket = RetryBucket(policy)
        var (spent, returned): (Int64, Int64) = (0, 0)
        let causes: [RetryBucket.Cause] = [.other, .throttled, .timeout]
        for _ in 0..<3_000 {
            let cause = causes[random.below(3)]
            if random.chance(50) {
                bucket.succeeded(paid: random.chance(30) ? cause : nil)
                returned += max(policy.depositMillis, policy.refundsCost ? bucket.costMillis(cause) : 0)
            } else if bucket.available(cause) > 0 {
                bucket.withdraw(cause)
                spent += bucket.costMillis(cause)
            }
            #expect(bucket.tokensMillis >= 0 && bucket.tokensMillis <= policy.capacityMillis)
            #expect(spent <= policy.capacityMillis + returned)
        }
    }
}
