// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleStatistics
import Testing

@Suite("How a theory is judged")
struct TheoryRowTests {
    private static func row(_ values: [Double], theory: Double = 10, halfWidth: Double? = 1) throws -> TheoryRow {
        try TheoryRow(
            TheoryPrediction(.meanLatency, theory), name: "mean latency",
            observations: values.enumerated().map { place, value in
                let interval = halfWidth.map { ConfidenceInterval(value, halfWidth: $0, level: 0.95, count: 20) }
                return (UInt64(place + 1), TheoryEstimate(value, interval: interval))
            })
    }

    private static let even = (0..<20).map { 10 + 0.4 * Double($0 % 2 * 2 - 1) }

    @Test("runs around the theory, within their intervals, are accepted")
    func accepted() throws {
        let row = try Self.row(Self.even)
        #expect(row.accepted && row.misses == 0 && row.measured == 10)
        #expect((row.meanProbability ?? 0) > 0.99)
        // Of 20 one miss is likeliest; all but that has 0.6226.
        #expect(abs((row.missesProbability ?? 0) - 0.622647) < 1e-6)
        // t for 99.9 % and 19 degrees of freedom: 3.883; the standard deviation of ±0.4 twenty times is 0.4104.
        #expect(abs(row.upper - (10 + 3.8834 * 0.41039 / 20.0.squareRoot())) < 1e-3)
    }

    @Test("a mean that lies beside the theory is rejected, however wide the runs' own intervals are")
    func bias() throws {
        let row = try Self.row(Self.even.map { $0 + 0.5 }, halfWidth: 5)
        #expect(!row.accepted && row.misses == 0 && (row.meanProbability ?? 1) < 0.001)
    }

    @Test("too many intervals that miss are rejected, even around the right mean", arguments: [(5, true), (6, false)])
    func misses(count: Int, accepted: Bool) throws {
        // P(X ≥ 5) = 0.0026 and P(X ≥ 6) = 0.00033 for a binomial X of 20 and 5 %.
        let values = (0..<20).map { $0 < count ? 10 + ($0 % 2 == 0 ? 2.0 : -2.0) : 10 + ($0 % 2 == 0 ? 0.1 : -0.1) }
        let row = try Self.row(values)
        #expect(row.misses == count && row.accepted == accepted)
        #expect(abs((row.missesProbability ?? 0) - (accepted ? 0.002574 : 0.000329)) < 2e-6)
    }

    @Test("intervals that miss too seldom are too wide, and rejected", arguments: [(144, true), (160, false)])
    func tooWide(count: Int, accepted: Bool) throws {
        // What is no likelier than no miss has 0.0015 together with 144 runs, 0.0004 with 160.
        let row = try Self.row((0..<count).map { 10 + ($0 % 2 == 0 ? 0.1 : -0.1) })
        #expect(row.misses == 0 && row.accepted == accepted, "\(row.missesProbability ?? 0)")
    }

    @Test("what has no interval of its own is judged by its mean")
    func pooledOnly() throws {
        let row = try Self.row(Self.even, halfWidth: nil)
        #expect(row.accepted && row.intervals == 0 && row.missesProbability == nil)
    }

    @Test("batches of a ratio give its interval; too few slots give none")
    func ratio() throws {
        let counts = [Double](repeating: 2, count: 43)
        let sums = (0..<43).map { $0 < 3 ? 1_000 : $0 % 4 < 2 ? 9.0 : 11.0 }
        let observation = try #require(TheoryEstimate(ratioOf: sums, to: counts))
        // Two slots a batch; the first three are left over.
        #expect(observation.value == 5)
        #expect((observation.interval?.count ?? 0) == 20)
        #expect(TheoryEstimate(ratioOf: [1, 2], to: [1, 1])?.interval == nil)
        #expect(TheoryEstimate(ratioOf: [], to: []) == nil)
        #expect(TheoryEstimate(ratioOf: [0, 0], to: [0, 0]) == nil)
    }
}
