// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct OutlierDetectorTests {
    private let second: Int64 = 1_000_000_000

    private func detector(_ policy: OutlierPolicy = OutlierPolicy(), hosts: Int = 10) -> OutlierDetector {
        OutlierDetector(policy, hostCount: hosts)
    }

    @Test("five failures in a row eject for 30 s, four and a success do not; it returns at a sweep")
    func consecutive() {
        var detector = detector()
        defer { detector.deallocate() }
        for _ in 0..<4 { detector.record(host: 3, failure: true, at: second) }
        detector.record(host: 3, failure: false, at: second)
        for _ in 0..<4 { detector.record(host: 3, failure: true, at: 2 * second) }
        #expect(detector.usable(at: 2 * second) == 0b11_1111_1111)
        detector.record(host: 3, failure: true, at: 2 * second)
        #expect(detector.usable(at: 2 * second) == 0b11_1111_0111)
        // 30 s after 2 s is 32 s; the sweep after that is at 40 s.
        #expect(detector.returnTime(of: 3) == 40 * second)
        #expect(detector.usable(at: 40 * second - 1) == 0b11_1111_0111)
        #expect(detector.usable(at: 40 * second) == 0b11_1111_1111)
    }

    @Test("the nth ejection in short succession lasts n times as long, at most 300 s, and good behaviour shortens it")
    func longer() {
        var detector = detector()
        defer { detector.deallocate() }
        var now: Int64 = 0
        for round in 1...12 as ClosedRange<Int64> {
            for _ in 0..<5 { detector.record(host: 0, failure: true, at: now) }
            #expect(detector.returnTime(of: 0) - now == min(round * 30, 300) * second)
            now = detector.returnTime(of: 0)
            #expect(detector.usable(at: now) & 1 == 1)
        }
        // Eleven is the most; four sweeps after the return take four off, and one more ejection makes it eight.
        now += 40 * second
        for _ in 0..<5 { detector.record(host: 0, failure: true, at: now) }
        #expect(detector.returnTime(of: 0) - now == 240 * second)
    }

    @Test("no more than 10 % of the hosts are ejected, but one always may be")
    func atMost() {
        var ten = detector(hosts: 10)
        defer { ten.deallocate() }
        for host in 0..<3 { for _ in 0..<5 { ten.record(host: host, failure: true, at: 0) } }
        #expect(ten.usable(at: 0) == 0b11_1111_1110)
        #expect(ten.prevented == 2)
        var two = detector(hosts: 2)
        defer { two.deallocate() }
        for _ in 0..<5 { two.record(host: 1, failure: true, at: 0) }
        #expect(two.usable(at: 0) == 0b01)
    }

    @Test("with less than half of the hosts left, all are used")
    func panic() {
        var detector = detector(OutlierPolicy(maximumEjectedMicros: 1_000_000), hosts: 4)
        defer { detector.deallocate() }
        for host in 0..<2 { for _ in 0..<5 { detector.record(host: host, failure: true, at: 0) } }
        #expect(detector.usable(at: 0) == 0b1100)
        for _ in 0..<5 { detector.record(host: 2, failure: true, at: 0) }
        #expect(detector.usable(at: 0) == 0b1111)
        #expect(detector.ejected == 0b0111)
    }

    @Test("Envoy's own example: with success rates of 50, 100, 100, 100, 100 the threshold is 52, and 50 is ejected")
    func successRate() {
        for (bad, isOut) in [(50, true), (53, false)] {
            var policy = OutlierPolicy(consecutive: 0)
            // At 53 the rates are 53 and four times 100: mean 90.6, deviation 18.8, threshold 54.88: out too, unless the
            // factor is 2 and the mean less 2 deviations 53 exactly.
            policy.successRate?.factorThousandths = isOut ? 1_900 : 2_000
            var detector = detector(policy, hosts: 5)
            defer { detector.deallocate() }
            for host in 0..<5 {
                for call in 0..<100 { detector.record(host: host, failure: host == 0 && call >= bad, at: second) }
            }
            #expect(detector.usable(at: 10 * second - 1) == 0b11111, "not before the sweep")
            #expect(detector.usable(at: 10 * second) == (isOut ? 0b11110 : 0b11111))
        }
    }

    @Test("success rates of hosts with fewer than 100 calls, or of fewer than 5 hosts, judge nobody")
    func tooFew() {
        for (hosts, calls) in [(4, 100), (5, 99)] {
            var detector = detector(OutlierPolicy(consecutive: 0), hosts: hosts)
            defer { detector.deallocate() }
            for host in 0..<hosts {
                for _ in 0..<calls { detector.record(host: host, failure: host == 0, at: second) }
            }
            #expect(detector.usable(at: 10 * second).nonzeroBitCount == hosts)
        }
    }

    @Test("the failure percentage ejects at 85 % of 50 calls, and is off by default")
    func failurePercentage() {
        for (rule, failures, isOut) in [
            (OutlierPolicy.FailurePercentage(minimumHosts: 2), 43, true), (.init(minimumHosts: 2), 42, false),
            (.init(minimumHosts: 3), 50, false), (nil, 50, false),
        ] {
            let policy = OutlierPolicy(consecutive: 0, successRate: nil, failurePercentage: rule)
            var detector = detector(policy, hosts: 2)
            defer { detector.deallocate() }
            for call in 0..<50 {
                detector.record(host: 0, failure: call < failures, at: second)
                detector.record(host: 1, failure: false, at: second)
            }
            #expect(detector.usable(at: 10 * second) == (isOut ? 0b10 : 0b11))
        }
    }

    @Test(
        "over random calls and pauses it ejects whom Envoy's detector ejects, with every sweep made", arguments: 1...20)
    func againstModel(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let count = 1 + random.below(12)
        let policy = OutlierPolicy(
            consecutive: random.below(8), interval: .milliseconds(Int64(500 + random.below(3_000))),
            ejection: .milliseconds(Int64(500 + random.below(5_000))), maximumEjection: .seconds(20),
            maximumEjectedMicros: Int64(random.below(11)) * 100_000,
            successRate: random.chance(70) ? .init(minimumHosts: 1 + random.below(5), minimumCalls: 5) : nil,
            failurePercentage: random.chance(50)
                ? .init(thresholdMicros: 500_000, minimumHosts: 1 + random.below(3), minimumCalls: 4) : nil)
        var detector = OutlierDetector(policy, hostCount: count)
        defer { detector.deallocate() }
        var model = OutlierModel(policy, hosts: count)
        var (now, out) = (Int64(0), 0)
        for step in 0..<3_000 {
            now += Int64(random.below(random.chance(1) ? 60_000_000_000 : 60_000_000))
            let host = random.below(count)
            let failure = random.chance(host == step / 300 % count ? 80 : 10)
            if random.chance(80) {
                detector.record(host: host, failure: failure, at: now)
                model.record(host, failure: failure, at: now)
            } else {
                _ = detector.usable(at: now)
                model.pass(to: now)
            }
            #expect(Set((0..<count).filter { detector.isEjected($0) }) == model.ejected)
            for ejected in model.ejected {
                #expect(detector.returnTime(of: ejected) > now)
                out += 1
            }
        }
        #expect(out > 0 || (policy.consecutive == 0 && policy.failurePercentage == nil))
    }
}
