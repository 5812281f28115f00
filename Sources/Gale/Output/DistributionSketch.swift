// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness

/// The shape of a distribution in block characters: how many of all draws fall into each column of a logarithmic axis.
struct DistributionSketch {
    let distribution: Distribution
    let figure: DistributionFigure
    let columns: Int
    let colour: Bool

    private static let rows = 8
    private static let blocks = Array(" ▁▂▃▄▅▆▇█")
    /// What stands before the plot: a share of up to five characters, a space and the axis.
    private static let margin = 7

    var lines: [String] {
        let axis = DistributionAxis(distribution, columns: max(10, columns - Self.margin))
        let below = (0...axis.columns).map { share(below: axis.edge($0)) }
        let shares = zip(below, below.dropFirst()).map { max(0, $1 - $0) }
        return bars(shares) + scale(axis) + ["", legend, rest(below[0], 1 - below[axis.columns])]
    }

    /// The share of draws below a value that needn't be whole: a sample stands for the interval that rounds to it.
    private func share(below value: Double) -> Double {
        let position = value + 0.5
        let whole = position.rounded(.down)
        guard whole < 9e18 else { return 1 }
        let low = distribution.probability(below: Int64(whole))
        let high = distribution.probability(below: Int64(whole) + 1)
        return low + (high - low) * (position - whole)
    }

    private func bars(_ shares: [Double]) -> [String] {
        let peak = max(shares.max() ?? 0, 1e-300)
        // Rounded up: a column with any draws at all shows it.
        let heights = shares.map { Int(($0 / peak * Double(8 * Self.rows)).rounded(.up)) }
        return (0..<Self.rows).reversed().map { row in
            let label = row == Self.rows - 1 ? DistributionFigure.percent(peak) : ""
            let bar = String(heights.map { Self.blocks[min(8, max(0, $0 - 8 * row))] }).trimmedEnd
            return padded(label) + (row == Self.rows - 1 ? " ┤" : " │") + (colour ? "\u{1B}[36m\(bar)\u{1B}[0m" : bar)
        }
    }

    private func scale(_ axis: DistributionAxis) -> [String] {
        var line = [Character](repeating: "─", count: axis.columns)
        var labels = [Character](repeating: " ", count: axis.columns)
        for tick in axis.ticks(figure) {
            line[tick.column] = "┬"
            labels.replaceSubrange(tick.column..<tick.column + tick.label.count, with: Array(tick.label))
        }
        var marks = [Character](repeating: " ", count: axis.columns)
        var free = 0
        for (name, tail) in [("p50", 0.5), ("p90", 0.1), ("p99", 0.01), ("p99.9", 0.001)] {
            let mark = Array("▲ " + name)
            let value = Double(distribution.sample(~UInt64(tail * 0x1p64)))
            guard let column = axis.column(of: value), column >= free, column + mark.count <= axis.columns else {
                continue
            }
            marks.replaceSubrange(column..<column + mark.count, with: mark)
            free = column + mark.count + 1
        }
        let indent = String(repeating: " ", count: Self.margin)
        return [
            padded("") + " └" + String(line), indent + String(labels).trimmedEnd, indent + String(marks).trimmedEnd,
        ]
    }

    private var legend: String {
        "Up: share of all draws a column; right: \(figure.unit == .time ? "time" : "size"), logarithmic."
    }

    private func rest(_ left: Double, _ right: Double) -> String {
        "Left of this lie \(DistributionFigure.percent(left)) of all draws, right of it \(DistributionFigure.percent(right))."
    }

    private func padded(_ label: String) -> String {
        String(repeating: " ", count: max(0, Self.margin - 2 - label.count)) + label
    }
}

extension String {
    /// Without the spaces at its end.
    var trimmedEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
