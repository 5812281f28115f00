// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics

/// Samples for the tests, equal at every run: numbered draws of one seed.
struct RandomSamples {
    private let draws: Draws
    private var drawn: UInt64 = 0

    init(seed: UInt64) { draws = Draws(seed: seed) }

    /// Above 0 and below 1.
    mutating func uniform() -> Double {
        drawn += 1
        let bits = draws.uniform(Purpose(layer: .exploration, id: 0xFFFF), drawn)
        return (Double(bits >> 12) + 0.5) * 0x1p-52
    }

    mutating func exponential() -> Double { -SpecialFunctions.logarithm(uniform()) }

    mutating func uniforms(_ count: Int) -> [Double] { (0..<count).map { _ in uniform() } }
    mutating func exponentials(_ count: Int) -> [Double] { (0..<count).map { _ in exponential() } }

    /// x(i) = `memory` · x(i − 1) + a uniform number around 0, begun at `start`.
    mutating func autoregressive(_ count: Int, memory: Double, start: Double = 0) -> [Double] {
        var value = start
        return (0..<count).map { _ in
            value = memory * value + uniform() - 0.5
            return value
        }
    }
}
