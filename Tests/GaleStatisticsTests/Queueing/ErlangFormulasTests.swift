// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Erlang's formulas")
struct ErlangFormulasTests {
    /// Servers and the offered load at which 1 % is lost, to the digits that traffic tables print.
    private static let onePercent: [(servers: Int, load: Double, digit: Double)] = [
        (1, 0.0101, 0.0001), (5, 1.361, 0.001), (10, 4.461, 0.001), (15, 8.108, 0.001), (20, 12.03, 0.01),
        (50, 37.90, 0.01), (100, 84.06, 0.01),
    ]

    @Test("B has the values of the published traffic tables", arguments: onePercent)
    func table(servers: Int, load: Double, digit: Double) throws {
        let below = try #require(
            ErlangFormulas.blockingProbability(servers: servers, offeredLoad: load - digit / 2))
        let above = try #require(
            ErlangFormulas.blockingProbability(servers: servers, offeredLoad: load + digit / 2))
        #expect(below <= 0.01 && 0.01 <= above)
    }

    @Test("B of 10 erlang on 15 servers is 3.65 %, and on 10 servers 21.46 %")
    func textbook() throws {
        let fifteen = try #require(ErlangFormulas.blockingProbability(servers: 15, offeredLoad: 10))
        #expect((fifteen - 0.0365).magnitude < 0.000_05)
        let ten = try #require(ErlangFormulas.blockingProbability(servers: 10, offeredLoad: 10))
        #expect((ten - 0.2146).magnitude < 0.000_05)
    }

    @Test("B is the Poisson mass over its sum, by GSL's gamma functions", arguments: [1, 2, 7, 50, 400, 5000])
    func poisson(servers: Int) {
        for share in [0.1, 0.7, 1, 1.5] {
            let load = share * Double(servers)
            let mass = SpecialFunctions.exponential(
                Double(servers) * SpecialFunctions.logarithm(load) - load
                    - SpecialFunctions.logGamma(Double(servers) + 1))
            let sum = SpecialFunctions.incompleteGammaComplement(shape: Double(servers) + 1, load)
            guard mass > 1e-290 else { continue }
            let found = ErlangFormulas.blockingProbability(servers: servers, offeredLoad: load)
            #expect(agree(found, mass / sum, within: 1e-8))
        }
    }

    @Test("C is ρ on one server, 2ρ²/(1 + ρ) on two, 4/9 for 2 erlang on three, and 27/53 for 3 on four")
    func waiting() {
        for load in [0.01, 0.5, 0.99] {
            #expect(agree(ErlangFormulas.waitProbability(servers: 1, offeredLoad: load), load))
            let two = 2 * load * load / (1 + load)
            #expect(agree(ErlangFormulas.waitProbability(servers: 2, offeredLoad: 2 * load), two))
        }
        #expect(agree(ErlangFormulas.waitProbability(servers: 3, offeredLoad: 2), 4.0 / 9))
        #expect(agree(ErlangFormulas.waitProbability(servers: 4, offeredLoad: 3), 27.0 / 53))
    }

    @Test("without servers all is lost, without load nothing, and outside their ranges there is no value")
    func edges() {
        #expect(ErlangFormulas.blockingProbability(servers: 0, offeredLoad: 3) == 1)
        #expect(ErlangFormulas.blockingProbability(servers: 3, offeredLoad: 0) == 0)
        #expect(ErlangFormulas.waitProbability(servers: 3, offeredLoad: 0) == 0)
        #expect(ErlangFormulas.blockingProbability(servers: -1, offeredLoad: 1) == nil)
        #expect(ErlangFormulas.blockingProbability(servers: 1, offeredLoad: -1) == nil)
        #expect(ErlangFormulas.blockingProbability(servers: 1, offeredLoad: .nan) == nil)
        #expect(ErlangFormulas.waitProbability(servers: 3, offeredLoad: 3) == nil)
        #expect(ErlangFormulas.waitProbability(servers: 0, offeredLoad: 0) == nil)
    }

    @Test("the fewest servers for a loss are those of the table")
    func dimensioning() {
        for (servers, load, digit) in Self.onePercent {
            #expect(ErlangFormulas.servers(offeredLoad: load - digit, blockingAtMost: 0.01) == servers)
            #expect(ErlangFormulas.servers(offeredLoad: load + digit, blockingAtMost: 0.01) == servers + 1)
        }
        #expect(ErlangFormulas.servers(offeredLoad: 1, blockingAtMost: 0) == nil)
    }
}
