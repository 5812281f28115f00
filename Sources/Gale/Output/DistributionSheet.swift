// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleScenarioLanguage

/// What `gale show distribution` prints: a sketch, quantiles and moments of the very table that a run samples, beside what was
/// asked for.
package struct DistributionSheet {
    let text: String
    let specification: DistributionSpecification
    let unit: DistributionReader.Unit
    private let distribution: Distribution
    private let figure: DistributionFigure

    package init(text: String, specification: DistributionSpecification, unit: DistributionReader.Unit) {
        self.text = text
        self.specification = specification
        self.unit = unit
        distribution = Distribution(specification)
        figure = DistributionFigure(unit: unit)
    }

    /// Lines of at most `columns` characters, if that is 60 or more.
    package func text(columns: Int, colour: Bool) -> String {
        let width = max(60, min(columns, 100))
        let title = String(text.prefix(width))
        var lines = [colour ? "\u{1B}[1m\(title)\u{1B}[0m" : title, ""]
        if distribution.sample(~UInt64(0.0001 * 0x1p64)) == 0 {
            lines.append("Nearly every draw is 0: there is nothing to draw.")
        } else {
            lines +=
                DistributionSketch(distribution: distribution, figure: figure, columns: width, colour: colour).lines
        }
        lines += [""] + table(quantiles) + [""] + table(moments)
        lines += notes.flatMap { [""] + wrapped($0, width) }
        lines += ["", "table \(TableFingerprint.text(of: specification))"]
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Tables

    /// Hundred-thousandths of all draws at or below the quantile.
    private static let levels: [(name: String, parts: UInt64)] = [
        ("p1", 1_000), ("p5", 5_000), ("p10", 10_000), ("p25", 25_000), ("p50", 50_000), ("p75", 75_000),
        ("p90", 90_000), ("p95", 95_000), ("p99", 99_000), ("p99.9", 99_900), ("p99.99", 99_990), ("p99.999", 99_999),
    ]

    private var quantiles: [[String]] {
        [["quantile", "drawn", "asked for"]]
            + Self.levels.map { level in
                // The draw that this share of all draws does not exceed.
                let u = UInt64(100_000).dividingFullWidth((level.parts, 0)).quotient
                return [
                    level.name, figure.value(Double(distribution.sample(u))),
                    figure.value(specification.quantile(Double(level.parts) / 100_000)),
                ]
            }
    }

    private var moments: [[String]] {
        let drawn = distribution.moments
        let asked = specification.moments
        func row(_ name: String, _ words: (DistributionMoments) -> String) -> [String] {
            [name, words(drawn), words(asked)]
        }
        return [
            ["moment", "drawn", "asked for"],
            row("mean") { figure.value($0.mean) },
            row("second moment") { figure.square($0.secondMoment) },
            row("standard deviation") { figure.value($0.standardDeviation) },
            row("cv") { figure.plain($0.variationCoefficient) },
            row("skewness") { figure.plain($0.skewness) },
        ]
    }

    /// The first column to the left, the others to the right.
    private func table(_ rows: [[String]]) -> [String] {
        let widths = [18, 10, 10].enumerated().map { column, least in
            max(least, rows.map { $0[column].count }.max() ?? 0)
        }
        return rows.map { row in
            func space(_ column: Int) -> String {
                String(repeating: " ", count: widths[column] - row[column].count)
            }
            return row[0] + space(0) + " " + space(1) + row[1] + " " + space(2) + row[2]
        }
    }

    // MARK: Notes

    /// Where what is drawn is not what was asked for by more than a thousandth, and why.
    private var notes: [String] {
        let drawn = distribution.moments
        let asked = specification.moments
        var notes: [String] = []
        for (name, drawn, asked) in [
            ("mean", drawn.mean, asked.mean), ("second moment", drawn.secondMoment, asked.secondMoment),
        ] {
            if asked == .infinity {
                notes.append(
                    "The \(name) asked for is infinite: sample averages never settle. What is drawn ends at "
                        + "\(longest), and so has a finite one, which says nothing about a run.")
                break
            }
            let missing = 1 - drawn / asked
            if missing > 1e-3 {
                notes.append(
                    "The \(name) drawn is \(DistributionFigure.percent(missing)) less than asked for: so much of it comes "
                        + "from values above \(longest), the largest that is drawn. No run is long enough to see them.")
            }
        }
        return notes
    }

    private var longest: String { figure.value(Double(distribution.sample(.max)), digits: 3) }

    private func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count + 1 > width { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines
    }
}
