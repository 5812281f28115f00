// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics

/// What one run makes of a quantity.
package struct TheoryEstimate: Equatable, Sendable {
    package var value: Double
    /// At 95 %; nil: one run gives a value and no idea of its error.
    package var interval: ConfidenceInterval?

    package init(_ value: Double, interval: ConfidenceInterval? = nil) {
        self.value = value
        self.interval = interval
    }

    /// The ratio of two series' sums with an interval by batch means (Law, *Simulation Modeling and Analysis*, 9.5.3): of 20
    /// batches each gives a ratio, and batches are long enough to know little of one another.
    ///
    /// What does not fill a batch is left out at the beginning. A batch without a sample, or fewer slots than batches: no interval.
    package init?(ratioOf numerators: [Double], to denominators: [Double]) {
        let cut = try? BatchMeans(ratioOf: numerators, to: denominators, batches: Self.batches)
        let kept = (cut?.leftOut ?? 0)..<numerators.count
        let sum = denominators[kept].reduce(0, +)
        guard sum > 0 else { return nil }
        let value = numerators[kept].reduce(0, +) / sum
        self.value = value
        interval = (try? cut?.interval(level: Self.level)).map {
            ConfidenceInterval(value, halfWidth: $0.halfWidth, level: $0.level, count: $0.count)
        }
    }

    static let batches = 20
    static let level = 0.95
}
