// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("Closed loops")
struct ClosedLoopTests {
    private static let second = DistributionSpecification.constant(1e9)

    /// Messages submitted in each second, by intended send time.
    private static func submitted(_ world: World) -> [Int64] {
        (0..<world.measurements.slotCount).map { world.measurements.ledger(slot: $0, channel: 0).submitted }
    }

    @Test("a user thinks, sends, waits, and thinks again")
    func oneUser() {
        let (world, ledger) = Fixture.run(
            Fixture.closedLoop(
                population: 1, think: Self.second, service: .constant(500_000_000), duration: .seconds(9)))
        // At 1 s, 2.5 s, 4 s, 5.5 s, 7 s, 8.5 s.
        #expect(Self.submitted(world).prefix(9).elementsEqual([0, 1, 1, 0, 1, 1, 0, 1, 1]))
        #expect(ledger.submitted == 6 && ledger.delivered == 6)
        #expect(world.now == Instant.zero + .seconds(9), "nothing is left to do when the last message is done")
    }

    @Test("what a user sends just before the load ends is still done, and nobody begins after it")
    func drain() {
        let (world, ledger) = Fixture.run(
            Fixture.closedLoop(population: 3, think: Self.second, service: .constant(2e9), duration: .seconds(4)))
        // Three at 1 s; the first is done at 3 s and its user sends at 4 s, which is too late.
        #expect(ledger.submitted == 3 && ledger.delivered == 3)
        #expect(world.unsettled == 0 && world.peakUnsettled == 3)
    }

    @Test("without thinking every user always has a message on its way")
    func saturated() {
        let (world, ledger) = Fixture.run(
            Fixture.closedLoop(
                population: 7, think: .constant(0), servers: 2, service: .constant(100_000_000), duration: .seconds(10))
        )
        #expect(world.peakUnsettled == 7)
        // Two servers that never rest, and what is in the system when the load ends.
        #expect(ledger.delivered == ledger.submitted && abs(ledger.submitted - 205) <= 2, "\(ledger)")
    }

    @Test("the repairman's throughput and time in repair are those of theory")
    func machineRepair() {
        // Ten machines that run for 1 s on average, one repairman who takes 0.15 s.
        let (machines, think, service) = (10, 1.0, 0.15)
        var weights = [1.0]
        for broken in 1...machines {
            weights.append(weights[broken - 1] * Double(machines - broken + 1) * service / think)
        }
        let throughput = (1 - weights[0] / weights.reduce(0, +)) / service
        let specification = Fixture.closedLoop(
            population: Int64(machines), think: .exponential(mean: think * 1e9),
            service: .exponential(mean: service * 1e9),
            duration: .seconds(600))
        let rates = QueueingTests.Estimate(
            (1...8 as ClosedRange<UInt64>).map { seed in
                let counts = Self.submitted(Fixture.run(specification, seed: seed).world)[100..<600]
                return Double(counts.reduce(0, +)) / 500
            })
        #expect(rates.agrees(with: throughput, sharpness: 0.01), "\(rates) \(throughput)")
        let sojourn = QueueingTests.sojourn(specification)
        let theory = Double(machines) / throughput - think
        #expect(sojourn.agrees(with: theory, sharpness: 0.02), "\(sojourn) \(theory)")
    }

    @Test("a user whose message is shed thinks and tries again")
    func shed() {
        let (world, ledger) = Fixture.run(
            Fixture.closedLoop(
                population: 3, think: Self.second, service: .constant(10e9), duration: .milliseconds(9_500), capacity: 1
            ))
        // One is taken at 1 s and done at 11 s; the two others come once a second.
        #expect(ledger.submitted == 19 && ledger.shed == 18 && ledger.delivered == 1, "\(ledger)")
        #expect(Self.submitted(world).prefix(10).elementsEqual([0, 3, 2, 2, 2, 2, 2, 2, 2, 2]))
    }

    @Test("a user whose message expires, or is lost with its worker, goes on")
    func expiredAndLost() {
        var blackout = ProviderFault()
        blackout.blackout = true
        var specification = Fixture.pipeline(
            perSecond: 0, duration: .seconds(60), drain: .seconds(60),
            faults: [Fixture.provider(blackout, at: .zero, length: .seconds(100))])
        specification.workloads[0].closedLoop = ClosedLoopSpecification(population: 5, think: Self.second)
        specification.workloads[0].timeToLive = .seconds(3)
        let expired = Fixture.run(specification)
        #expect(expired.ledger.expired == expired.ledger.submitted && expired.ledger.submitted >= 5 * 3)
        #expect(expired.world.peakUnsettled == 5)

        var crashing = Fixture.closedLoop(
            population: 4, think: Self.second, servers: 4, service: Self.second, duration: .seconds(8))
        crashing.faults = [WorkerTests.crash(at: .milliseconds(1_500), length: .milliseconds(100))]
        let lost = Fixture.run(crashing)
        // All four are lost at 1.5 s, sent again at 2.5 s and done at 3.5 s; then every two seconds.
        #expect(lost.ledger.lost == 4 && lost.ledger.submitted == 16 && lost.ledger.delivered == 12, "\(lost.ledger)")
    }

    @Test("a closed loop runs through a log as well, users in step with what is delivered")
    func kafka() {
        var specification = Fixture.log(perSecond: 0, duration: .seconds(30))
        specification.workloads[0].closedLoop = ClosedLoopSpecification(
            population: 2_500, think: .exponential(mean: 1e9))
        let (world, ledger) = Fixture.run(specification)
        #expect(ledger.balances && ledger.delivered == ledger.submitted)
        #expect(ledger.submitted > 60_000 && ledger.submitted < 75_000 && world.peakUnsettled <= 2_500)
    }

    @Test("when users send first does not depend on what they are served by")
    func draws() {
        func first(_ service: DistributionSpecification) -> ArraySlice<Int64> {
            // The service of all outlasts the load: each user sends once.
            let specification = Fixture.closedLoop(
                population: 500, think: .exponential(mean: 5e9), servers: 500, service: service, duration: .seconds(15))
            return Self.submitted(Fixture.run(specification).world).prefix(15)
        }
        #expect(first(.constant(20e9)) == first(.exponential(mean: 1e17)))
    }
}
