// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import Testing

@Suite("Capacity is a line, not a coin")
struct CapacityTests {
    @Test("below its capacity a provider serves every call")
    func servesAllBelowCapacity() {
        var feed = Feed(plain(capacity: 1_000))
        #expect(feed.poisson(rate: 800, calls: 50_000) { answer, _ in answer.accepted ? 1 : 0 } == 50_000)
    }

    @Test("doubling the load without any fault produces the 503s, about as many as exceed the capacity")
    func doubledLoadIsRefused() {
        var profile = plain(capacity: 1_000)
        profile.rejectionCostMicros = 0
        var feed = Feed(profile)
        let refused = feed.poisson(rate: 1_600, calls: 50_000, count: isExcess)
        let expected = 50_000 * 600 / 1_600
        #expect(abs(refused - expected) < expected / 20)
    }

    @Test("what is refused costs some of the service")
    func rejectionsCost() {
        var free = plain(capacity: 1_000), dear = plain(capacity: 1_000)
        free.rejectionCostMicros = 0
        dear.rejectionCostMicros = 100_000
        var freeFeed = Feed(free), dearFeed = Feed(dear)
        let refusedFree = freeFeed.poisson(rate: 4_000, calls: 40_000, count: isExcess)
        let refusedDear = dearFeed.poisson(rate: 4_000, calls: 40_000, count: isExcess)
        // Of 4 calls a, with a + 0.1 (4 − a) = 1, are served: 2/3 instead of 1.
        #expect(abs(refusedFree - 30_000) < 600)
        #expect(abs(refusedDear - 33_333) < 600)
    }

    @Test("a call waits exactly as long as those before it need, also at a rate that nanoseconds cannot express")
    func waitsAreExact() {
        var profile = plain(capacity: 80_000, maximumWait: .seconds(10), latency: .constant(0))
        for rate in [80_000, 300_000, 7] as [Int64] {
            profile.capacityMicros = rate * 1_000_000
            var feed = Feed(profile)
            for ahead in 0..<70 as Range<Int64> {
                let exact = (ahead * 1_000_000_000 + rate - 1) / rate
                #expect(feed.call().departs.nanoseconds == exact)
            }
        }
    }

    @Test("no call that is served waits longer than the maximum, and none is refused while the line is shorter")
    func boundHolds() {
        let bound = Interval.milliseconds(20)
        var feed = Feed(plain(capacity: 500, maximumWait: bound, latency: .constant(0)))
        for call in 0..<20_000 {
            let answer = feed.call(after: .microseconds(call % 3 == 0 ? 2_500 : 900))
            if answer.accepted { #expect(answer.departs - feed.now <= bound) }
        }
    }

    @Test("excess that queues is delayed but never refused")
    func queueNeverRefuses() {
        var feed = Feed(plain(capacity: 1_000, excess: .queue))
        var last = Instant.zero
        for call in 1...5_000 {
            let answer = feed.call(after: .microseconds(500))
            #expect(answer.accepted)
            #expect(answer.departs >= last)
            last = answer.departs
            if call == 5_000 { #expect(answer.departs - feed.now > .seconds(2)) }
        }
    }

    @Test("excess can be reset")
    func resets() {
        var feed = Feed(plain(capacity: 10, maximumWait: .zero, excess: .reset))
        #expect(feed.call().accepted)
        #expect(feed.call().response == .connectionReset)
    }

    @Test("a provider without bound serves everything at once")
    func unbounded() {
        var feed = Feed(plain())
        for _ in 0..<10_000 { #expect(feed.call().departs == .zero + .milliseconds(10)) }
    }

    @Test("the mean wait of Poisson arrivals is that of M/D/1", arguments: [0.5, 0.8])
    func meanWait(load: Double) {
        var feed = Feed(plain(capacity: 1_000, maximumWait: .seconds(3_600), latency: .constant(0)))
        // Batch means: 40 batches after one for warming up.
        let size = 20_000
        _ = feed.poisson(rate: 1_000 * load, calls: size)
        var means: [Double] = []
        for _ in 0..<40 {
            let sum = feed.poisson(rate: 1_000 * load, calls: size) { answer, now in
                Int((answer.departs - now).nanoseconds)
            }
            means.append(Double(sum) / Double(size))
        }
        let mean = means.reduce(0, +) / 40
        let variance = means.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 39
        let halfWidth = 3.5 * (variance / 40).squareRoot()
        // Pollaczek and Khinchine: ρ / (2 (1 − ρ)) service times.
        let theory = load / (2 * (1 - load)) * 1_000_000
        #expect(abs(mean - theory) < halfWidth, "\(mean) against \(theory) ± \(halfWidth)")
        #expect(halfWidth < theory / 20, "the interval is too wide to tell anything")
    }

    @Test("a latency so heavy-tailed that its mean is beyond any clock can be drawn from")
    func hugeMean() {
        var feed = Feed(plain(latency: .lognormal(median: 3e16, sigma: 20)))
        for _ in 0..<100 { #expect(feed.call(after: .seconds(1)).departs > feed.now) }
    }
}
