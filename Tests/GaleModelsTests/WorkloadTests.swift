// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleRandomness
import Testing

@Suite("Workloads")
struct WorkloadTests {
    typealias Points = [(at: Interval, perSecondMicros: Int64)]

    /// Notifications submitted in each second, by intended send time.
    static func arrivals(
        _ points: Points, arrivals: WorkloadSpecification.Arrivals, duration: Interval, fanOut: Int64 = 1,
        isDirect: Bool = true, seed: UInt64 = 1
    ) -> [Int64] {
        var specification = Fixture.station(perSecond: 1, servers: 1_000, service: .constant(1_000), duration: duration)
        if !isDirect { specification.brokers[0].kind = .kafka(KafkaProfile()) }
        specification.workloads[0].rate = RateSpecification(points: points)
        specification.workloads[0].arrivals = arrivals
        specification.workloads[0].fanOut = fanOut
        let (world, ledger) = Fixture.run(specification, seed: seed)
        #expect(world.measurements.slot == .seconds(1))
        let counts = (0..<world.measurements.slotCount).map {
            world.measurements.ledger(slot: $0, channel: 0).submitted
        }
        #expect(counts.reduce(0, +) == ledger.submitted && ledger.delivered == ledger.submitted)
        return counts
    }

    @Test("Poisson arrivals: counts per second have the rate as mean and as variance", arguments: [true, false])
    func poisson(isDirect: Bool) {
        let counts = Self.arrivals(
            [(.zero, 50_000_000)], arrivals: .poisson, duration: .seconds(600), isDirect: isDirect
        ).prefix(600).map(Double.init)
        let mean = counts.reduce(0, +) / 600
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 599
        #expect(abs(mean - 50) < 4 * (50.0 / 600).squareRoot())
        // The index of dispersion of 600 windows has a standard error of √(2/599).
        #expect(abs(variance / mean - 1) < 4 * (2.0 / 599).squareRoot())
        let covariance = zip(counts, counts.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) } / 599
        #expect(abs(covariance / variance) < 4 / 600.0.squareRoot())
    }

    @Test("another seed has other arrivals, the same seed the same")
    func seeds() {
        let first = Self.arrivals([(.zero, 50_000_000)], arrivals: .poisson, duration: .seconds(20))
        #expect(first == Self.arrivals([(.zero, 50_000_000)], arrivals: .poisson, duration: .seconds(20)))
        #expect(first != Self.arrivals([(.zero, 50_000_000)], arrivals: .poisson, duration: .seconds(20), seed: 2))
    }

    @Test("uniform arrivals are evenly spaced: a server as fast as they come never makes one wait")
    func uniform() {
        let counts = Self.arrivals([(.zero, 100_000_000)], arrivals: .uniform, duration: .seconds(10))
        #expect(counts.prefix(10).elementsEqual([Int64](repeating: 100, count: 10)))
        let world = Fixture.run(
            Fixture.station(
                perSecond: 128, servers: 1, service: .constant(7_812_500), duration: .seconds(50), arrivals: .uniform)
        ).world
        let histogram = world.measurements.latency(.channel(0), phase: 0)
        withExtendedLifetime(world) { #expect(histogram.min == 7_812_500 && histogram.max == 7_812_500) }
    }

    @Test("a ramp's arrivals per second are its integral")
    func ramp() {
        let counts = Self.arrivals(
            [(.zero, 0), (.seconds(50), 200_000_000), (.seconds(100), 0)], arrivals: .uniform, duration: .seconds(100))
        for second in 0..<50 {
            #expect(abs(Double(counts[second]) - (4 * Double(second) + 2)) <= 1)
            #expect(abs(Double(counts[99 - second]) - (4 * Double(second) + 2)) <= 1)
        }
    }

    @Test("equal instants make a step, and bursts are points as well")
    func step() {
        let rate: Points = [
            (.zero, 10_000_000), (.seconds(5), 10_000_000), (.seconds(5), 300_000_000), (.seconds(7), 300_000_000),
            (.seconds(7), 20_000_000),
        ]
        let counts = Self.arrivals(rate, arrivals: .uniform, duration: .seconds(12))
        let expected = [10, 10, 10, 10, 10, 300, 300, 20, 20, 20, 20, 20] as [Int64]
        for (second, count) in expected.enumerated() { #expect(abs(counts[second] - count) <= 1) }
    }

    @Test("there is no load before the first point of a curve, and none in a pause")
    func pauses() {
        let counts = Self.arrivals(
            [
                (.seconds(3), 50_000_000), (.seconds(5), 50_000_000), (.seconds(5), 0), (.seconds(8), 0),
                (.seconds(8), 50_000_000),
            ],
            arrivals: .poisson, duration: .seconds(10))
        #expect(counts[0..<3].allSatisfy { $0 == 0 } && counts[5..<8].allSatisfy { $0 == 0 })
        #expect(counts[3..<5].allSatisfy { $0 > 0 } && counts[8..<10].allSatisfy { $0 > 0 })
    }

    @Test(
        "nothing is submitted after the load's end", arguments: WorkloadSpecification.Arrivals.allCases, [true, false])
    func end(arrivals: WorkloadSpecification.Arrivals, isDirect: Bool) {
        let counts = Self.arrivals(
            [(.zero, 100_000_000), (.seconds(20), 300_000_000)], arrivals: arrivals,
            duration: .milliseconds(4_500), isDirect: isDirect)
        #expect(counts[4] > 40 && counts[5...].allSatisfy { $0 == 0 })
    }

    @Test("rates count notifications: a campaign's segments come as much rarer as they are larger")
    func segments() {
        let counts = Self.arrivals([(.zero, 1_000_000_000)], arrivals: .uniform, duration: .seconds(10), fanOut: 50)
        #expect(counts[0] == 20 * 50)
        #expect(counts[1..<10].allSatisfy { $0 == 20 * 50 })
    }
}

@Suite("What a notification's identity determines")
struct IdentityTests {
    static func world(seed: UInt64 = 1) -> World {
        var specification = Fixture.station(perSecond: 1, servers: 1, service: .constant(1))
        specification.workloads[0].channelMicros = [
            (.push, 800_000), (.email, 150_000), (.sms, 30_000), (.inApp, 20_000),
        ]
        specification.workloads[0].platformMicros = [(.ios, 550_000), (.android, 450_000)]
        specification.workloads[0].tenantCount = 2_000
        specification.workloads[0].tenantSkew = 1.1
        specification.workloads[0].recipientCount = 1_000
        specification.workloads[0].size = .lognormal(median: 1_024, sigma: 0.6)
        specification.workloads.append(specification.workloads[0])
        return World(specification, seed: seed)
    }

    static let count = 20_000

    /// Whether a share seen among `count` draws is that of theory, within four standard errors.
    static func agrees(_ seen: Int, _ share: Double, of total: Int = count) -> Bool {
        abs(Double(seen) / Double(total) - share) < 4 * (share * (1 - share) / Double(total)).squareRoot()
    }

    @Test("channels and platforms come in their shares; only push has a platform")
    func shares() {
        let world = Self.world()
        let views = (0..<Self.count).map { world.notification(workload: 0, ordinal: UInt64($0)) }
        for (channel, share) in [0.8, 0.15, 0.03, 0.02].enumerated() {
            #expect(Self.agrees(views.count { $0.channel == channel }, share))
        }
        let push = views.filter { $0.channel == 0 }
        let platforms = [Platform.ios, .android].map { platform in push.count { $0.platform == platform.rawValue } }
        #expect(Self.agrees(platforms[0], 0.55, of: push.count) && platforms[0] + platforms[1] == push.count)
        #expect(views.allSatisfy { $0.channel == 0 || $0.platform == Int(Platform.none.rawValue) })
    }

    @Test("tenants have Zipf's shares, recipients all the same")
    func skew() {
        let world = Self.world()
        let views = (0..<Self.count).map { world.notification(workload: 0, ordinal: UInt64($0)) }
        let weights = (1...2_000).map { PortableMath.power(Double($0), -1.1) }
        let sum = weights.reduce(0, +)
        for rank in [0, 1, 2, 9, 99] {
            #expect(Self.agrees(views.count { $0.tenant == rank }, weights[rank] / sum))
        }
        #expect(views.allSatisfy { $0.tenant < 2_000 && $0.recipient < 1_000 })
        #expect(Self.agrees(views.count { $0.recipient < 100 }, 0.1))
        #expect(Self.agrees(views.count { $0.size < 1_024 }, 0.5))
    }

    @Test("the same seed gives an identity the same properties; another seed, workload or unit gives it others")
    func identity() {
        let world = Self.world()
        let first = (0..<500).map { world.notification(workload: 0, ordinal: UInt64($0)) }
        let again = Self.world()
        #expect(first == (0..<500).map { again.notification(workload: 0, ordinal: UInt64($0)) })
        let other = Self.world(seed: 2)
        let others = [
            (0..<500).map { other.notification(workload: 0, ordinal: UInt64($0)) },
            (0..<500).map { world.notification(workload: 1, ordinal: UInt64($0)) },
            (0..<500).map { world.notification(workload: 0, ordinal: UInt64($0), unit: 1) },
        ]
        for views in others {
            // Two independent draws of a channel agree with probability Σp² = 0.6639.
            #expect(Self.agrees(zip(first, views).count { $0.channel == $1.channel }, 0.6638, of: 500))
            #expect(zip(first, views).count { $0.recipient == $1.recipient } < 5)
        }
    }
}
