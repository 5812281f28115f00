// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The one-sample Kolmogorov–Smirnov test: do these samples come from that continuous distribution?
public struct KolmogorovSmirnov: Equatable, Sendable {
    /// The largest distance between the samples' distribution function and the expected one.
    public let distance: Double
    public let count: Int

    /// - Parameters:
    ///   - sorted: the samples in rising order, at least one.
    ///   - cumulative: the expected distribution function.
    public init(sorted: [Double], cumulative: (Double) -> Double) {
        precondition(!sorted.isEmpty, "a test needs samples")
        var largest = 0.0
        let step = 1 / Double(sorted.count)
        for (index, value) in sorted.enumerated() {
            let expected = cumulative(value)
            largest = max(largest, expected - Double(index) * step, Double(index + 1) * step - expected)
        }
        distance = largest
        count = sorted.count
    }

    /// The probability of a distance at least this large if the samples do come from the distribution.
    ///
    /// Kolmogorov's limit with Stephens' correction (1970), good from about 10 samples upwards.
    public var probability: Double {
        let root = Double(count).squareRoot()
        let scaled = (root + 0.12 + 0.11 / root) * distance
        if scaled < 0.2 { return 1 }
        var sum = 0.0
        for k in 1...100 {
            let term = exp(-2 * Double(k * k) * scaled * scaled)
            sum += k % 2 == 1 ? term : -term
            if term < 1e-16 { break }
        }
        return min(1, max(0, 2 * sum))
    }
}
