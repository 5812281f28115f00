// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// An estimated mean with a symmetric confidence interval, in whatever unit the samples have.
///
/// As text: `10.03 ± 0.12 (95 %, n = 20)`, the half width to two significant digits and the mean to the same place.
public struct IntervalEstimate: Equatable, Sendable, Codable, CustomStringConvertible {
    public let mean: Double
    /// Not negative.
    public let halfWidth: Double
    /// The confidence level, such as 0.95: the share of such intervals that contain the true mean.
    public let level: Double
    /// Independent samples behind it: replications, batches or pairs.
    public let count: Int

    public init(mean: Double, halfWidth: Double, level: Double, count: Int) {
        self.mean = mean
        self.halfWidth = halfWidth
        self.level = level
        self.count = count
    }

    public var lower: Double { mean - halfWidth }
    public var upper: Double { mean + halfWidth }
    /// Half width over mean; infinite when the mean is 0 and the half width is not.
    public var relativeHalfWidth: Double { halfWidth == 0 ? 0 : halfWidth / mean.magnitude }

    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// The same in another unit: 1000 turns seconds into milliseconds.
    public func scaled(by factor: Double) -> IntervalEstimate {
        IntervalEstimate(mean: mean * factor, halfWidth: halfWidth * factor.magnitude, level: level, count: count)
    }

    public var description: String {
        let places = Self.places(halfWidth)
        let number = "\(Self.fixed(mean, places)) ± \(Self.fixed(halfWidth, places))"
        return "\(number) (\(Self.percent(level)), n = \(count))"
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
