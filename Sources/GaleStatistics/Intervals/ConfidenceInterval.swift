// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A confidence interval that need not be symmetric around its estimate, in the unit of the samples.
///
/// As text: `12.1 [10.4, 15.2] (95 %)`.
public struct ConfidenceInterval: Equatable, Sendable, Codable, CustomStringConvertible {
    public let estimate: Double
    /// Minus infinity where the samples bound it only from above.
    public let lower: Double
    /// Infinite where the samples bound it only from below.
    public let upper: Double
    /// The confidence level, such as 0.95.
    public let level: Double

    public init(estimate: Double, lower: Double, upper: Double, level: Double) {
        self.estimate = estimate
        self.lower = lower
        self.upper = upper
        self.level = level
    }

    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    public var description: String {
        let numbers = [estimate, lower, upper].map { String(format: "%.4g", $0) }
        return "\(numbers[0]) [\(numbers[1]), \(numbers[2])] (\(IntervalEstimate.percent(level)))"
    }
}
