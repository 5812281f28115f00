// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Queues with one server")
struct SingleServerTests {
    @Test("M/M/1 at 9/s into 10/s holds 9 customers for 1 s each")
    func textbook() throws {
        let queue = try MM1Queue(arrivalRate: 9, serviceRate: 10)
        #expect(agree(queue.utilisation, 0.9))
        #expect(agree(queue.meanNumber, 9))
        #expect(agree(queue.meanNumberWaiting, 8.1))
        #expect(agree(queue.meanSojourn, 1))
        #expect(agree(queue.meanWait, 0.9))
        #expect(agree(queue.sojournQuantile(0.99), 4.605_170_185_988_091))
        #expect(agree(queue.waitQuantile(0.99), 4.499_809_670_330_265))
        #expect(queue.waitQuantile(0.1) == 0)
        #expect(queue.waitQuantile(1) == nil && queue.sojournQuantile(-0.1) == nil)
    }

    @Test("M/M/1's numbers in the system sum to 1 and to their mean")
    func numbers() throws {
        let queue = try MM1Queue(arrivalRate: 4, serviceRate: 5)
        let probabilities = (0..<500).map(queue.probability(ofNumber:))
        #expect(agree(probabilities.reduce(0, +), 1))
        #expect(agree(zip(0..., probabilities).reduce(0) { $0 + Double($1.0) * $1.1 }, queue.meanNumber))
        #expect(queue.probability(ofNumber: -1) == 0)
    }

    @Test("exceedances at quantiles are what was asked for", arguments: [0.2, 0.5, 0.9, 0.999, 1 - 1e-9])
    func inverses(p: Double) throws {
        let single = try MM1Queue(arrivalRate: 0.9, serviceRate: 1)
        #expect(agree(single.sojournExceedance(try #require(single.sojournQuantile(p))), 1 - p, within: 1e-9))
        let constant = try MD1Queue(arrivalRate: 0.9, serviceTime: 1)
        #expect(agree(constant.waitExceedance(try #require(constant.waitQuantile(p))), 1 - p, within: 1e-9))
        #expect(agree(constant.sojournQuantile(p), try #require(constant.waitQuantile(p)) + 1))
    }

    @Test("Pollaczek and Khinchine's formula gives M/M/1 and M/D/1, and 1 + cv² of the latter in general")
    func pollaczekKhinchine() throws {
        let (rate, mean) = (70.0, 0.010)
        let exponential = try MG1Queue(arrivalRate: rate, service: .exponential(mean: mean))
        let constant = try MG1Queue(arrivalRate: rate, service: .constant(mean))
        let single = try MM1Queue(arrivalRate: rate, serviceRate: 1 / mean)
        let deterministic = try MD1Queue(arrivalRate: rate, serviceTime: mean)
        #expect(agree(exponential.meanWait, single.meanWait))
        #expect(agree(exponential.meanSojourn, single.meanSojourn))
        #expect(agree(exponential.meanNumber, single.meanNumber))
        #expect(agree(constant.meanWait, deterministic.meanWait))
        #expect(agree(constant.meanNumberWaiting, deterministic.meanNumberWaiting))
        #expect(agree(deterministic.meanWait, single.meanWait / 2))
        let variable = try MG1Queue(
            arrivalRate: rate, service: ServiceTime(mean: mean, coefficientOfVariation: 3))
        #expect(agree(variable.meanWait, 10 * deterministic.meanWait))
    }

    @Test("M/D/1's wait has Crommelin's distribution", arguments: [0.1, 0.5, 0.8, 0.95])
    func crommelin(load: Double) throws {
        let queue = try MD1Queue(arrivalRate: load, serviceTime: 1)
        // Σ (1 − ρ)e^(λ(t − k))(−λ(t − k))^k/k!, good for short times only.
        for time in [0, 0.25, 0.999, 1, 1.5, 2, 3.75, 6] {
            var within = 0.0
            for k in 0...Int(time) {
                let x = load * (time - Double(k))
                var term = SpecialFunctions.exponential(x)
                for factor in stride(from: 1, through: k, by: 1) { term *= -x / Double(factor) }
                within += term
            }
            #expect((queue.waitExceedance(time) - (1 - (1 - load) * within)).magnitude < 1e-11)
        }
    }

    @Test(
        "M/D/1's waits add up to their mean, and its numbers in the system to theirs",
        arguments: [0.001, 0.3, 0.9, 0.99])
    func deterministicMeans(load: Double) throws {
        let queue = try MD1Queue(arrivalRate: load / 0.02, serviceTime: 0.02)
        // Whole services in equal panels, since the distribution has a kink at each.
        let services = (try #require(queue.waitQuantile(1 - 1e-11)) / 0.02).rounded(.up)
        let mean = integral(to: services * 0.02, panels: 4 * Int(services), queue.waitExceedance)
        #expect(agree(mean, queue.meanWait, within: 1e-6))
        let probabilities = queue.numberProbabilities(count: 5000)
        #expect(agree(probabilities.reduce(0, +), 1))
        #expect(agree(zip(0..., probabilities).reduce(0) { $0 + Double($1.0) * $1.1 }, queue.meanNumber, within: 1e-9))
        #expect(agree(queue.waitExceedance(0), load, within: 1e-9))
        #expect(queue.waitExceedance(-1) == 1)
    }

    @Test("M/D/1's tail falls geometrically with the root of x = e^(ρ(x − 1))")
    func decay() throws {
        let queue = try MD1Queue(arrivalRate: 0.9, serviceTime: 1)
        // The root for ρ = 0.9, by Newton's iteration.
        var root = 1.3
        for _ in 0..<60 {
            let power = SpecialFunctions.exponential(0.9 * (root - 1))
            root -= (root - power) / (1 - 0.9 * power)
        }
        for time in [20.0, 100, 1000] {
            let ratio = queue.waitExceedance(time + 1) / queue.waitExceedance(time)
            // A wait of one service less: e^(−λ(x − 1)D) = 1/x.
            #expect(agree(ratio, 1 / root, within: 1e-9))
        }
    }

    @Test("what is not stable or not positive is an error that says so")
    func errors() {
        #expect(throws: QueueingError.unstable(utilisation: 1)) { try MM1Queue(arrivalRate: 5, serviceRate: 5) }
        #expect(throws: QueueingError.unstable(utilisation: 2)) { try MD1Queue(arrivalRate: 4, serviceTime: 0.5) }
        #expect(throws: QueueingError.notPositive(parameter: "arrival rate", value: 0)) {
            try MM1Queue(arrivalRate: 0, serviceRate: 5)
        }
        #expect(throws: QueueingError.self) { try MM1Queue(arrivalRate: 1, serviceRate: .nan) }
        #expect(throws: QueueingError.self) { try MM1Queue(arrivalRate: 1, serviceRate: .infinity) }
        #expect(throws: QueueingError.unstable(utilisation: 1.5)) {
            try MG1Queue(arrivalRate: 1.5, service: .exponential(mean: 1))
        }
        #expect("\(QueueingError.unstable(utilisation: 2))".contains("not stable"))
    }
}
