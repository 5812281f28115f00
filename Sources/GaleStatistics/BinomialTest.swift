// SPDX-License-Identifier: GPL-3.0-or-later

/// The exact binomial test: do so many successes fit a probability of success?
///
/// Such as how often an interval contained the truth, out of many.
public struct BinomialTest: Equatable, Sendable {
    public let successes: Int
    public let trials: Int
    /// The expected probability of a success.
    public let expected: Double
    /// The two-sided probability: that of all numbers of successes which are no more likely than this one, if the expectation is right.
    public let probability: Double

    /// - Throws: without trials, unless 0 ≤ `successes` ≤ `trials`, and unless `expected` lies from 0 to 1.
    /// - Complexity: O(√`trials`).
    public init(successes: Int, trials: Int, expected: Double) throws(StatisticsError) {
        try Self.requireCounts(successes: successes, trials: trials)
        guard expected >= 0, expected <= 1 else { throw .probabilityOutOfRange(expected) }
        self.successes = successes
        self.trials = trials
        self.expected = expected
        let numbers = BinomialDistribution(trials: trials, probability: expected)
        // Numbers that are equally likely but for rounding count as such (as in R's binom.test).
        let limit = numbers.probability(of: successes) * (1 + 1e-7)
        probability = min(1, numbers.masses.filter { $0 <= limit }.reduce(0, +))
    }

    static func requireCounts(successes: Int, trials: Int) throws(StatisticsError) {
        guard trials >= 1 else { throw .tooFewSamples(count: trials, minimum: 1) }
        guard (0...trials).contains(successes) else { throw .countOutOfRange(count: successes, trials: trials) }
    }
}

extension ConfidenceInterval {
    /// The interval of C. J. Clopper and E. S. Pearson (1934) for a probability of success: it contains the truth at least as often as
    /// its level says, for every truth and number of trials.
    ///
    /// - Complexity: O(√`trials`).
    /// - Throws: without trials, unless 0 ≤ `successes` ≤ `trials`, and for an impossible level.
    public init(successes: Int, trials: Int, level: Double = 0.95) throws(StatisticsError) {
        try StatisticsError.requireLevel(level)
        try BinomialTest.requireCounts(successes: successes, trials: trials)
        let tail = (1 - level) / 2
        // GSL's incomplete beta function does not converge for a million trials, so these are sums, inverted by bisection.
        let lower = Self.largestProbability { chance in
            BinomialDistribution(trials: trials, probability: chance).probability(ofAtLeast: successes) <= tail
        }
        let upper = Self.largestProbability { chance in
            BinomialDistribution(trials: trials, probability: chance).probability(of: 0...successes) > tail
        }
        self.init(
            estimate: Double(successes) / Double(trials), lower: successes == 0 ? 0 : lower,
            upper: successes == trials ? 1 : upper, level: level)
    }

    /// Where a condition that holds near 0 and fails near 1 changes, to 10⁻¹⁵ or 2⁻⁶⁰ of the answer.
    private static func largestProbability(_ holds: (Double) -> Bool) -> Double {
        var low = 0.0
        var high = 1.0
        for _ in 0..<100 where high - low > max(1e-15 * high, 0x1p-60) {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
