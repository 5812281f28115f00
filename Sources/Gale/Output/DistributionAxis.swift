// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleRandomness
import GaleScenarioLanguage

/// A logarithmic axis over where a distribution has nearly all of its draws, p0.1 to p99.99.
struct DistributionAxis {
    let low: Double
    let high: Double
    let columns: Int

    init(_ distribution: Distribution, columns: Int) {
        self.columns = columns
        // Nothing below one nanosecond (or byte) can be told from 0.
        let first = max(1, Double(distribution.sample(UInt64(0.001 * 0x1p64))))
        let last = max(first, Double(distribution.sample(~UInt64(0.0001 * 0x1p64))))
        // A sample stands for the interval that rounds to it, and a single value shall not stand on an edge.
        let margin = max(pow(last / first, 1 / Double(columns)), last / first < 1.2 ? 1.2 : 1)
        low = min(first / margin, first - 0.5)
        high = max(last * margin, last + 0.5)
    }

    /// The left edge of a column; the last edge is the right end.
    func edge(_ column: Int) -> Double { low * pow(high / low, Double(column) / Double(columns)) }

    /// The column that a value falls into; nil outside.
    func column(of value: Double) -> Int? {
        guard value >= low, value <= high else { return nil }
        return min(columns - 1, Int(log(value / low) / log(high / low) * Double(columns)))
    }

    /// Round values to label, with their columns, far enough apart for the labels.
    func ticks(_ figure: DistributionFigure) -> [(column: Int, label: String)] {
        var ticks: [(column: Int, label: String)] = []
        var free = 0
        for value in roundValues(figure.unit) {
            let label = figure.value(value, digits: 3)
            guard let column = column(of: value), column >= free, column + label.count <= columns else { continue }
            ticks.append((column, label))
            free = column + label.count + 2
        }
        return ticks
    }

    private func roundValues(_ unit: DistributionReader.Unit) -> [Double] {
        if high / low < 8 { return evenValues() }
        let all = unit == .time ? Self.times(halves: high / low < 300) : (0..<64).map { pow(2, Double($0)) }
        let shown = all.filter { $0 >= low && $0 <= high }
        // At most about eight labels: all, or every second, third, … one.
        let step = max(1, (shown.count + 7) / 8)
        return shown.enumerated().filter { $0.offset % step == 0 }.map(\.element)
    }

    /// Powers of ten to ten seconds, then minutes, hours, days and years by ten; `halves`: also their double and fivefold.
    private static func times(halves: Bool) -> [Double] {
        let decades = (0...10).map { pow(10, Double($0)) }
        let long = [60e9, 3600e9, 86_400e9].flatMap { [$0, 10 * $0] } + [100 * 86_400e9]
        let years = [1, 10, 100].map { $0 * 365.25 * 86_400e9 }
        return (decades + long + years).flatMap { halves ? [$0, 2 * $0, 5 * $0] : [$0] }.sorted()
    }

    /// Multiples of 1, 2 or 5 times a power of ten, about five of them.
    private func evenValues() -> [Double] {
        let wanted = (high - low) / 5
        let power = pow(10, log10(wanted).rounded(.down))
        let step = max(1, [1, 2, 5, 10].map { $0 * power }.first { $0 >= wanted } ?? wanted)
        return stride(from: (low / step).rounded(.up) * step, through: high, by: step).map { $0 }
    }
}
