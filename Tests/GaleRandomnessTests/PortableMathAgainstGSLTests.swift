// SPDX-License-Identifier: GPL-3.0-or-later
import GalePrimitives
import GaleRandomness
import GaleStatistics
import Testing

/// Portable functions against those of GSL and of the C library, which GalePrimitives' own tests cannot reach.
@Suite("Portable mathematics agrees with GSL and libm")
struct PortableMathAgainstGSLTests {
    /// Arguments spread over `range`, the same on every run.
    private static func arguments(_ range: ClosedRange<Double>, count: UInt64 = 20_000) -> [Double] {
        (0..<count).map { key in
            let u = Double(Draws(seed: 11).uniform(Purpose(layer: .exploration, id: 1), key) >> 11) * 0x1p-53
            return range.lowerBound + (range.upperBound - range.lowerBound) * u
        }
    }

    private static func unitsApart(_ a: Double, _ b: Double) -> Double {
        a == b ? 0 : (a - b).magnitude / max(a.ulp, b.ulp)
    }

    @Test("exp to two units in the last place")
    func exponential() {
        for range in [-1...1, -700...700.0, 0...1e-5] {
            for x in Self.arguments(range) {
                #expect(Self.unitsApart(PortableMath.exp(x), SpecialFunctions.exponential(x)) <= 2, "at \(x)")
            }
        }
        // Subnormal results.
        #expect(
            (PortableMath.exp(-740) - SpecialFunctions.exponential(-740)).magnitude <= 2 * Double.leastNonzeroMagnitude)
    }

    @Test("log to one unit in the last place")
    func logarithm() {
        for range in [0.5...2, 0.999...1.001, 1e-300...1e-290, 0...1e300] {
            for x in Self.arguments(range) {
                #expect(Self.unitsApart(PortableMath.log(x), SpecialFunctions.logarithm(x)) <= 1, "at \(x)")
            }
        }
    }

    @Test("powers to two units in the last place, where the exponent multiplies errors too")
    func power() {
        for (x, y) in zip(Self.arguments(0...1000), Self.arguments(-90...90).reversed()) {
            let found = PortableMath.power(x, y)
            let wanted = SpecialFunctions.power(x, y)
            #expect(Self.unitsApart(found, wanted) <= 2, "\(x) to the power \(y)")
        }
    }

    @Test("the normal quantile to 14 digits, in both tails")
    func normal() {
        let standard = DistributionFunctions.normal(mean: 0, deviation: 1)
        for p in Self.arguments(0...1, count: 5000) {
            #expect(
                (PortableMath.normalQuantile(p) - standard.quantile(p)).magnitude < 1e-14 + standard.quantile(p)
                    .magnitude * 1e-13)
        }
        for power in 1...300 {
            let tail = SpecialFunctions.power(0.5, Double(power))
            let value = PortableMath.normalQuantile(upperTail: tail)
            #expect((standard.exceedance(value) / tail - 1).magnitude < 1e-12, "at 2^-\(power)")
        }
    }

    @Test("the logarithm of the gamma function to 13 digits")
    func logGamma() {
        for range in [1e-6...0.1, 0.1...3, 3...100, 100...1e6] {
            for x in Self.arguments(range, count: 3000) {
                let wanted = SpecialFunctions.logGamma(x)
                #expect((PortableMath.logGamma(x) - wanted).magnitude < 2e-14 + wanted.magnitude * 1e-14, "at \(x)")
            }
        }
    }

    @Test("the incomplete gamma functions to 11 digits")
    func incompleteGamma() {
        for shape in [0.001, 0.04, 0.3, 1, 2.5, 10, 100, 4000] {
            for ratio in Self.arguments(0.001...4, count: 300) {
                let x = shape * ratio
                let logs = PortableMath.logIncompleteGamma(shape: shape, x)
                let lower = SpecialFunctions.incompleteGamma(shape: shape, x)
                let upper = SpecialFunctions.incompleteGammaComplement(shape: shape, x)
                // GSL's own last digits end here for the larger shapes.
                if lower > 1e-280 {
                    #expect((PortableMath.exp(logs.lower) / lower - 1).magnitude < 1e-10, "P(\(shape), \(x))")
                }
                if upper > 1e-280 {
                    #expect((PortableMath.exp(logs.upper) / upper - 1).magnitude < 1e-10, "Q(\(shape), \(x))")
                }
            }
        }
    }

    @Test("the error functions to 13 digits")
    func errorFunctions() {
        for x in Self.arguments(-6...26, count: 3000) {
            let complement = SpecialFunctions.complementaryErrorFunction(x)
            #expect((PortableMath.complementaryErrorFunction(x) / complement - 1).magnitude < 1e-13, "erfc(\(x))")
            #expect(
                (PortableMath.errorFunction(x) - SpecialFunctions.errorFunction(x)).magnitude < 1e-15 * 4, "erf(\(x))")
        }
    }
}
