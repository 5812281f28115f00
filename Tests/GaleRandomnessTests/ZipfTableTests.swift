// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics
import Testing

@Suite("Zipf ranks")
struct ZipfTableTests {
    private static func expected(count: Int, skew: Double) -> [Double] {
        let weights = (1...count).map { SpecialFunctions.exponential(-skew * SpecialFunctions.logarithm(Double($0))) }
        let sum = weights.reversed().reduce(0, +)
        return weights.map { $0 / sum }
    }

    @Test(
        "have their probabilities to eight digits, or to a column's resolution",
        arguments: [(1, 1.0), (2, 0.5), (7, 0), (1000, 1.1), (50_000, 0.9), (300, 5)])
    func probabilities(_ count: Int, _ skew: Double) {
        let table = ZipfTable(count: count, skew: skew)
        for (found, wanted) in zip(table.probabilities, Self.expected(count: count, skew: skew)) {
            #expect((found - wanted).magnitude < 1e-8 * wanted + 0x1p-32 / Double(count))
        }
    }

    @Test("are drawn as often as they should be")
    func samples() {
        let table = ZipfTable(count: 100, skew: 1.1)
        var counts = [Int](repeating: 0, count: 100)
        let draws = Draws(seed: 5)
        for key: UInt64 in 0..<200_000 {
            counts[Int(table.sample(draws.uniform(Purpose(layer: .workload, id: 1), key)))] += 1
        }
        let expected = Self.expected(count: 100, skew: 1.1).map { $0 * 200_000 }
        #expect(ChiSquaredTest(observed: counts, expected: expected).probability > 1e-4)
    }

    @Test("stay in range at the ends of the draw")
    func range() {
        for count in [1, 2, 3, 1000] {
            let table = ZipfTable(count: count, skew: 1)
            #expect(table.sample(0) < UInt32(count))
            #expect(table.sample(.max) < UInt32(count))
        }
    }
}
