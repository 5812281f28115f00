// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

@Suite("Portable mathematics")
struct PortableMathTests {
    @Test("has these bits on every machine")
    func golden() {
        let values = [
            PortableMath.exp(1), PortableMath.exp(-0.7), PortableMath.exp(700.3), PortableMath.log(2),
            PortableMath.log(1e-300),
            PortableMath.log(0.9999), PortableMath.power(1.1, 1000), PortableMath.power(0.3, -2.5),
            PortableMath.logOnePlus(1e-9), PortableMath.expMinusOne(-1e-9), PortableMath.normalQuantile(0.975),
            PortableMath.normalQuantile(1e-15), PortableMath.logGamma(0.04), PortableMath.logGamma(123.4),
            PortableMath.logIncompleteGamma(shape: 2.5, 1).lower, PortableMath.logIncompleteGamma(shape: 2.5, 10).upper,
            PortableMath.errorFunction(0.5), PortableMath.complementaryErrorFunction(5),
        ]
        let expected: [UInt64] = [
            0x4005_BF0A_8B14_5769, 0x3FDF_C80D_B9DD_5542, 0x7F13_F6D0_2B17_EB6D, 0x3FE6_2E42_FEFA_39EF,
            0xC085_9634_47F8_7FB5, 0xBF1A_3738_D2CF_1CC2, 0x4886_AEC8_CD64_ABA1, 0x4034_4938_A632_994C,
            0x3E11_2E0B_E801_F1D9, 0xBE11_2E0B_E801_F1D9, 0x3FFF_5C03_31EE_FF82, 0xC01F_C3F0_0778_9667,
            0x4009_939D_B8B8_B018, 0x407D_5560_A7B6_27A5, 0xBFFE_4352_D292_F1D6, 0xC01A_BD43_5E2B_D389,
            0x3FE0_A7EF_5C18_EDD3, 0x3D7B_0C1A_759F_7735,
        ]
        #expect(values.map(\.bitPattern) == expected)
    }

    @Test("knows the ends of its domains")
    func limits() {
        #expect(PortableMath.exp(0) == 1)
        #expect(PortableMath.exp(1000) == .infinity)
        #expect(PortableMath.exp(709.9) == .infinity)
        #expect(PortableMath.exp(709.7).isFinite)
        #expect(PortableMath.exp(.infinity) == .infinity)
        #expect(PortableMath.exp(-1000) == 0)
        #expect(PortableMath.exp(-.infinity) == 0)
        #expect(PortableMath.exp(.nan).isNaN)
        #expect(PortableMath.log(0) == -.infinity)
        #expect(PortableMath.log(1) == 0)
        #expect(PortableMath.log(-1).isNaN)
        #expect(PortableMath.log(.infinity) == .infinity)
        #expect((PortableMath.log(.leastNonzeroMagnitude) + 744.440_071_921_381_3).magnitude < 1e-10)
        #expect(PortableMath.power(0, 0) == 1)
        #expect(PortableMath.power(0, 2) == 0)
        #expect(PortableMath.power(0, -2) == .infinity)
        #expect(PortableMath.power(2, 2000) == .infinity)
        #expect(PortableMath.power(2, -2000) == 0)
        #expect(PortableMath.power(2, .nan).isNaN)
        #expect(PortableMath.normalQuantile(0) == -.infinity)
        #expect(PortableMath.normalQuantile(1) == .infinity)
        #expect(PortableMath.normalQuantile(0.5) == 0)
        #expect(PortableMath.normalQuantile(1.5).isNaN)
        #expect(PortableMath.logGamma(0).isNaN)
        #expect(PortableMath.logGamma(1).magnitude < 1e-14 && PortableMath.logGamma(2).magnitude < 1e-14)
        #expect(PortableMath.errorFunction(0) == 0)
    }

    @Test("gives exact powers where they are exact")
    func exactPowers() {
        for exponent in -300...300 {
            #expect(PortableMath.power(2, Double(exponent)) == PortableMath.scaled(1, byPowerOfTwo: exponent))
        }
        #expect(PortableMath.power(3, 20) == 3_486_784_401)
        #expect(PortableMath.power(10, 15) == 1e15)
        #expect(PortableMath.power(81, 0.25) == 3)
    }

    @Test("exp undoes log, and the small forms join the large ones without a step")
    func inverses() {
        for index in 1...20_000 {
            let x = Double(index) * 0.37
            #expect((PortableMath.exp(PortableMath.log(x)) / x - 1).magnitude < 1e-14)
        }
        for x in [0.339_999_9, 0.340_000_1, -0.339_999_9, -0.340_000_1] {
            #expect((PortableMath.expMinusOne(x) - (PortableMath.exp(x) - 1)).magnitude < 2e-16)
        }
        for x in [0.299_999_9, 0.300_000_1, -0.299_999_9, -0.300_000_1] {
            #expect((PortableMath.logOnePlus(x) - PortableMath.log(1 + x)).magnitude < 2e-16)
        }
    }

    @Test("never falls over a rising argument where tables rely on it")
    func rising() {
        var last = -Double.infinity
        for index in 1..<20_000 {
            let value = PortableMath.normalQuantile(Double(index) / 20_000)
            #expect(value > last)
            last = value
        }
    }
}
