// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Transient removal")
struct TransientRemovalTests {
    /// Five samples around each batch mean.
    private func spread(_ means: [Double]) -> [Double] {
        means.flatMap { [$0 - 1, $0 + 1, $0, $0 + 0.5, $0 - 0.5] }
    }

    @Test("MSER-5 deletes the first batch of a series worked out by hand")
    func hand() throws {
        // The rule's values from 0 deleted batches on: 36.4/100, 4/81, 4/64, (20/7)/49, 2/36, 2/25.
        let removal = try TransientRemoval(spread([8, 2, 1, 3, 2, 2, 1, 3, 2, 2]))
        #expect(removal.deleted == 5)
        #expect(agree(removal.statistic, 4.0 / 81))
        #expect(removal.isSettled)
        // Three samples that fill no batch are not looked at.
        #expect(try TransientRemoval(spread([8, 2, 1, 3, 2, 2, 1, 3, 2, 2]) + [900, 900, 900]) == removal)
    }

    @Test("nothing is deleted from a series that is settled from the start")
    func settled() throws {
        #expect(try TransientRemoval(spread([2, 1, 3, 2, 2, 1, 3, 2, 2, 1])).deleted == 0)
        #expect(try TransientRemoval([Double](repeating: 0.1, count: 60)).deleted == 0)
        var random = RandomSamples(seed: 1)
        for _ in 0..<50 {
            let removal = try TransientRemoval(random.uniforms(1000))
            #expect(removal.isSettled && removal.deleted < 500)
        }
    }

    @Test("a decaying start is deleted for the most part, and little of what follows")
    func decay() throws {
        var random = RandomSamples(seed: 2)
        for _ in 0..<20 {
            // It starts 30 deviations off; a tenth of that is left after 20 samples, a tenth of a deviation after 54.
            let removal = try TransientRemoval(random.autoregressive(2000, memory: 0.9, start: 20))
            #expect(removal.isSettled)
            #expect((20...600).contains(removal.deleted))
        }
    }

    @Test("a series that never settles says so")
    func neverSettles() throws {
        let rising = try TransientRemoval((0..<500).map(Double.init))
        #expect(!rising.isSettled && rising.deleted == 250)
    }

    @Test("an outlier near the end does not draw the cut behind it")
    func outlier() throws {
        // Over the whole run the rule would have its least value on the last three batches: 0.
        let removal = try TransientRemoval(spread([2, 1, 3, 2, 2, 1, 3, 2, 90, 2, 2, 2]))
        #expect(removal.isSettled && removal.deleted == 0)
    }

    @Test("too few samples are an error")
    func errors() {
        #expect(throws: StatisticsError.tooFewSamples(count: 49, minimum: 50)) {
            try TransientRemoval([Double](repeating: 1, count: 49))
        }
        #expect(throws: StatisticsError.self) { try TransientRemoval([1, 2, 3], batchSize: 0) }
    }
}
