// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleRandomness
import Testing

@Suite("Direct topics are the queues of queueing theory")
struct QueueingTests {
    /// Mean over replications and its standard error.
    struct Estimate {
        var mean: Double
        var error: Double

        init(_ values: [Double]) {
            let count = Double(values.count)
            let mean = values.reduce(0, +) / count
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            self.mean = mean
            error = (squares / (count - 1) / count).squareRoot()
        }

        /// Within four standard errors, which must be sharp themselves.
        func agrees(with theory: Double, sharpness: Double) -> Bool {
            error < sharpness * theory && abs(mean - theory) < 4 * error
        }
    }

    /// Mean sojourn times in seconds, one per seed.
    static func sojourn(_ specification: WorldSpecification, seeds: ClosedRange<UInt64> = 1...8) -> Estimate {
        Estimate(
            seeds.map { seed in
                let (world, ledger) = Fixture.run(specification, seed: seed)
                #expect(ledger.balances && ledger.delivered + ledger.shed == ledger.submitted)
                let histogram = world.measurements.latency(.channel(0), phase: 0)
                return withExtendedLifetime(world) { Double(histogram.sum.low) / Double(histogram.count) / 1e9 }
            })
    }

    /// Probability of waiting in M/M/c (Erlang C) for `load` = λ/μ.
    static func erlangC(servers: Int, load: Double) -> Double {
        var blocking = 1.0
        for server in 1...servers { blocking = load * blocking / (Double(server) + load * blocking) }
        let utilisation = load / Double(servers)
        return blocking / (1 - utilisation * (1 - blocking))
    }

    /// Probability that M/M/c/K is full.
    static func full(servers: Int, places: Int, load: Double) -> Double {
        var weights = [1.0]
        for number in 1...places { weights.append(weights[number - 1] * load / Double(min(number, servers))) }
        return weights[places] / weights.reduce(0, +)
    }

    @Test("M/M/1: mean sojourn time 1/(μ−λ)", arguments: [0.5, 0.8])
    func singleServer(utilisation: Double) {
        let estimate = Self.sojourn(
            Fixture.station(
                perSecond: 100 * utilisation, servers: 1, service: .exponential(mean: 1e7), duration: .seconds(200)))
        let theory = 0.01 / (1 - utilisation)
        #expect(estimate.agrees(with: theory, sharpness: 0.05), "\(estimate) \(theory)")
    }

    @Test("M/M/4: mean sojourn time with Erlang's C")
    func fourServers() {
        let estimate = Self.sojourn(
            Fixture.station(perSecond: 80, servers: 4, service: .exponential(mean: 4e7), duration: .seconds(200)))
        let theory = 0.04 + Self.erlangC(servers: 4, load: 3.2) * 0.04 / (4 - 3.2)
        #expect(estimate.agrees(with: theory, sharpness: 0.04), "\(estimate) \(theory)")
    }

    @Test("M/D/1: half the waiting of M/M/1 (Pollaczek and Khinchine)")
    func constantService() {
        let estimate = Self.sojourn(
            Fixture.station(perSecond: 80, servers: 1, service: .constant(1e7), duration: .seconds(200)))
        let theory = 0.01 + 0.8 * 0.01 / (2 * 0.2)
        #expect(estimate.agrees(with: theory, sharpness: 0.05), "\(estimate) \(theory)")
    }

    @Test(
        "M/M/c/K: what finds all places taken is shed, with the probability of theory",
        arguments: [(1, 3, 0.8), (2, 5, 2.4), (3, 3, 2.0)])
    func bounded(servers: Int, places: Int, load: Double) {
        let specification = Fixture.station(
            perSecond: 100 * load, servers: servers, service: .exponential(mean: 1e7), duration: .seconds(40),
            capacity: Int64(places))
        let estimate = Estimate(
            (1...12 as ClosedRange<UInt64>).map { seed in
                let ledger = Fixture.run(specification, seed: seed).ledger
                #expect(ledger.balances && ledger.delivered + ledger.shed == ledger.submitted)
                return Double(ledger.shed) / Double(ledger.submitted)
            })
        let theory = Self.full(servers: servers, places: places, load: load)
        #expect(estimate.agrees(with: theory, sharpness: 0.05), "\(estimate) \(theory)")
    }

    @Test(
        "each station of a line has a latency of its own, whatever the next one does meanwhile",
        arguments: [true, false])
    func stationsInLine(isDirect: Bool) {
        var specification =
            isDirect
            ? Fixture.station(perSecond: 50, servers: 64, service: .constant(20_000_000), duration: .seconds(20))
            : Fixture.log(perSecond: 50, duration: .seconds(20), service: .constant(20_000_000))
        specification.topics.append(TopicSpecification(name: "second", broker: 0))
        specification.stages[0].steps.append(.emit(EmitSpecification(topic: 1, split: false)))
        specification.stages.append(
            StageSpecification(
                name: "last", topic: 1, replicas: 1, concurrency: 64, steps: [.compute(.constant(70_000_000))]))
        let (world, ledger) = Fixture.run(specification)
        #expect(ledger.delivered == ledger.submitted && ledger.submitted > 900)
        withExtendedLifetime(world) {
            for (stage, work) in [(0, 20_000_000), (1, 70_000_000)] as [(Int, Int64)] {
                let latency = world.measurements.latency(.stage(stage), phase: 0)
                // Ticks of 4 µs; a log takes some milliseconds on top.
                #expect(latency.count == ledger.submitted)
                #expect((latency.min ?? 0) >= work - 5_000, "\(latency.min ?? 0)")
                #expect((latency.mean ?? 0) < Double(work) + (isDirect ? 5_000 : 40_000_000), "\(latency.mean ?? 0)")
            }
        }
    }

    @Test("slots in use over the load's time are λ times the mean service time")
    func utilisation() {
        let specification = Fixture.station(
            perSecond: 80, servers: 4, service: .exponential(mean: 2e7), duration: .seconds(200))
        let estimate = Estimate(
            (1...4 as ClosedRange<UInt64>).map {
                Double(Fixture.run(specification, seed: $0).world.measurements.stage(0).busyNanoseconds) / 2e11
            })
        #expect(estimate.agrees(with: 1.6, sharpness: 0.02), "\(estimate)")
    }
}
