// SPDX-License-Identifier: GPL-3.0-or-later

/// The number of successes in independent trials of equal probability.
///
/// It holds the probabilities around the most likely number, as ratios to that one's, down to 10⁻³⁰⁰ of it, so that tails are sums
/// of positive terms: exact to 10 digits for any number of trials.
struct BinomialDistribution {
    let trials: Int
    /// `masses[i]` is the probability of `first` + i successes. What is left out on both sides is below 10⁻²⁹⁰ together.
    let masses: [Double]
    let first: Int

    /// - Parameters:
    ///   - trials: not negative.
    ///   - probability: from 0 to 1.
    /// - Complexity: O(√trials).
    init(trials: Int, probability: Double) {
        precondition(
            trials >= 0 && probability >= 0 && probability <= 1, "a binomial distribution's parameters are checked")
        self.trials = trials
        guard probability > 0, probability < 1 else {
            masses = [1]
            first = probability > 0 ? trials : 0
            return
        }
        let odds = probability / (1 - probability)
        let mode = min(trials, Int((Double(trials) + 1) * probability))
        var below: [Double] = []
        var weight = 1.0
        var number = mode
        while number > 0, weight > 1e-300 {
            weight *= Double(number) / (Double(trials - number + 1) * odds)
            number -= 1
            below.append(weight)
        }
        first = number
        var weights = Array(below.reversed()) + [1]
        weight = 1
        number = mode
        while number < trials, weight > 1e-300 {
            number += 1
            weight *= Double(trials - number + 1) * odds / Double(number)
            weights.append(weight)
        }
        let total = weights.reduce(0, +)
        masses = weights.map { $0 / total }
    }

    /// The largest number k of which P(fewer than k) is at most `tail`.
    func lowest(tail: Double) -> Int {
        var sum = 0.0
        for (index, mass) in masses.enumerated() {
            sum += mass
            if sum > tail { return first + index }
        }
        return trials
    }

    /// The smallest number k of which P(more than k) is at most `tail`.
    func highest(tail: Double) -> Int {
        var sum = 0.0
        for (index, mass) in masses.enumerated().reversed() {
            sum += mass
            if sum > tail { return first + index }
        }
        return 0
    }

    /// P(`numbers`), both ends included, summed upwards.
    func probability(of numbers: ClosedRange<Int>) -> Double {
        let held = first...first + masses.count - 1
        guard held.overlaps(numbers) else { return 0 }
        let range = numbers.clamped(to: held)
        return masses[range.lowerBound - first...range.upperBound - first].reduce(0, +)
    }

    /// P(`number` or more), summed downwards.
    func probability(ofAtLeast number: Int) -> Double {
        guard number < first + masses.count else { return 0 }
        return masses[max(0, number - first)...].reversed().reduce(0, +)
    }

    func probability(of number: Int) -> Double {
        masses.indices.contains(number - first) ? masses[number - first] : 0
    }
}
