// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Service times")
struct ServiceTimeTests {
    @Test("a lognormal one has the moments of its density, and the 99th percentile it was given")
    func lognormal() throws {
        let service = try ServiceTime.lognormal(median: 0.045, p99: 0.4)
        // σ from GSL's own quantile function.
        let sigma = SpecialFunctions.logarithm(0.4 / 0.045) / 2.326_347_874_040_841
        #expect(agree(DistributionFunctions.lognormal(median: 0.045, sigma: sigma).quantile(0.99), 0.4, within: 1e-9))
        func moment(_ power: Double) -> Double {
            integral(to: 24) { place in
                let z = place - 12
                let density = SpecialFunctions.exponential(-z * z / 2) / 2.506_628_274_631_000_5
                return density * SpecialFunctions.power(0.045 * SpecialFunctions.exponential(sigma * z), power)
            }
        }
        #expect(agree(service.mean, moment(1), within: 1e-9))
        #expect(agree(service.secondMoment, moment(2), within: 1e-9))
    }

    @Test("a hyperexponential one with balanced means has the variation it was made for")
    func hyperexponential() throws {
        let p = (1 + (3.0 / 5).squareRoot()) / 2
        let service = try ServiceTime.hyperexponential(branches: [(p, 0.01 / (2 * p)), (1 - p, 0.01 / (2 * (1 - p)))])
        #expect(agree(service.mean, 0.01))
        #expect(agree(service.coefficientOfVariation, 2))
        #expect(agree(service.secondMoment, try ServiceTime(mean: 0.01, coefficientOfVariation: 2).secondMoment))
    }

    @Test("Erlang's lies between the exponential one and the constant one")
    func erlang() throws {
        #expect(try ServiceTime.erlang(shape: 1, mean: 3) == .exponential(mean: 3))
        #expect(agree(try ServiceTime.erlang(shape: 4, mean: 3).coefficientOfVariation, 0.5))
        #expect(try ServiceTime.constant(3).coefficientOfVariation == 0)
    }

    @Test("impossible moments and branches are errors")
    func errors() {
        #expect(throws: QueueingError.impossibleMoments(mean: 2, secondMoment: 3)) {
            try ServiceTime(mean: 2, secondMoment: 3)
        }
        #expect(throws: QueueingError.self) { try ServiceTime(mean: 1, coefficientOfVariation: -1) }
        #expect(throws: QueueingError.self) { try ServiceTime.hyperexponential(branches: [(0.5, 1), (0.4, 1)]) }
        #expect(throws: QueueingError.self) { try ServiceTime.hyperexponential(branches: []) }
        #expect(throws: QueueingError.self) { try ServiceTime.erlang(shape: 0, mean: 1) }
        #expect(throws: QueueingError.self) { try ServiceTime.lognormal(median: 2, p99: 1) }
    }
}
