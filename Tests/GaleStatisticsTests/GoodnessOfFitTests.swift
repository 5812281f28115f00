// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Tests of fit")
struct GoodnessOfFitTests {
    @Test("Kolmogorov and Smirnov's accepts evenly spread samples and rejects shifted ones")
    func kolmogorovSmirnov() {
        let even = (0..<1000).map { (Double($0) + 0.5) / 1000 }
        let fit = KolmogorovSmirnov(sorted: even) { $0 }
        #expect((fit.distance - 0.0005).magnitude < 1e-12)
        #expect(fit.probability > 0.999)
        let shifted = KolmogorovSmirnov(sorted: even) { min(1, $0 * 1.1) }
        #expect(shifted.probability < 1e-5)
    }

    @Test("Kolmogorov's limit has its tabulated 5 % and 1 % points")
    func criticalValues() {
        // A single jump: of n samples all lie at the point where the distance is the one wanted.
        for (scaled, level) in [(1.3581, 0.05), (1.6276, 0.01)] {
            let count = 1_000_000
            let distance = scaled / 1000
            let samples = (0..<count).map { Double($0) / Double(count) * (1 - distance) }
            let test = KolmogorovSmirnov(sorted: samples) { $0 }
            #expect((test.probability - level).magnitude < 0.02 * level)
        }
    }

    @Test("Pearson's gives the probability of its table")
    func chiSquared() {
        let test = ChiSquaredTest(observed: [16, 18, 16, 14, 12, 12], expected: [16, 16, 16, 16, 16, 8])
        #expect((test.statistic - 3.5).magnitude < 1e-12)
        #expect(test.degrees == 5)
        #expect((test.probability - 0.623_387_6).magnitude < 1e-6)
    }

    @Test("the fingerprint of the C library's functions is the same twice in one process")
    func libraryFingerprint() {
        #expect(LibraryMathFingerprint.text() == LibraryMathFingerprint.text())
        #expect(LibraryMathFingerprint.text().count == 16)
    }
}
