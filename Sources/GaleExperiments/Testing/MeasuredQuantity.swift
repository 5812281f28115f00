// SPDX-License-Identifier: GPL-3.0-or-later

/// What the runs of a test measured of one quantity.
public struct MeasuredQuantity: Codable, Equatable, Sendable {
    public var name: String
    public var unit: MetricUnit
    /// Runs that have it.
    public var runs: Int
    /// Of the run in the middle, of an even number the lower one; and the extremes. nil: there is no number.
    public var median, least, most: Double?
    /// As a person reads them: `340 ms`, `inf`, `metastable`. What is no number comes after the numbers.
    public var medianText, leastText, mostText: String
    public var bounds: [Bound]

    public struct Bound: Codable, Equatable, Sendable {
        public var text: String
        /// Runs in which it held.
        public var held: Int
    }

    /// `1.21`; of runs that differ `1.21 (1.18 … 1.3)`.
    public var text: String {
        leastText == mostText ? medianText : "\(medianText) (\(leastText) … \(mostText))"
    }

    /// It held in every run, whatever is expected of it.
    public var held: Bool { bounds.allSatisfy { $0.held == runs } }

    /// In the order in which the runs first name them.
    static func all(of runs: [TestRun]) -> [MeasuredQuantity] {
        var groups: [[TestMeasure]] = []
        for measure in runs.flatMap(\.measures) {
            let same = groups.firstIndex { $0[0].name == measure.name && $0[0].unit == measure.unit }
            if let same { groups[same].append(measure) } else { groups.append([measure]) }
        }
        return groups.map(MeasuredQuantity.init)
    }

    /// - Parameter measures: of one quantity, one at least.
    private init(_ measures: [TestMeasure]) {
        let sorted = measures.sorted { ($0.value ?? .infinity) < ($1.value ?? .infinity) }
        let (least, median, most) = (sorted[0], sorted[(sorted.count - 1) / 2], sorted[sorted.count - 1])
        (name, unit, runs) = (least.name, least.unit, measures.count)
        (self.least, self.median, self.most) = (least.value, median.value, most.value)
        (leastText, medianText, mostText) = (least.text, median.text, most.text)
        var bounds: [Bound] = []
        for bound in measures.flatMap(\.bounds) {
            let held = bound.held ? 1 : 0
            let same = bounds.firstIndex { $0.text == bound.text }
            if let same { bounds[same].held += held } else { bounds.append(Bound(text: bound.text, held: held)) }
        }
        self.bounds = bounds
    }
}
