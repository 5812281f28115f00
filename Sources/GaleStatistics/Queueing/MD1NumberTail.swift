// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// How many customers are in an M/D/1 system: its probabilities and their tails.
///
/// The first 128 balance the flow across each level at departures: p(n + 1)·P(A = 0) = p(0)·P(A > n) + Σ p(i)·P(A > n − i + 1), i from
/// 1 to n, where A is the Poisson number of arrivals during a service. All terms are positive, so no digits are lost. Beyond
/// them the probabilities fall geometrically to the last bit: the poles of the generating function after the first lie so
/// much farther out (8 times and more at high load) that nothing is left of them.
struct MD1NumberTail: Equatable, Sendable {
    private static let exactCount = 128
    private let probabilities: [Double]
    /// `exceedances[n]` = P(N > n).
    private let exceedances: [Double]
    /// Of each probability to the one before, at the end of the exact ones.
    private let ratio: Double

    /// - Parameter utilisation: above 0 and below 1.
    init(utilisation: Double) {
        let count = Self.exactCount
        let more = Self.arrivalExceedances(utilisation, count: count + 1)
        let none = exp(-utilisation)
        var probabilities = [1 - utilisation]
        for n in 0..<count - 1 {
            var flow = probabilities[0] * more[n]
            for i in stride(from: 1, through: n, by: 1) { flow += probabilities[i] * more[n - i + 1] }
            probabilities.append(flow / none)
        }
        let last = probabilities[count - 1]
        ratio = last > 0 ? last / probabilities[count - 2] : 0
        var exceedances = [Double](repeating: 0, count: count)
        // Summed from the small end, the geometric rest first.
        var tail = last * ratio / (1 - ratio)
        for n in stride(from: count - 1, through: 0, by: -1) {
            exceedances[n] = tail
            tail += probabilities[n]
        }
        self.probabilities = probabilities
        self.exceedances = exceedances
    }

    func probability(_ number: Int) -> Double {
        let exact = Self.exactCount
        return number < exact
            ? probabilities[number] : probabilities[exact - 1] * pow(ratio, Double(number - exact + 1))
    }

    /// P(N > `number`); `number` is whole and not negative.
    func exceedance(_ number: Double) -> Double {
        let exact = Self.exactCount
        return number < Double(exact)
            ? exceedances[Int(number)] : exceedances[exact - 1] * pow(ratio, number - Double(exact - 1))
    }

    /// P(A > n) for n from 0, A Poisson: its tail summed from the small end.
    private static func arrivalExceedances(_ mean: Double, count: Int) -> [Double] {
        var masses: [Double] = []
        var mass = exp(-mean)
        // Beyond 40 more than are asked for the rest is below 10⁻⁴⁰ of any term, as the mean is below 1.
        for n in 0..<count + 40 {
            masses.append(mass)
            mass *= mean / Double(n + 1)
        }
        var exceedances = [Double](repeating: 0, count: count)
        var tail = 0.0
        for n in stride(from: masses.count - 1, through: 0, by: -1) {
            if n < count { exceedances[n] = tail }
            tail += masses[n]
        }
        return exceedances
    }
}
