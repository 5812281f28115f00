// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics
import Testing

@Suite("The unit exponential")
struct UnitExponentialTests {
    @Test("is exponential with mean one, in its fixed point")
    func shape() {
        let exponential = UnitExponential()
        let draws = Draws(seed: 4)
        let one = Double(UnitExponential.one)
        let samples = (0..<100_000 as Range<UInt64>).map { key in
            Double(exponential.sample(draws.uniform(Purpose(layer: .workload, id: 0), key))) / one
        }
        let test = KolmogorovSmirnov(sorted: samples.sorted()) {
            DistributionFunctions.exponential(mean: 1).cumulative($0)
        }
        #expect(test.probability > 1e-4)
        #expect((samples.reduce(0, +) / 100_000 - 1).magnitude < 0.015)
        #expect(exponential.sample(.max) < 1 << 38)
    }
}
