// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a statistic has no value for these samples.
public enum StatisticsError: Error, Equatable, CustomStringConvertible {
    case tooFewSamples(count: Int, minimum: Int)
    /// A confidence level that is not above 0 and below 1.
    case levelOutOfRange(Double)
    /// A probability or quantile that is not above 0 and below 1 (or, for a hypothesis, between them).
    case probabilityOutOfRange(Double)
    /// A sample that is infinite or not a number.
    case notFinite(Double)
    /// Pairs need as many samples on one side as on the other.
    case unequalCounts(Int, Int)
    /// A count that is negative or above the number of trials.
    case countOutOfRange(count: Int, trials: Int)

    public var description: String {
        switch self {
        case .tooFewSamples(let count, let minimum): "at least \(minimum) samples are needed, not \(count)"
        case .levelOutOfRange(let level): "a confidence level lies above 0 and below 1, which \(level) does not"
        case .probabilityOutOfRange(let value): "a probability lies between 0 and 1, which \(value) does not"
        case .notFinite(let value): "samples must be finite, which \(value) is not"
        case .unequalCounts(let first, let second): "pairs need equally many samples, not \(first) and \(second)"
        case .countOutOfRange(let count, let trials): "of \(trials) trials, \(count) can't have succeeded"
        }
    }

    static func requireLevel(_ level: Double) throws(StatisticsError) {
        guard level > 0, level < 1 else { throw .levelOutOfRange(level) }
    }

    static func requireSamples(_ samples: [Double], atLeast minimum: Int) throws(StatisticsError) {
        guard samples.count >= minimum else { throw .tooFewSamples(count: samples.count, minimum: minimum) }
        for sample in samples where !sample.isFinite { throw .notFinite(sample) }
    }
}
