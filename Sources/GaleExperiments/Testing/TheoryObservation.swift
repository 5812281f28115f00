// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics

/// What one run says about a quantity.
public struct TheoryObservation: Codable, Equatable, Sendable {
    public var value: Double
    /// At 95 %; nil: one run gives a value and no idea of its error.
    public var interval: IntervalEstimate?

    public init(_ value: Double, interval: IntervalEstimate? = nil) {
        self.value = value
        self.interval = interval
    }

    /// The ratio of two series' sums with an interval by batch means (Law, *Simulation Modeling and Analysis*, 9.5.3): of 20
    /// batches each gives a ratio, and batches are long enough to know little of one another.
    ///
    /// What does not fill a batch is left out at the beginning.
    package init?(ratioOf numerators: [Double], to denominators: [Double]) {
        let size = numerators.count / Self.batches
        let kept = (numerators.count - size * Self.batches)..<numerators.count
        let sum = denominators[kept].reduce(0, +)
        guard !numerators.isEmpty, sum > 0 else { return nil }
        value = numerators[kept].reduce(0, +) / sum
        let ratios =
            size == 0
            ? []
            : stride(from: kept.lowerBound, to: kept.upperBound, by: size).map { start in
                numerators[start..<start + size].reduce(0, +) / denominators[start..<start + size].reduce(0, +)
            }
        // A batch without a sample has no ratio.
        interval = (try? IntervalEstimate(replications: ratios, level: Self.level)).map {
            IntervalEstimate(mean: value, halfWidth: $0.halfWidth, level: $0.level, count: $0.count)
        }
    }

    static let batches = 20
    static let level = 0.95
}
