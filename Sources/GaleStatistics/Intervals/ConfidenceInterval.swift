// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// An estimate with a confidence interval, which need not be symmetric around it, in the unit of the samples.
///
/// As text `10.03 ± 0.12 (95 %, n = 20)`, the half width to two significant digits and the estimate to the same place; one that is
/// not symmetric `12.1 [10.4, 15.2] (95 %)`.
public struct ConfidenceInterval: Equatable, Sendable, Codable, CustomStringConvertible {
    public let estimate: Double
    /// Minus infinity where the samples bound it only from above.
    public let lower: Double
    /// Infinite where the samples bound it only from below.
    public let upper: Double
    /// The confidence level, such as 0.95: the share of such intervals that contain the truth.
    public let level: Double
    /// Independent samples behind a mean: replications, batches or pairs; nil: it is not about a mean.
    public let count: Int?

    public init(estimate: Double, lower: Double, upper: Double, level: Double, count: Int? = nil) {
        self.estimate = estimate
        self.lower = lower
        self.upper = upper
        self.level = level
        self.count = count
    }

    /// A symmetric one, as for a mean.
    ///
    /// - Parameter halfWidth: not negative.
    public init(_ estimate: Double, halfWidth: Double, level: Double, count: Int? = nil) {
        self.init(
            estimate: estimate, lower: estimate - halfWidth, upper: estimate + halfWidth, level: level, count: count)
    }

    public var halfWidth: Double { upper / 2 - lower / 2 }
    /// Half width over estimate; infinite when the estimate is 0 and the half width is not.
    public var relativeHalfWidth: Double { halfWidth == 0 ? 0 : halfWidth / estimate.magnitude }

    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// The same in another unit: 1000 turns seconds into milliseconds.
    public func scaled(by factor: Double) -> ConfidenceInterval {
        let ends = [lower * factor, upper * factor]
        return ConfidenceInterval(
            estimate: estimate * factor, lower: min(ends[0], ends[1]), upper: max(ends[0], ends[1]), level: level,
            count: count)
    }

    /// But for rounding.
    private var isSymmetric: Bool {
        halfWidth.isFinite && ((upper - estimate) - (estimate - lower)).magnitude <= 1e-6 * halfWidth
    }

    public var description: String {
        let samples = count.map { ", n = \($0)" } ?? ""
        let confidence = "(\(Self.percent(level))\(samples))"
        guard isSymmetric else {
            let numbers = [estimate, lower, upper].map { String(format: "%.4g", $0) }
            return "\(numbers[0]) [\(numbers[1]), \(numbers[2])] \(confidence)"
        }
        let places = Self.places(halfWidth)
        return "\(Self.fixed(estimate, places)) ± \(Self.fixed(halfWidth, places)) \(confidence)"
    }

    /// Decimal places that show two significant digits of a width.
    private static func places(_ width: Double) -> Int {
        guard width > 0, width.isFinite else { return 3 }
        return min(15, max(0, 1 - Int(log10(width).rounded(.down))))
    }

    private static func fixed(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", value)
    }

    static func percent(_ level: Double) -> String {
        let text = String(format: "%.4g", level * 100)
        return "\(text) %"
    }
}
